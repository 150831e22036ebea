package sampler

import (
	"fmt"
	"strings"

	"github.com/ito-sde/ito/integrators"
)

// Entry describes a rule of the catalogue. Tests, benchmarks, the command line
// and the documentation are made from it.
type Entry struct {
	Name  string
	Rule  Rule
	Order float64 // claimed; weak where the rule draws noise
	Doc   string
}

// Catalogue lists every rule.
var Catalogue = []Entry{
	{"euler-maruyama", EulerMaruyama{}, 1, "reverse SDE by Euler–Maruyama in the process's time"},
	{"ddpm", DDPM{}, 1, "ancestral sampling, posterior variance"},
	{"ddpm-forward", DDPM{Forward: true}, 1, "ancestral sampling, forward-step variance"},
	{"ddim", DDIM{}, 1, "deterministic DDIM: exponential Euler for the probability flow"},
	{"ddim-0.5", DDIM{Eta: 0.5}, 1, "DDIM halfway to ancestral sampling"},
	{"dpm++2m", DPMPP2M{}, 2, "DPM-Solver++(2M): two-step exponential rule, the default"},
	{"edm-heun", EDMHeun{}, 2, "Heun in ρ = σ/α, deterministic"},
	{"edm-churn", EDMHeun{Churn: 1}, 2, "Heun in ρ with churn 1"},
	{"predictor-corrector", PredictorCorrector{}, 1, "Langevin corrector, then Euler–Maruyama"},
	{"flow-euler", Flow{integrators.Euler}, 1, "probability flow by Euler in t"},
	{"flow-heun", Flow{integrators.Heun}, 2, "probability flow by Heun in t"},
	{"flow-bs3", Flow{integrators.BogackiShampine}, 3, "probability flow by Bogacki–Shampine 3 in t"},
	{"flow-rk4", Flow{integrators.RK4}, 4, "probability flow by the classical Runge–Kutta rule in t"},
	{"flow-rk45", Flow{integrators.DormandPrince}, 5, "probability flow by Dormand–Prince 5 in t"},
}

// ByName returns the catalogue's entry.
func ByName(name string) (Entry, error) {
	names := make([]string, len(Catalogue))
	for i, e := range Catalogue {
		if e.Name == name {
			return e, nil
		}
		names[i] = e.Name
	}
	return Entry{}, fmt.Errorf("sampler: no sampler %q; known: %s", name, strings.Join(names, ", "))
}

// SpacingEntry describes a spacing of the catalogue.
type SpacingEntry struct {
	Name    string
	Spacing Spacing
	Doc     string
}

// Spacings lists every spacing.
var Spacings = []SpacingEntry{
	{"time", UniformTime{}, "uniform in t"},
	{"lambda", UniformLambda{}, "uniform in λ = ln(α/σ)"},
	{"karras", Karras{}, "uniform in (σ/α)^(1/7)"},
	{"quadratic", Quadratic{}, "uniform in √t"},
}

// SpacingByName returns the catalogue's spacing.
func SpacingByName(name string) (Spacing, error) {
	names := make([]string, len(Spacings))
	for i, e := range Spacings {
		if e.Name == name {
			return e.Spacing, nil
		}
		names[i] = e.Name
	}
	return nil, fmt.Errorf("sampler: no grid %q; known: %s", name, strings.Join(names, ", "))
}

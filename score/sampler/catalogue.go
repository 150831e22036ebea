package sampler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ito-sde/ito/integrators"
)

// Entry describes a rule of the catalogue. Tests, benchmarks, the command line
// and the documentation are made from it.
type Entry struct {
	Name  string
	Rule  Rule
	Order float64 // claimed; weak where the rule draws noise; 0: exact
	Doc   string
	// Exact claims the exact law in any number of steps where the data is one
	// point, so that D is constant.
	Exact bool
}

// Catalogue lists every rule.
var Catalogue = []Entry{
	{"euler-maruyama", EulerMaruyama{}, 1, "reverse SDE by Euler–Maruyama in the process's time", false},
	{"ddpm", DDPM{}, 1, "ancestral sampling, posterior variance", true},
	{"ddpm-forward", DDPM{Forward: true}, 1, "ancestral sampling, forward-step variance", false},
	{"ddim", DDIM{}, 1, "deterministic DDIM: exponential Euler for the probability flow", true},
	{"ddim-0.5", DDIM{Eta: 0.5}, 1, "DDIM halfway to ancestral sampling", true},
	{"dpm++2m", DPMPP2M{}, 2, "DPM-Solver++(2M): two-step exponential rule, the default", true},
	{"edm-heun", EDMHeun{}, 2, "Heun in ρ = σ/α, deterministic", true},
	{"edm-churn", EDMHeun{Churn: 1}, 2, "Heun in ρ with churn 1", true},
	{"predictor-corrector", PredictorCorrector{}, 1, "Langevin corrector, then Euler–Maruyama", false},
	{"flow-euler", Flow{integrators.Euler}, 1, "probability flow by Euler in t", false},
	{"flow-heun", Flow{integrators.Heun}, 2, "probability flow by Heun in t", false},
	{"flow-bs3", Flow{integrators.BogackiShampine}, 3, "probability flow by Bogacki–Shampine 3 in t", false},
	{"flow-rk4", Flow{integrators.RK4}, 4, "probability flow by the classical Runge–Kutta rule in t", false},
	{"flow-rk45", Flow{integrators.DormandPrince}, 5, "probability flow by Dormand–Prince 5 in t", false},
	{"flow-midpoint", Flow{integrators.Midpoint}, 2, "probability flow by the midpoint rule in t", false},
	{"dpm-solver-1", DPMSolver1{}, 1, "DDIM in the noise form", true},
	{"dpm-solver-2", DPMSolver2{}, 2, "singlestep exponential rule in the noise form", true},
	{"dpm-solver-3", DPMSolver3{}, 3, "three-stage exponential rule in the noise form", true},
	{"dpm++2s", DPMPP2S{}, 2, "DPM-Solver++(2S): singlestep exponential rule in the data form", true},
	{"dpm++3m", DPMPP3M{}, 3, "DPM-Solver++(3M): three-step exponential rule", true},
	{"sde-dpm++1", SDEDPMPP{1}, 1, "exponential Euler for the reverse SDE: DDPM", true},
	{"sde-dpm++2m", SDEDPMPP{2}, 2, "two-step exponential rule for the reverse SDE", true},
	{"sde-dpm++3m", SDEDPMPP{3}, 2, "three-step exponential rule for the reverse SDE", true},
	{"sde-dpm++2s", SDEDPMPP2S{}, 2, "singlestep exponential rule for the reverse SDE", true},
	{"unip-2", UniPC{Order: 2, Predictor: true}, 2, "UniPC's predictor: DPM-Solver++(2M)", true},
	{"unip-3", UniPC{Order: 3, Predictor: true}, 3, "UniPC's predictor of order 3: DPM-Solver++(3M)", true},
	{"unip-4", UniPC{Order: 4, Predictor: true}, 4, "UniPC's predictor of order 4", true},
	{"unipc-1", UniPC{Order: 1}, 2, "UniPC: DDIM, corrected", true},
	{"unipc-2", UniPC{Order: 2}, 3, "UniPC of order 2, corrected to 3", true},
	{"unipc-3", UniPC{Order: 3}, 4, "UniPC of order 3, corrected to 4", true},
	{"unipc-4", UniPC{Order: 4}, 5, "UniPC of order 4, corrected to 5", true},
	{"unipc-2-b1", UniPC{Order: 2, B1: true}, 3, "UniPC of order 2 with B = H", true},
	{"unipc-3-b1", UniPC{Order: 3, B1: true}, 4, "UniPC of order 3 with B = H", true},
	{"unipc-2-noise", UniPC{Order: 2, Noise: true}, 3, "UniPC of order 2 in the noise form", true},
	{"unipc-3-noise", UniPC{Order: 3, Noise: true}, 4, "UniPC of order 3 in the noise form", true},
	{"deis-tab1", DEIS{1, InTime}, 2, "exponential Adams–Bashforth, polynomials in t", true},
	{"deis-tab2", DEIS{2, InTime}, 3, "exponential Adams–Bashforth, polynomials in t", true},
	{"deis-tab3", DEIS{3, InTime}, 4, "exponential Adams–Bashforth, polynomials in t", true},
	{"deis-rab1", DEIS{1, InRho}, 2, "Adams–Bashforth in ρ = σ/α: LMS of order 2", true},
	{"deis-rab2", DEIS{2, InRho}, 3, "Adams–Bashforth in ρ = σ/α: LMS of order 3", true},
	{"deis-rab3", DEIS{3, InRho}, 4, "Adams–Bashforth in ρ = σ/α: LMS of order 4", true},
	{"deis-lab1", DEIS{1, InLambda}, 2, "exponential Adams–Bashforth, polynomials in λ", true},
	{"deis-lab2", DEIS{2, InLambda}, 3, "exponential Adams–Bashforth, polynomials in λ", true},
	{"deis-lab3", DEIS{3, InLambda}, 4, "exponential Adams–Bashforth, polynomials in λ", true},
	{"ipndm", IPNDM{}, 1, "DDIM with Adams–Bashforth's weights for equal steps; order 2 if steps change smoothly", true},
	{"pndm", PNDM{}, 1, "IPNDM started by pseudo Runge–Kutta; order 2 if steps change smoothly", true},
	{"sa-p1", SASolver{Predict: 1, Tau: 1}, 1, "SA-Solver: DDPM", true},
	{"sa-p1c1", SASolver{Predict: 1, Correct: 1, Tau: 1}, 1, "SA-Solver, one-step predictor, corrector of 1, τ = 1", true},
	{"sa-p1c2", SASolver{Predict: 1, Correct: 2, Tau: 1}, 2, "SA-Solver, one-step predictor, corrector of 2, τ = 1", true},
	{"sa-p1c3", SASolver{Predict: 1, Correct: 3, Tau: 1}, 2, "SA-Solver, one-step predictor, corrector of 3, τ = 1", true},
	{"sa-p1c4", SASolver{Predict: 1, Correct: 4, Tau: 1}, 2, "SA-Solver, one-step predictor, corrector of 4, τ = 1", true},
	{"sa-p2", SASolver{Predict: 2, Tau: 1}, 2, "SA-Solver, two-step predictor, τ = 1", true},
	{"sa-p2c1", SASolver{Predict: 2, Correct: 1, Tau: 1}, 1, "SA-Solver, two-step predictor, corrector of 1, τ = 1", true},
	{"sa-p2c2", SASolver{Predict: 2, Correct: 2, Tau: 1}, 2, "SA-Solver, two-step predictor, corrector of 2, τ = 1", true},
	{"sa-p2c3", SASolver{Predict: 2, Correct: 3, Tau: 1}, 2, "SA-Solver, two-step predictor, corrector of 3, τ = 1", true},
	{"sa-p2c4", SASolver{Predict: 2, Correct: 4, Tau: 1}, 2, "SA-Solver, two-step predictor, corrector of 4, τ = 1", true},
	{"sa-p3", SASolver{Predict: 3, Tau: 1}, 2, "SA-Solver, three-step predictor, τ = 1", true},
	{"sa-p3c1", SASolver{Predict: 3, Correct: 1, Tau: 1}, 1, "SA-Solver, three-step predictor, corrector of 1, τ = 1", true},
	{"sa-p3c2", SASolver{Predict: 3, Correct: 2, Tau: 1}, 2, "SA-Solver, three-step predictor, corrector of 2, τ = 1", true},
	{"sa-p3c3", SASolver{Predict: 3, Correct: 3, Tau: 1}, 2, "SA-Solver, three-step predictor, corrector of 3, τ = 1", true},
	{"sa-p3c4", SASolver{Predict: 3, Correct: 4, Tau: 1}, 2, "SA-Solver, three-step predictor, corrector of 4, τ = 1", true},
	{"sa-p2c2-interval", SASolver{Predict: 2, Correct: 2, Tau: 1, RhoMin: 1.5, RhoMax: 5}, 2, "SA-Solver, τ = 1 where 1.5 ≤ ρ ≤ 5", true},
	{"sa-p3c3-ode", SASolver{Predict: 3, Correct: 3}, 3, "SA-Solver without noise", true},
	{"seeds-1", SEEDS1{}, 1, "exponential Euler for the reverse SDE in the noise form", false},
	{"seeds-2", SEEDS2{}, 2, "exponential midpoint for the reverse SDE", false},
	{"seeds-3", SEEDS3{}, 2, "three-stage exponential rule for the reverse SDE", false},
	{"euler-ancestral", EulerAncestral{1}, 1, "Euler in ρ to below, noise up: DDPM", true},
	{"dpm2", DPM2{}, 2, "midpoint in ρ", true},
	{"dpm2-ancestral", DPM2{1}, 2, "midpoint in ρ to below, noise up", true},
	{"restart", Restart{Times: 1}, 2, "every step by Heun in ρ, noised, and made again", true},
	{"restart-interval", Restart{Intervals: []RestartInterval{{RhoMin: 1.5, RhoMax: 4, Times: 1}}}, 2, "Heun in ρ, and from 1.5 back to 4 once", true},
}

// Distilled lists the rules for models that follow the flow in one evaluation
// (score.FlowMap), whose marginals are exact in any number of steps.
var Distilled = []Entry{
	{"consistency", Consistency{Gamma: 1}, 0, "consistency model: to the data and back up by noise", true},
	{"consistency-half", Consistency{Gamma: 0.5}, 0, "consistency trajectory model: below the next level and up by noise", true},
	{"consistency-flow", Consistency{}, 0, "consistency trajectory model without noise", true},
}

// Phase lists the rules for positions and velocities, which the process sde.CLD
// alone has.
var Phase = []Entry{
	{"cld-euler", PhaseEuler{}, 1, "Euler–Maruyama for the reverse of critically damped Langevin diffusion", false},
	{"sscs", SSCS{}, 1, "symmetric splitting: exact damping around a kick by the score", false},
	{"sscs-twice", SSCS{Twice: true}, 2, "symmetric splitting with the kick by the midpoint rule", false},
	{"gddim", GDDIM{}, 1, "exponential Euler for the flow in phase space", true},
	{"gddim-1", GDDIM{Order: 1}, 2, "two-step exponential rule for the flow in phase space", true},
	{"gddim-2", GDDIM{Order: 2}, 3, "three-step exponential rule for the flow in phase space", true},
}

// AdaptiveEntry describes a rule that chooses its steps.
type AdaptiveEntry struct {
	Name  string
	Rule  Adaptive
	Order float64 // of the step that is kept; weak where the rule draws noise
	Low   float64 // of the step that judges it
	Doc   string
}

// Adaptives lists the rules of SampleAdaptive. The probability flow by any method
// of package ode with tolerances is flow.Decode.
var Adaptives = []AdaptiveEntry{
	{"dpm-solver-12", DPMSolver12{}, 2, 1, "DPM-Solver-2 judged by DPM-Solver-1"},
	{"dpm-solver-23", DPMSolver23{}, 3, 2, "DPM-Solver-3 judged by DPM-Solver-2"},
	{"improved-euler", ImprovedEuler{}, 2, 1, "improved Euler for the reverse SDE judged by Euler–Maruyama"},
}

// All returns the entries of the Catalogue, of Distilled and of Phase.
func All() []Entry { return slices.Concat(Catalogue, Distilled, Phase) }

// ByName returns one of All.
func ByName(name string) (Entry, error) {
	all := All()
	names := make([]string, len(all))
	for i, e := range all {
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
	{"sigma", UniformSigma{}, "uniform in σ"},
	{"rho", Karras{Exponent: 1}, "uniform in σ/α"},
	{"shifted-3", Shifted{UniformTime{}, 3}, "uniform in t, shifted by 3 towards the noise"},
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

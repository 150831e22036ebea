package tune

import (
	"fmt"
	"strings"

	"github.com/ito-sde/ito/score/sampler"
)

// Knob is a family of rules of one parameter, to be tuned along with the grid.
type Knob struct {
	Name  string
	Range Range
	Rule  func(value float64) sampler.Rule
	Doc   string
}

// Knobs lists the families that the literature leaves to be turned by hand.
var Knobs = []Knob{
	{"eta", Range{0, 1}, func(v float64) sampler.Rule { return sampler.DDIM{Eta: v} }, "noise of DDIM, from the flow to DDPM"},
	{"churn", Range{0, 4}, func(v float64) sampler.Rule { return sampler.EDMHeun{Churn: v} }, "churn of EDM's Heun"},
	{"tau", Range{0, 1.5}, func(v float64) sampler.Rule { return sampler.SASolver{Predict: 2, Tau: v} }, "noise of SA-Solver with two steps, 1 the reverse SDE's"},
}

// KnobByName returns the catalogue's knob.
func KnobByName(name string) (Knob, error) {
	names := make([]string, len(Knobs))
	for i, k := range Knobs {
		if k.Name == name {
			return k, nil
		}
		names[i] = k.Name
	}
	return Knob{}, fmt.Errorf("tune: no knob %q; known: %s", name, strings.Join(names, ", "))
}

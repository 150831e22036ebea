package tune

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// NamedGrid is a grid that needs no tuning.
type NamedGrid struct {
	Name string
	Grid sampler.Grid
}

// Karras's exponents beside the source's 7, which sampler.Spacings has.
var exponents = []float64{3, 5, 10}

// Standard returns the grids in use, each of the given number of steps and with a
// final denoising: all of sampler.Spacings, Karras's with other exponents and
// with EDM's own ends (σ/α from 80 to 0.002), and the timesteps of a network
// trained with 1000. A grid that the process does not have is left out; it is an
// error where there is none.
func Standard(p sde.Process, steps int) ([]NamedGrid, error) {
	var out []NamedGrid
	var last error
	add := func(name string, g sampler.Grid, err error) {
		if err != nil {
			last = err
			return
		}
		out = append(out, NamedGrid{name, g})
	}
	for _, e := range sampler.Spacings {
		g, err := sampler.Times(p, e.Spacing, steps, true)
		add(e.Name, g, err)
	}
	for _, e := range exponents {
		g, err := sampler.Times(p, sampler.Karras{Exponent: e}, steps, true)
		add(fmt.Sprintf("karras-%g", e), g, err)
	}
	g, err := edm(p, steps)
	add("edm", g, err)
	for c, name := range []string{sampler.Linspace: "linspace", sampler.Trailing: "trailing"} {
		if name != "" {
			g, err := sampler.Timesteps{Train: 1000, Convention: sampler.Convention(c)}.Grid(p, steps+1)
			add(name, g, err)
		}
	}
	if len(out) == 0 {
		return nil, last
	}
	return out, nil
}

// edm is Karras's spacing between the ends of Karras, Aittala, Aila, Laine
// (2022), table 1.
func edm(p sde.Process, steps int) (sampler.Grid, error) {
	const top, bottom, exponent = 80, 0.002, 7
	_, end := p.Horizon()
	times := make([]float64, steps+1)
	a, b := math.Pow(top, 1./exponent), math.Pow(bottom, 1./exponent)
	for i := range times {
		u := float64(i) / float64(steps)
		times[i] = min(p.TimeOf(-exponent*math.Log(a+u*(b-a))), end)
	}
	return sampler.NewGrid(p, times, true)
}

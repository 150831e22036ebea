package main

import (
	"context"

	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/exact"
	"github.com/ito-sde/ito/score/sampler/tune"
	"github.com/ito-sde/ito/sde"
)

func tuned(ctx context.Context) (drawing, error) {
	process, err := sde.ByName("vp")
	if err != nil {
		return drawing{}, err
	}
	data := exact.Spectrum{Mean: []float64{0.3, 0, -0.2}, Var: []float64{0.04, 0.5, 1.5}}
	errs := report.Panel{Title: "error", X: "model evaluations", Y: "exact W2", LogY: true, Marks: true}
	steps := report.Panel{Title: "steps of eight evaluations", X: "step", Y: "ln(α/σ)", Marks: true}
	for _, r := range []struct {
		name string
		rule sampler.Rule
	}{{"dpm++2m", sampler.DPMPP2M{}}, {"ddim", sampler.DDIM{}}} {
		usual, best := report.Curve{Name: r.name + ", best usual grid"}, report.Curve{Name: r.name + ", tuned"}
		for _, nfe := range []int{5, 8, 12, 16} {
			t, err := tune.Grid(ctx, tune.Config{Process: process, Rule: r.rule, NFE: nfe, Objective: tune.Surrogate{Data: data}, Starts: 2, Evaluations: 1500})
			if err != nil {
				return drawing{}, err
			}
			usual.X, usual.Y = append(usual.X, float64(nfe)), append(usual.Y, t.Standard[0].Error)
			best.X, best.Y = append(best.X, float64(nfe)), append(best.Y, t.Error)
			if nfe == 8 {
				steps.Curves = append(steps.Curves, levels(usual.Name, t.Standard[0].Grid), levels(best.Name, t.Grid))
			}
		}
		errs.Curves = append(errs.Curves, usual, best)
	}
	return drawing{panels: []report.Panel{errs, steps}}, nil
}

func levels(name string, g sampler.Grid) report.Curve {
	c := report.Curve{Name: name}
	for k, l := range g.Levels(nil) {
		c.X, c.Y = append(c.X, float64(k)), append(c.Y, l.Lambda())
	}
	return c
}

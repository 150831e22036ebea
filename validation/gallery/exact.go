package main

import (
	"context"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/validation"
)

func exactly(ctx context.Context) (drawing, error) {
	target, err := divergence.NewGaussian([]float64{0, 0}, mat.NewSymDense(2, []float64{1, 0.5, 0.5, 0.4}))
	if err != nil {
		return drawing{}, err
	}
	model, err := score.NewGaussian(target.Mean(nil), target.Cov())
	if err != nil {
		return drawing{}, err
	}
	var panels []report.Panel
	for _, process := range []string{"vp", "vp-cosine"} {
		p, err := sde.ByName(process)
		if err != nil {
			return drawing{}, err
		}
		panel := report.Panel{Title: process, X: "model evaluations", Y: "exact W2", LogX: true, LogY: true, Marks: true}
		for _, name := range []string{"euler-maruyama", "ddpm", "ddim", "dpm++2m", "dpm++3m", "unipc-3"} {
			rule, err := sampler.ByName(name)
			if err != nil {
				return drawing{}, err
			}
			c := report.Curve{Name: name}
			for _, steps := range []int{5, 8, 12, 20, 40, 80, 160, 320} {
				grid, err := sampler.Times(p, sampler.UniformLambda{}, steps, false)
				if err != nil {
					return drawing{}, err
				}
				config := sampler.Config{Process: p, Model: model, Rule: rule.Rule, Grid: grid}
				// Against the law that the process itself leads to at the grid's end: the
				// rest of the noise is no error of the sampler.
				law, err := validation.ExactLaw(ctx, config)
				if err != nil {
					return drawing{}, err
				}
				at := grid.Levels(nil)[grid.Steps()]
				mean, cov := model.Marginal(at)
				want, err := divergence.NewGaussian(mean, cov)
				if err != nil {
					return drawing{}, err
				}
				w, err := divergence.W2(law, want)
				if err != nil {
					return drawing{}, err
				}
				c.X, c.Y = append(c.X, float64(grid.Evaluations(rule.Rule.Cost()))), append(c.Y, w)
			}
			panel.Curves = append(panel.Curves, c)
		}
		panels = append(panels, panel)
	}
	return drawing{panels: panels}, nil
}

package main

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/fokkerplanck"
	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// bimodal is data with two modes on the line.
func bimodal() (*score.Mixture, error) {
	var parts []*score.Gaussian
	for _, c := range []struct{ mean, variance float64 }{{-1.5, 0.04}, {1, 0.16}} {
		g, err := score.NewIsotropic([]float64{c.mean}, c.variance)
		if err != nil {
			return nil, err
		}
		parts = append(parts, g)
	}
	return score.NewMixture([]float64{0.4, 0.6}, parts)
}

func noises(ctx context.Context) (drawing, error) {
	data, err := bimodal()
	if err != nil {
		return drawing{}, err
	}
	process, err := sde.ByName("vp")
	if err != nil {
		return drawing{}, err
	}
	var failed error
	law := func(x, t float64) float64 {
		out := make([]float64, 1)
		if err := data.LogDensity(out, []float64{x}, process.At(t)); err != nil {
			failed = err
		}
		return math.Exp(out[0])
	}
	slope := func(x, t float64) float64 {
		out := make([]float64, 1)
		if err := score.Of(out, data, []float64{x}, process.At(t)); err != nil {
			failed = err
		}
		return out[0]
	}
	g, err := fokkerplanck.Uniform(-5, 5, 1000)
	if err != nil {
		return drawing{}, err
	}
	const end, start = 0.02, 0.8 // times of the process; the solver runs from start back to end
	p0 := g.Averages(func(x float64) float64 { return law(x, start) })
	want := g.Averages(func(x float64) float64 { return law(x, end) })
	x := centres(g)
	laws := report.Panel{Title: fmt.Sprintf("reversed from t = %g to %g", start, end), X: "x", Y: "density"}
	wrong := report.Panel{Title: "what is wrong with them", X: "x", Y: "|error|", LogY: true}
	add := func(name string, x, p, want []float64) {
		laws.Curves = append(laws.Curves, report.Curve{Name: name, X: x, Y: p})
		e := report.Curve{Name: name, X: x, Y: make([]float64, len(p))}
		for i, v := range p {
			e.Y[i] = max(math.Abs(v-want[i]), 1e-9)
		}
		wrong.Curves = append(wrong.Curves, e)
	}
	for _, eta := range []float64{0.5, 1, 2} {
		pr := fokkerplanck.Reverse(process, slope, start, eta)
		p, err := fokkerplanck.Solve(ctx, pr, g, p0, 0, start-end, fokkerplanck.Config{Steps: 800})
		if err != nil {
			return drawing{}, err
		}
		add(fmt.Sprintf("η = %g", eta), x, p, want)
	}
	flow := fokkerplanck.Forward(process, slope, 0).Drift
	// Cells grow where the flow parts, so that there are more of them at first.
	many, err := fokkerplanck.Uniform(-5, 5, 8000)
	if err != nil {
		return drawing{}, err
	}
	p0 = many.Averages(func(x float64) float64 { return law(x, start) })
	moved, p, err := fokkerplanck.Transport(ctx, integrators.DormandPrince, flow, many, p0, start, end, ode.Config{RTol: 1e-8, ATol: 1e-8})
	if err != nil {
		return drawing{}, err
	}
	add("η = 0, probability flow", centres(moved), p, moved.Averages(func(x float64) float64 { return law(x, end) }))
	return drawing{panels: []report.Panel{laws, wrong}}, failed
}

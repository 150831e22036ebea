package main

import (
	"context"
	"math"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/models"
	"github.com/ito-sde/ito/sde/noise"
)

func strong(ctx context.Context) (drawing, error) {
	const fine, n = 1024, 4000
	stock := models.GBM{Mu: 0.5, Sigma: 0.8}
	x0 := make([]float64, n)
	for i := range x0 {
		x0[i] = 1
	}
	at := noise.Address{Seed: 6}
	truth, err := sde.Solve(ctx, models.Exact[models.GBM]{Model: stock}, stock.System(), 0, 1, x0, sde.Config{Steps: fine, Address: at})
	if err != nil {
		return drawing{}, err
	}
	panel := report.Panel{X: "step", Y: "mean |error|", LogX: true, LogY: true, Marks: true}
	for _, m := range []struct {
		name   string
		method stochastic.Method
	}{{"Euler–Maruyama", stochastic.EulerMaruyama{}}, {"Milstein", stochastic.Milstein{}}, {"SRI1", stochastic.SRI1}} {
		c := report.Curve{Name: m.name}
		for steps := 4; steps <= fine/4; steps *= 2 {
			r, err := sde.Solve(ctx, m.method, stock.System(), 0, 1, x0, sde.Config{Steps: steps, Address: at, Source: sde.Refined{Source: noise.Gaussian{}, Steps: fine / steps}})
			if err != nil {
				return drawing{}, err
			}
			var e float64
			for i, v := range r.Y {
				e += math.Abs(v-truth.Y[i]) / n
			}
			c.X, c.Y = append(c.X, 1/float64(steps)), append(c.Y, e)
		}
		panel.Curves = append(panel.Curves, c)
	}
	return drawing{panels: []report.Panel{panel}}, nil
}

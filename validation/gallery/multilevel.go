package main

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/sde/models"
	"github.com/ito-sde/ito/sde/multilevel"
	"github.com/ito-sde/ito/sde/noise"
)

func levelled(ctx context.Context) (drawing, error) {
	stock := models.GBM{Mu: 0.05, Sigma: 0.2}
	discount := math.Exp(-stock.Mu)
	variances := report.Panel{Title: "variances", X: "level", LogY: true, Marks: true}
	counts := report.Panel{Title: "samples", X: "level", LogY: true, Marks: true}
	work := report.Panel{Title: "work", X: "ε", Y: "ε² × steps", LogX: true, LogY: true, Marks: true}
	many, plain := report.Curve{Name: "multilevel"}, report.Curve{Name: "plain Monte Carlo"}
	var note string
	for _, eps := range []float64{0.02, 0.01, 0.005, 0.0025} {
		r, err := multilevel.Estimate(ctx, &multilevel.Paths{
			Method: stochastic.Milstein{}, System: stock.System(), T1: 1, Initial: []float64{1},
			Of: func(dst, y []float64) error {
				for i, v := range y {
					dst[i] = 10 * discount * max(v-1, 0)
				}
				return nil
			},
			Address: noise.Address{Seed: 7},
		}, multilevel.Config{RMSE: eps})
		if err != nil {
			return drawing{}, err
		}
		many.X, many.Y = append(many.X, eps), append(many.Y, eps*eps*r.Work)
		plain.X, plain.Y = append(plain.X, eps), append(plain.Y, eps*eps*r.Plain)
		n := report.Curve{Name: fmt.Sprintf("ε = %g", eps)}
		spread, correction := report.Curve{Name: "of P_l"}, report.Curve{Name: "of P_l − P_(l−1)"}
		for _, l := range r.Levels {
			k := float64(l.Level)
			n.X, n.Y = append(n.X, k), append(n.Y, float64(l.Samples))
			spread.X, spread.Y = append(spread.X, k), append(spread.Y, l.Spread.Value)
			correction.X, correction.Y = append(correction.X, k), append(correction.Y, l.Variance.Value)
		}
		counts.Curves = append(counts.Curves, n)
		variances.Curves = []report.Curve{spread, correction} // those of the least ε stay
		note = fmt.Sprintf("Ten calls at ε = %g: %.4f ± %.4f, Black and Scholes' formula %.4f.", eps, r.Estimate.Value, r.Estimate.Error, 10*stock.Call(1, 1, 1))
	}
	work.Curves = []report.Curve{many, plain}
	return drawing{panels: []report.Panel{variances, counts, work}, note: note}, nil
}

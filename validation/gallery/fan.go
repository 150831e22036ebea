package main

import (
	"context"
	"math"
	"slices"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

func fan(ctx context.Context) (drawing, error) {
	const kappa, theta, sigma, n = 1.2, 0.04, 0.25, 5000
	rate := sde.System{
		Dim: 1, Structure: sde.Diagonal,
		Drift: func(dst []float64, _ float64, x []float64) error {
			for i, v := range x {
				dst[i] = kappa * (theta - v)
			}
			return nil
		},
		Diffusion: func(dst []float64, _ float64, x []float64) error {
			for i, v := range x {
				dst[i] = sigma * math.Sqrt(max(v, 0))
			}
			return nil
		},
	}
	x0 := make([]float64, n)
	for i := range x0 {
		x0[i] = 0.09
	}
	var times []float64
	quantiles := []float64{0.05, 0.25, 0.5, 0.75, 0.95}
	at := make([][]float64, len(quantiles))
	some := make([]report.Curve, 3)
	_, err := sde.Solve(ctx, stochastic.EulerMaruyama{}, rate, 0, 4, x0, sde.Config{Steps: 800, Every: 8, Address: noise.Address{Seed: 4}, Observe: func(s sde.Snapshot) error {
		times = append(times, s.T)
		for i := range some {
			some[i].X, some[i].Y = append(some[i].X, s.T), append(some[i].Y, s.Y[i])
		}
		sorted := slices.Sorted(slices.Values(s.Y))
		for k, q := range quantiles {
			at[k] = append(at[k], sorted[int(q*n)])
		}
		return nil
	}})
	if err != nil {
		return drawing{}, err
	}
	mean := report.Curve{Name: "mean, closed form", X: times}
	for _, t := range times {
		mean.Y = append(mean.Y, theta+(0.09-theta)*math.Exp(-kappa*t))
	}
	some[0].Name = "paths"
	return drawing{panels: []report.Panel{{X: "years", Y: "rate",
		Bands:  []report.Band{{Name: "5% to 95%", X: times, Lo: at[0], Hi: at[4]}, {Name: "25% to 75%", X: times, Lo: at[1], Hi: at[3]}},
		Curves: append([]report.Curve{{Name: "median", X: times, Y: at[2]}, mean}, some...)}}}, nil
}

package main

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/gradientflow"
	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// ring is data of six modes on a circle.
func ring() (*score.Mixture, error) {
	var parts []*score.Gaussian
	var weights []float64
	for k := range 6 {
		a := 2 * math.Pi * float64(k) / 6
		g, err := score.NewIsotropic([]float64{2 * math.Cos(a), 2 * math.Sin(a)}, 0.12)
		if err != nil {
			return nil, err
		}
		parts, weights = append(parts, g), append(weights, 1)
	}
	return score.NewMixture(weights, parts)
}

func flows(ctx context.Context) (drawing, error) {
	target, err := ring()
	if err != nil {
		return drawing{}, err
	}
	data := sde.Level{Alpha: 1}
	density := func(log, grad, x []float64) error {
		if err := target.LogDensity(log, x, data); err != nil {
			return err
		}
		return score.Of(grad, target, x, data)
	}
	bumps, err := gradientflow.Bumps(0.35)
	if err != nil {
		return drawing{}, err
	}
	const n = 150
	x := normals(2*n, 600, 0)
	for i := range x {
		x[i] *= 0.5
	}
	stein, err := ode.Solve(ctx, integrators.DormandPrince, gradientflow.Stein(density, bumps, 2), 0, 60, x, ode.Config{RTol: 1e-4, ATol: 1e-4})
	if err != nil {
		return drawing{}, err
	}
	particles := func(name string, x []float64) report.Curve {
		c := report.Curve{Name: name, Points: true}
		for i := 0; i < len(x); i += 2 {
			c.X, c.Y = append(c.X, x[i]), append(c.Y, x[i+1])
		}
		return c
	}

	one, err := divergence.NewGaussianDense([]float64{0}, []float64{1})
	if err != nil {
		return drawing{}, err
	}
	p, err := gradientflow.Gaussian(one)
	if err != nil {
		return drawing{}, err
	}
	descent := gradientflow.Field(gradientflow.Between(p, gradientflow.Moments(1)), gradientflow.ReverseKL, 1)
	y := normals(200, 601, 0)
	for i := range y {
		y[i] = 2 + 0.3*y[i]
	}
	m0, v0 := stat.PopMeanVariance(y, nil)
	var mean, variance, closedMean, closedVariance report.Curve
	mean.Name, variance.Name, closedMean.Name, closedVariance.Name = "mean of particles", "variance of particles", "2 closed forms", ""
	mean.Points, variance.Points = true, true
	var times []float64
	for k := 0.0; k <= 20; k++ {
		times = append(times, k/8)
	}
	r, err := ode.Solve(ctx, integrators.DormandPrince, descent, 0, times[len(times)-1], y, ode.Config{RTol: 1e-8, ATol: 1e-8, At: times})
	if err != nil {
		return drawing{}, err
	}
	var worst float64
	for k, t := range times {
		m, v := stat.PopMeanVariance(r.At[k], nil)
		exactM, exactV := m0*math.Exp(-t), 1+(v0-1)*math.Exp(-2*t)
		mean.X, mean.Y = append(mean.X, t), append(mean.Y, m)
		variance.X, variance.Y = append(variance.X, t), append(variance.Y, v)
		closedMean.X, closedMean.Y = append(closedMean.X, t), append(closedMean.Y, exactM)
		closedVariance.X, closedVariance.Y = append(closedVariance.X, t), append(closedVariance.Y, exactV)
		worst = max(worst, math.Abs(m-exactM), math.Abs(v-exactV))
	}
	return drawing{
		panels: []report.Panel{
			{Title: "Stein variational gradient descent", X: "x", Y: "y", Curves: []report.Curve{particles("start", x), particles("end", stein.Y)}},
			{Title: "Wasserstein gradient flow of KL to N(0, 1)", X: "t", Curves: []report.Curve{mean, variance, closedMean, closedVariance}},
		},
		note: fmt.Sprintf("The particles' moments are off the closed form by %.0e at most.", worst),
	}, nil
}

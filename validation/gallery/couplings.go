package main

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/geometry"
	"github.com/ito-sde/ito/divergence/transport"
	"github.com/ito-sde/ito/internal/report"
)

func couplings(ctx context.Context) (drawing, error) {
	plan, err := assigned(ctx)
	if err != nil {
		return drawing{}, err
	}
	p, err := divergence.NewGaussianDense([]float64{-2, 0}, []float64{1, 0.8, 0.8, 0.8})
	if err != nil {
		return drawing{}, err
	}
	q, err := divergence.NewGaussianDense([]float64{2, 1}, []float64{0.3, -0.3, -0.3, 1.2})
	if err != nil {
		return drawing{}, err
	}
	way := report.Panel{Title: "geodesic", X: "x", Y: "y"}
	for i := 0.0; i <= 2; i++ {
		g, err := geometry.Geodesic(p, q, i/2)
		if err != nil {
			return drawing{}, err
		}
		way.Curves = append(way.Curves, ellipse(fmt.Sprintf("time %g", i/2), g))
	}
	r, err := divergence.NewGaussianDense([]float64{0, -3}, []float64{1.5, 0, 0, 0.1})
	if err != nil {
		return drawing{}, err
	}
	middle, err := geometry.Barycentre([]float64{1, 1, 1}, []*divergence.Gaussian{p, q, r})
	if err != nil {
		return drawing{}, err
	}
	mean := report.Panel{Title: "barycentre", X: "x", Y: "y", Curves: []report.Curve{ellipse("part", p), ellipse("", q), ellipse("", r), ellipse("barycentre", middle)}}
	return drawing{panels: []report.Panel{plan, way, mean}}, nil
}

// assigned joins the rows of two samples at the least sum of squared distances.
func assigned(ctx context.Context) (report.Panel, error) {
	const n = 60
	x, y := normals(2*n, 500, 0), normals(2*n, 501, 0)
	for i := range n {
		a := 2 * math.Pi * float64(i) / n
		y[2*i], y[2*i+1] = 3*math.Cos(a)+0.15*y[2*i], 3*math.Sin(a)+0.15*y[2*i+1]
	}
	cost := make([]float64, n*n)
	for i := range n {
		for j := range n {
			u, v := x[2*i]-y[2*j], x[2*i+1]-y[2*j+1]
			cost[i*n+j] = u*u + v*v
		}
	}
	to, _, _, err := transport.Assign(ctx, cost, n)
	if err != nil {
		return report.Panel{}, err
	}
	a, b, lines := report.Curve{Name: "from", Points: true}, report.Curve{Name: "to", Points: true}, report.Curve{Name: "plan"}
	for i, j := range to {
		a.X, a.Y = append(a.X, x[2*i]), append(a.Y, x[2*i+1])
		b.X, b.Y = append(b.X, y[2*j]), append(b.Y, y[2*j+1])
		lines.X = append(lines.X, x[2*i], y[2*j], math.NaN())
		lines.Y = append(lines.Y, x[2*i+1], y[2*j+1], math.NaN())
	}
	return report.Panel{Title: "exact assignment", X: "x", Y: "y", Curves: []report.Curve{a, b, lines}}, nil
}

// ellipse is the line of two standard deviations.
func ellipse(name string, g *divergence.Gaussian) report.Curve {
	m := g.Mean(nil)
	var chol mat.Cholesky
	chol.Factorize(g.Cov())
	var l mat.TriDense
	chol.LTo(&l)
	c := report.Curve{Name: name}
	for k := 0.0; k <= 100; k++ {
		a := 2 * math.Pi * k / 100
		c.X = append(c.X, m[0]+2*l.At(0, 0)*math.Cos(a))
		c.Y = append(c.Y, m[1]+2*(l.At(1, 0)*math.Cos(a)+l.At(1, 1)*math.Sin(a)))
	}
	return c
}

package main

import (
	"context"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/ode"
)

func lorenz(ctx context.Context) (drawing, error) {
	field := func(dst []float64, _ float64, y []float64) error {
		dst[0] = 10 * (y[1] - y[0])
		dst[1] = y[0]*(28-y[2]) - y[1]
		dst[2] = y[0]*y[1] - 8.0/3*y[2]
		return nil
	}
	const end = 45
	var times []float64
	for t := 0.0; t <= end; t += 0.01 {
		times = append(times, t)
	}
	c := ode.Config{RTol: 1e-13, ATol: 1e-13, At: times}
	one, err := ode.Solve(ctx, integrators.Verner9, field, 0, end, []float64{1, 1, 20}, c)
	if err != nil {
		return drawing{}, err
	}
	two, err := ode.Solve(ctx, integrators.Verner9, field, 0, end, []float64{1 + 1e-9, 1, 20}, c)
	if err != nil {
		return drawing{}, err
	}
	path, gap := report.Curve{Name: "path"}, report.Curve{Name: "distance of two paths"}
	for k, y := range one.At {
		if times[k] > 2 {
			path.X, path.Y = append(path.X, y[0]), append(path.Y, y[2])
		}
		z := two.At[k]
		gap.X, gap.Y = append(gap.X, times[k]), append(gap.Y, math.Hypot(math.Hypot(y[0]-z[0], y[1]-z[1]), y[2]-z[2]))
	}
	return drawing{panels: []report.Panel{
		{Title: "Lorenz's attractor", X: "x", Y: "z", Curves: []report.Curve{path}},
		{Title: "two starts, 1e-9 apart", X: "t", LogY: true, Curves: []report.Curve{gap}},
	}}, nil
}

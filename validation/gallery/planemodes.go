package main

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/fokkerplanck"
	"github.com/ito-sde/ito/fokkerplanck/film"
	"github.com/ito-sde/ito/internal/report"
)

func planemodes(context.Context) (drawing, error) {
	x, err := fokkerplanck.Uniform(-2.2, 2.2, 72)
	if err != nil {
		return drawing{}, err
	}
	g := fokkerplanck.Plane{X: x, Y: x}
	modes, err := fokkerplanck.ModesPlane(fokkerplanck.PlaneProblem{
		Drift: func(x, y, _ float64) (float64, float64) { // three wells, at the angles 0 and ±2π/3
			r := x*x + y*y
			return 3*(x*x-y*y) - 2*r*x, -6*x*y - 2*r*y
		},
		Diffusion: func(_, _, _ float64) (float64, float64, float64) { return 0.25, 0, 0.25 },
		Steady:    true,
	}, g, 0, 4)
	if err != nil {
		return drawing{}, err
	}
	var panels []report.Panel
	for _, m := range modes[1:] {
		shade := make([]float64, len(m.Observable))
		for i, u := range m.Observable {
			shade[i] = max(0, 0.5+0.5*real(u)) // −1 to 1
		}
		still, err := film.New(g, 320)
		if err != nil {
			return drawing{}, err
		}
		if err := still.Add(0, shade); err != nil {
			return drawing{}, err
		}
		lo, hi := x.Bounds()
		panels = append(panels, report.Panel{Title: fmt.Sprintf("rate %.3g", math.Abs(real(m.Rate))), X: "x", Y: "y",
			Heat: &report.Heat{Image: still.Frame(0), X0: lo, Y0: lo, X1: hi, Y1: hi}})
	}
	return drawing{panels: panels, raster: true}, nil
}

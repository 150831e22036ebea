package main

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/fokkerplanck"
	"github.com/ito-sde/ito/internal/report"
)

func spectrum(context.Context) (drawing, error) {
	g, err := fokkerplanck.Uniform(-2, 2, 400)
	if err != nil {
		return drawing{}, err
	}
	x := centres(g)
	modes, err := fokkerplanck.Modes(well, g, 0, 4)
	if err != nil {
		return drawing{}, err
	}
	slow := report.Panel{Title: "slowest observables", X: "x"}
	for _, m := range modes {
		slow.Curves = append(slow.Curves, report.Curve{Name: fmt.Sprintf("rate %.3g", m.Rate), X: x, Y: m.Observable})
	}
	slow.Curves[0].Name = "rate 0"
	// The first mode's sign is fixed, that of the others is not.
	reach := report.Panel{Title: "committor", X: "x", Y: "probability of the right end first"}
	for _, d := range []float64{0.1, 0.5} {
		pr := well
		pr.Diffusion = func(_, _ float64) float64 { return d }
		q, err := fokkerplanck.Committor(pr, g, 0)
		if err != nil {
			return drawing{}, err
		}
		reach.Curves = append(reach.Curves, report.Curve{Name: fmt.Sprintf("D = %g", d), X: x, Y: q})
	}
	left, err := fokkerplanck.Uniform(-3, 1, 2001)
	if err != nil {
		return drawing{}, err
	}
	exact, kramers := report.Curve{Name: "mean exit time"}, report.Curve{Name: "Kramers' formula"}
	for k := 2.0; k <= 20; k++ {
		d := 1 / k
		pr := well
		pr.Diffusion = func(_, _ float64) float64 { return d }
		pr.Right = fokkerplanck.Absorbing
		u, err := fokkerplanck.MeanExitTime(pr, left, 0)
		if err != nil {
			return drawing{}, err
		}
		i, _ := left.Cell(-1)
		exact.X, exact.Y = append(exact.X, k), append(exact.Y, u[i])
		kramers.X, kramers.Y = append(kramers.X, k), append(kramers.Y, 2*math.Pi/math.Sqrt2*math.Exp(0.25*k))
	}
	return drawing{panels: []report.Panel{slow, reach,
		{Title: "from one well to the other", X: "1/D", Y: "time", LogY: true, Curves: []report.Curve{exact, kramers}}}}, nil
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"time"

	"github.com/ito-sde/ito/fokkerplanck"
	"github.com/ito-sde/ito/fokkerplanck/film"
	"github.com/ito-sde/ito/internal/report"
)

func plane(ctx context.Context) (drawing, error) {
	x, err := fokkerplanck.Uniform(-2.5, 2.5, 150)
	if err != nil {
		return drawing{}, err
	}
	g := fokkerplanck.Plane{X: x, Y: x}
	turning := fokkerplanck.PlaneProblem{
		Drift:     func(x, y, _ float64) (float64, float64) { return x - x*x*x - 0.8*y, -y + 0.8*x },
		Diffusion: func(_, _, _ float64) (float64, float64, float64) { return 0.15, 0.08, 0.12 },
		Steady:    true,
	}
	p0 := g.Averages(func(x, y float64) float64 {
		return math.Exp(-8*(x+1.4)*(x+1.4)-8*(y-1.4)*(y-1.4)) * 8 / math.Pi
	})
	movie, err := film.New(g, 240)
	if err != nil {
		return drawing{}, err
	}
	movie.Root = true
	var stills []report.Panel
	step := 0
	p, err := fokkerplanck.SolvePlane(ctx, turning, g, p0, 0, 6, fokkerplanck.Config{Steps: 240, Observe: func(t float64, p []float64) error {
		step++
		if step%6 != 1 {
			return nil
		}
		if err := movie.Add(t, p); err != nil {
			return err
		}
		if step == 37 || step == 241 {
			stills = append(stills, report.Panel{Title: fmt.Sprintf("t = %.1f", t), X: "x", Y: "y",
				Heat: &report.Heat{Image: movie.Frame(movie.Frames() - 1), X0: -2.5, Y0: -2.5, X1: 2.5, Y1: 2.5}})
		}
		return nil
	}})
	if err != nil {
		return drawing{}, err
	}
	var b bytes.Buffer
	if err := movie.GIF(&b, 80*time.Millisecond); err != nil {
		return drawing{}, err
	}
	return drawing{panels: stills, raster: true, gif: b.Bytes(), note: fmt.Sprintf("Colours are the square root of the density. Mass is kept to %.0e.", math.Abs(g.Mass(p)-g.Mass(p0)))}, nil
}

package main

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/fokkerplanck"
	"github.com/ito-sde/ito/fokkerplanck/film"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

func scorefield(context.Context) (drawing, error) {
	data, err := ring()
	if err != nil {
		return drawing{}, err
	}
	process, err := sde.ByName("vp")
	if err != nil {
		return drawing{}, err
	}
	const side = 3.2
	x, err := fokkerplanck.Uniform(-side, side, 160)
	if err != nil {
		return drawing{}, err
	}
	g := fokkerplanck.Plane{X: x, Y: x}
	var panels []report.Panel
	for _, t := range []float64{0.02, 0.2, 0.5} {
		at := process.At(t)
		var failed error
		p := g.Averages(func(x, y float64) float64 {
			log := make([]float64, 1)
			if err := data.LogDensity(log, []float64{x, y}, at); err != nil {
				failed = err
			}
			return math.Exp(log[0])
		})
		if failed != nil {
			return drawing{}, failed
		}
		still, err := film.New(g, 320)
		if err != nil {
			return drawing{}, err
		}
		still.Root = true
		if err := still.Add(t, p); err != nil {
			return drawing{}, err
		}
		arrows, err := field(data, at, side)
		if err != nil {
			return drawing{}, err
		}
		panels = append(panels, report.Panel{Title: fmt.Sprintf("t = %g", t), X: "x", Y: "y", Curves: []report.Curve{arrows},
			Heat: &report.Heat{Image: still.Frame(0), X0: -side, Y0: -side, X1: side, Y1: side}})
	}
	return drawing{panels: panels, raster: true}, nil
}

// field has an arrow at every point of a lattice, of a length that grows with the root of
// the score's size.
func field(m score.Model, at sde.Level, side float64) (report.Curve, error) {
	const lattice = 15
	var x []float64
	for i := range lattice * lattice {
		x = append(x, side*(2*(float64(i%lattice)+0.5)/lattice-1), side*(2*(float64(i/lattice)+0.5)/lattice-1))
	}
	s := make([]float64, len(x))
	if err := score.Of(s, m, x, at); err != nil {
		return report.Curve{}, err
	}
	c := report.Curve{Name: "score"}
	line := func(x, y float64) { c.X, c.Y = append(c.X, x), append(c.Y, y) }
	for i := 0; i < len(x); i += 2 {
		size := math.Hypot(s[i], s[i+1])
		length := 0.13 * math.Sqrt(size) / (1 + 0.25*math.Sqrt(size))
		u, v := length*s[i]/size, length*s[i+1]/size
		endX, endY := x[i]+u, x[i+1]+v
		line(x[i], x[i+1])
		line(endX, endY)
		for _, turn := range []float64{-2.6, 2.6} {
			line(endX, endY)
			line(endX+0.35*(u*math.Cos(turn)-v*math.Sin(turn)), endY+0.35*(u*math.Sin(turn)+v*math.Cos(turn)))
		}
		line(math.NaN(), math.NaN())
	}
	return c, nil
}

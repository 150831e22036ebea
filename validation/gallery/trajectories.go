package main

import (
	"context"
	"math"

	"github.com/ito-sde/ito/fokkerplanck"
	"github.com/ito-sde/ito/fokkerplanck/film"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

func trajectories(ctx context.Context) (drawing, error) {
	data, err := bimodal()
	if err != nil {
		return drawing{}, err
	}
	process, err := sde.ByName("vp")
	if err != nil {
		return drawing{}, err
	}
	const width = 4.2
	g, err := fokkerplanck.Uniform(-width, width, 400)
	if err != nil {
		return drawing{}, err
	}
	const heights = 260
	cutoff, end := process.Horizon()
	x, laws := centres(g), make([][]float64, heights)
	for k := range laws {
		laws[k] = make([]float64, len(x))
		t := end + (cutoff-end)*float64(k)/(heights-1)
		if err := data.LogDensity(laws[k], x, process.At(t)); err != nil {
			return drawing{}, err
		}
		top := math.Inf(-1)
		for _, v := range laws[k] {
			top = max(top, v)
		}
		for i, v := range laws[k] { // every time by its own maximum, and tails shown by a root
			laws[k][i] = math.Sqrt(math.Exp(v - top))
		}
	}
	carpet, err := film.Carpet(g, laws, 520)
	if err != nil {
		return drawing{}, err
	}
	grid, err := sampler.Times(process, sampler.UniformTime{}, 150, false)
	if err != nil {
		return drawing{}, err
	}
	const n = 8
	start := normals(n, 700, 0)
	var panels []report.Panel
	for _, r := range []struct {
		name string
		rule sampler.Rule
	}{{"DDPM", sampler.DDPM{}}, {"DDIM", sampler.DDIM{}}} {
		p := report.Panel{Title: r.name, X: "x", Y: "1 − t", Heat: &report.Heat{Image: carpet, X0: -width, Y0: 0, X1: width, Y1: end - cutoff}}
		rows, times := [][]float64{start}, grid.Times(nil)
		for k := range grid.Steps() {
			next := make([]float64, n)
			_, err := sampler.Sample(ctx, next, sampler.Config{Process: process, Model: data, Rule: r.rule, Grid: grid,
				Seed: 5, Start: rows[k], Span: [2]int{k, k + 1}})
			if err != nil {
				return drawing{}, err
			}
			rows = append(rows, next)
		}
		for i := range n {
			c := report.Curve{}
			for k, row := range rows {
				c.X, c.Y = append(c.X, row[i]), append(c.Y, end-times[k])
			}
			p.Curves = append(p.Curves, c)
		}
		p.Curves[0].Name = "paths"
		panels = append(panels, p)
	}
	return drawing{panels: panels, raster: true}, nil
}

package main

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/fokkerplanck"
	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

const warmth = 0.3 // the diffusion D of the double well

var well = fokkerplanck.Problem{
	Drift:     func(x, _ float64) float64 { return x - x*x*x },
	Diffusion: func(_, _ float64) float64 { return warmth },
	Steady:    true,
}

func transient(ctx context.Context) (drawing, error) {
	g, err := fokkerplanck.Uniform(-3, 3, 600)
	if err != nil {
		return drawing{}, err
	}
	const start, spread = -1.2, 0.15
	p0 := g.Averages(func(x float64) float64 {
		return math.Exp(-0.5*(x-start)*(x-start)/(spread*spread)) / (spread * math.Sqrt(2*math.Pi))
	})
	shown := []float64{0.3, 2, 10}
	times := []float64{0.05, 0.1, 0.2, 0.3, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 10, 14, 18, 22, 26, 30}
	e, err := fokkerplanck.Evolve(ctx, well, g, p0, 0, 30, fokkerplanck.Adaptive{Tolerance: 1e-8, At: times})
	if err != nil {
		return drawing{}, err
	}
	end, err := fokkerplanck.Stationary(well, g, 0)
	if err != nil {
		return drawing{}, err
	}
	x := centres(g)
	laws := report.Panel{Title: "densities", X: "x", Y: "p(x, t)"}
	kl, total := report.Curve{Name: "KL to the end"}, report.Curve{Name: "entropy production"}
	var at2 []float64
	for k, t := range times {
		p := e.At[k]
		for _, s := range shown {
			if s == t {
				laws.Curves = append(laws.Curves, report.Curve{Name: fmt.Sprintf("t = %g", t), X: x, Y: p})
			}
		}
		if t == 2 {
			at2 = p
		}
		made, err := fokkerplanck.EntropyProduction(well, g, 0, p)
		if err != nil {
			return drawing{}, err
		}
		kl.X, kl.Y = append(kl.X, t), append(kl.Y, relative(g, p, end))
		total.X, total.Y = append(total.X, t), append(total.Y, made.Total)
	}
	laws.Curves = append(laws.Curves, report.Curve{Name: "stationary", X: x, Y: end})

	particles, err := paths(ctx, 20000, start, spread, 2)
	if err != nil {
		return drawing{}, err
	}
	test, err := fokkerplanck.Compare(g, at2, particles)
	if err != nil {
		return drawing{}, err
	}
	counts := histogram(particles, -3, 3, 40)
	return drawing{
		panels: []report.Panel{
			laws,
			{Title: "20,000 particles at t = 2", X: "x", Curves: []report.Curve{
				{Name: "t = 2", X: x, Y: at2}, {Name: "particles", X: counts.X, Y: counts.Y, Points: true}}},
			{Title: "entropy", X: "t", LogY: true, Curves: []report.Curve{kl, total}},
		},
		note: fmt.Sprintf("Particles against the density: p = %.2f (Kolmogorov–Smirnov), %.2f (χ²).", test.KSP, test.Chi2P),
	}, nil
}

// paths returns the ends of n paths in the double well.
func paths(ctx context.Context, n int, start, spread, t float64) ([]float64, error) {
	x := make([]float64, n)
	noise.Gaussian{}.Normal(x, 1, noise.Address{Seed: 1, Use: noise.Prior})
	for i, z := range x {
		x[i] = start + spread*z
	}
	r, err := sde.Solve(ctx, stochastic.SRA1, sde.System{
		Dim: 1, Structure: sde.AdditiveDiagonal,
		Drift: func(dst []float64, _ float64, x []float64) error {
			for i, v := range x {
				dst[i] = v - v*v*v
			}
			return nil
		},
		Diffusion: func(dst []float64, _ float64, _ []float64) error { dst[0] = math.Sqrt(2 * warmth); return nil },
	}, 0, t, x, sde.Config{Steps: 400, Address: noise.Address{Seed: 2}})
	return r.Y, err
}

func centres(g fokkerplanck.Grid) []float64 {
	x := make([]float64, g.Cells())
	for i := range x {
		x[i] = g.Centre(i)
	}
	return x
}

// relative is KL(p‖q) of cell averages.
func relative(g fokkerplanck.Grid, p, q []float64) (kl float64) {
	for i, v := range p {
		if v > 0 {
			kl += g.Width(i) * v * math.Log(v/q[i])
		}
	}
	return kl
}

// histogram is the density of x in equal bins, at their middles.
func histogram(x []float64, lo, hi float64, bins int) (c report.Curve) {
	c.X, c.Y = make([]float64, bins), make([]float64, bins)
	width := (hi - lo) / float64(bins)
	for i := range c.X {
		c.X[i] = lo + (float64(i)+0.5)*width
	}
	for _, v := range x {
		if i := int((v - lo) / width); v >= lo && i < bins {
			c.Y[i] += 1 / (width * float64(len(x)))
		}
	}
	return c
}

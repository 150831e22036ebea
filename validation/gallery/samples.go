package main

import (
	"context"
	"math"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/sample"
	"github.com/ito-sde/ito/divergence/transport"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// normals are n numbers of N(mean, 1), of a row of the seed's noise of its own.
func normals(n int, row uint64, mean float64) []float64 {
	x := make([]float64, n)
	noise.Gaussian{}.Normal(x, 1, noise.Address{Seed: 3, Use: noise.Data, Row: row << 20})
	for i := range x {
		x[i] += mean
	}
	return x
}

func samples(ctx context.Context) (drawing, error) {
	type measure struct {
		name     string
		exact    func(p, q *divergence.Gaussian) (float64, error)
		estimate func(x, y []float64) (statistics.Estimate, error)
	}
	measures := []measure{
		{"KL by nearest neighbours", divergence.KL, func(x, y []float64) (statistics.Estimate, error) {
			r, err := sample.KL(ctx, x, y, 1, 4, sample.Config{})
			return r.Estimate, err
		}},
		{"W2 on the line", divergence.W2, func(x, y []float64) (statistics.Estimate, error) { return transport.Line(x, y, 2) }},
		{"total variation by kernels", func(p, q *divergence.Gaussian) (float64, error) {
			d, err := divergence.W2(p, q) // of equal variances 1, the shift
			return math.Erf(d / math.Sqrt(8)), err
		}, func(x, y []float64) (statistics.Estimate, error) {
			s, err := sample.Kernel(ctx, x, y, 1)
			return s.TotalVariation, err
		}},
	}
	var panels []report.Panel
	for k, m := range measures {
		exact, found := report.Curve{Name: "closed form"}, report.Curve{Name: "estimate", Points: true}
		bars := report.Curve{} // without a name: as what comes before
		for i := 0.0; i <= 12; i++ {
			shift := i / 4
			p, err := divergence.NewGaussianDense([]float64{0}, []float64{1})
			if err != nil {
				return drawing{}, err
			}
			q, err := divergence.NewGaussianDense([]float64{shift}, []float64{1})
			if err != nil {
				return drawing{}, err
			}
			v, err := m.exact(p, q)
			if err != nil {
				return drawing{}, err
			}
			exact.X, exact.Y = append(exact.X, shift), append(exact.Y, v)
			row := uint64(100*k) + uint64(2*i)
			e, err := m.estimate(normals(1000, row, 0), normals(1000, row+1, shift))
			if err != nil {
				return drawing{}, err
			}
			found.X, found.Y = append(found.X, shift), append(found.Y, e.Value)
			bars.X = append(bars.X, shift, shift, math.NaN())
			bars.Y = append(bars.Y, e.Value-2*e.Error, e.Value+2*e.Error, math.NaN())
		}
		panels = append(panels, report.Panel{Title: m.name, X: "δ", Curves: []report.Curve{exact, found, bars}})
	}
	return drawing{panels: panels}, nil
}

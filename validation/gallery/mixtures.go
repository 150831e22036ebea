package main

import (
	"context"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/mixture"
	"github.com/ito-sde/ito/internal/report"
)

// onLine is a mixture of equal parts.
func onLine(means []float64, variance float64) (*mixture.Mixture, error) {
	var weights []float64
	var parts []*divergence.Gaussian
	for _, m := range means {
		g, err := divergence.NewGaussianDense([]float64{m}, []float64{variance})
		if err != nil {
			return nil, err
		}
		weights, parts = append(weights, 1), append(parts, g)
	}
	return mixture.New(weights, parts)
}

func mixtures(ctx context.Context) (drawing, error) {
	p, err := onLine([]float64{-2, 2}, 0.5)
	if err != nil {
		return drawing{}, err
	}
	var low, high, mean report.Curve
	low.Name, high.Name, mean.Name = "lower bound", "upper bound", "mean over samples"
	band := report.Band{Name: "±2 standard errors"}
	way := report.Curve{Name: "W2 with parts kept together"}
	for i := 0.0; i <= 20; i++ {
		s := i / 5
		q, err := onLine([]float64{-2 + s, 2 + s, 3 * s}, 0.5)
		if err != nil {
			return drawing{}, err
		}
		lo, hi, err := mixture.KLBounds(p, q)
		if err != nil {
			return drawing{}, err
		}
		e, err := mixture.KL(ctx, p, q, 1000, 1)
		if err != nil {
			return drawing{}, err
		}
		w, _, err := mixture.W2(ctx, p, q)
		if err != nil {
			return drawing{}, err
		}
		low.X, low.Y = append(low.X, s), append(low.Y, lo)
		high.X, high.Y = append(high.X, s), append(high.Y, hi)
		mean.X, mean.Y = append(mean.X, s), append(mean.Y, e.Value)
		band.X, band.Lo, band.Hi = append(band.X, s), append(band.Lo, e.Value-2*e.Error), append(band.Hi, e.Value+2*e.Error)
		way.X, way.Y = append(way.X, s), append(way.Y, w)
	}
	return drawing{panels: []report.Panel{
		{Title: "KL", X: "shift", Y: "nats", Bands: []report.Band{band}, Curves: []report.Curve{low, high, mean}},
		{Title: "transport between mixtures", X: "shift", Y: "distance", Curves: []report.Curve{way}},
	}}, nil
}

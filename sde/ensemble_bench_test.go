package sde_test

import (
	"fmt"
	"testing"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// BenchmarkEnsemble is 1e5 paths of 100 steps of geometric Brownian motion given
// as functions; package models has the methods that are made for a model.
func BenchmarkEnsemble(b *testing.B) {
	for _, e := range stochastic.Catalogue {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", e.Name, workers), func(b *testing.B) {
				m, err := statistics.NewMoments(1, 4)
				if err != nil {
					b.Fatal(err)
				}
				run := sde.Ensemble{
					Method: e.Method, System: geometric(1, e.Method.Calculus(), 0.05, 0.2),
					T1: 1, Steps: 100, Initial: []float64{1}, Paths: 1e5, Workers: workers,
					Address: noise.Address{Seed: 1}, Statistics: []statistics.Reducer{m},
				}
				for b.Loop() {
					if _, err := run.Run(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N)*1e7/b.Elapsed().Seconds(), "path-steps/s")
			})
		}
	}
}

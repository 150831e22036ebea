package sde_test

import (
	"testing"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// What the driver costs beside the numbers that it draws: compare with
// BenchmarkNormals, both in ns per number.
func BenchmarkSolve(b *testing.B) {
	for _, e := range stochastic.Catalogue {
		b.Run(e.Name, func(b *testing.B) {
			s := geometric(4, e.Method.Calculus(), 0.5, 0.5)
			y0 := ones(4 * 1024)
			for b.Loop() {
				if _, err := sde.Solve(b.Context(), e.Method, s, 0, 1, y0, sde.Config{Steps: 64, Workers: 1}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(64*len(y0)), "ns/number-step")
		})
	}
}

func BenchmarkNormals(b *testing.B) {
	z := make([]float64, 4*1024)
	for b.Loop() {
		noise.Gaussian{}.Normal(z, 4, noise.Address{Use: noise.Test})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(z)), "ns/number")
}

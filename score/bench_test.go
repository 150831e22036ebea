package score_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// The cost of a row, ns/row, of mixtures in 2 and 64 dimensions at a fine, a
// middle and a coarse level.
func BenchmarkMixtureDenoise(b *testing.B) {
	for _, size := range []struct{ dim, k int }{{2, 8}, {64, 20}} {
		m := randomMixture(b, 1, size.dim, size.k)
		const rows = 256
		clean, x, d := normals(2, rows*size.dim), normals(3, rows*size.dim), make([]float64, rows*size.dim)
		for _, at := range []sde.Level{{Alpha: 1, Sigma: 0.1}, {Alpha: 0.7, Sigma: 0.7}, {Alpha: 0.05, Sigma: 1}} {
			for i := range x {
				x[i] = at.Alpha*clean[i] + at.Sigma*x[i]
			}
			b.Run(fmt.Sprintf("dim=%d/k=%d/σ=%v", size.dim, size.k, at.Sigma), func(b *testing.B) {
				for b.Loop() {
					if err := m.Denoise(d, x, at); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
			})
		}
	}
}

// The digits as the command fits them.
func BenchmarkDigitsDenoise(b *testing.B) {
	x := digits(b)
	m, _, err := score.FitMixture(context.Background(), x, 64, 20, score.EMConfig{Seed: 1, Floor: 0.01})
	require.NoError(b, err)
	const rows = 512
	noised, d := make([]float64, rows*64), make([]float64, rows*64)
	for _, at := range []sde.Level{{Alpha: 1, Sigma: 0.01}, {Alpha: 1, Sigma: 0.1}, {Alpha: 1, Sigma: 0.3}, {Alpha: 0.7, Sigma: 0.7}, {Alpha: 0.05, Sigma: 1}} {
		noise := normals(3, len(noised))
		for i := range noised {
			noised[i] = at.Alpha*x[i] + at.Sigma*noise[i]
		}
		b.Run(fmt.Sprintf("σ=%v", at.Sigma), func(b *testing.B) {
			for b.Loop() {
				if err := m.Denoise(d, noised, at); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
		})
	}
}

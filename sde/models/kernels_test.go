package models

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/simd"
	"github.com/ito-sde/ito/sde/noise"
)

// Every family of kernels gives the bits of the portable path, at every length
// and for states that are negative, zero, infinite or NaN; nothing beyond y is
// touched.
func TestKernelsGiveTheSameBits(t *testing.T) {
	defer func(isa simd.ISA) { best = isa }(best)
	s := noise.NewStream(noise.Address{Seed: 1, Use: noise.Test})
	special := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 5e-324, 1e300}
	for name, m := range map[string]struct {
		dim   int
		euler func(y []float64, h, scale float64, z []float64)
	}{
		"gbm":        {1, GBM{0.05, 0.2}.euler},
		"ou":         {1, OU{1, 0.3, 0.5}.euler},
		"doublewell": {1, DoubleWell{0.5}.euler},
		"heston":     {2, Heston{0.03, 2, 0.04, 0.3, -0.7}.euler},
	} {
		for rows := range 70 {
			n := rows * m.dim
			y, z := make([]float64, n+16), make([]float64, n)
			s.Fill(y)
			s.Fill(z)
			if rows%3 == 0 {
				for i := range y {
					if s.Index(4) == 0 {
						y[i] = special[s.Index(len(special))]
					}
				}
			}
			var want []float64
			for _, best = range simd.Available() {
				got := append([]float64(nil), y...)
				m.euler(got[:n], 0.01, 0.1, z)
				if want == nil { // of the portable path
					want = got
				}
				for i := range got {
					same := math.Float64bits(got[i]) == math.Float64bits(want[i]) || got[i] != got[i] && want[i] != want[i]
					require.True(t, same, "%s, %s: %v at %d of %d; want %v", name, best, got[i], i, n, want[i])
				}
			}
		}
		long, z := make([]float64, 3*4096), make([]float64, 3*4096)
		s.Fill(long)
		s.Fill(z)
		want := append([]float64(nil), long...)
		best = simd.Portable
		m.euler(want, 0.01, 0.1, z)
		best = simd.Best()
		m.euler(long, 0.01, 0.1, z)
		require.Equal(t, want, long, name)
	}
}

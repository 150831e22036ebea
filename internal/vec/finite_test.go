package vec

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/simd"
)

// One number that is not finite is found at every place of every length; the
// largest numbers, whose sum is infinite, and denormal ones are finite.
func TestFinite(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		for n := range 70 {
			x := make([]float64, n, n+8)
			for i := range x {
				x[i] = []float64{math.MaxFloat64, -5e-324, 0}[i%3]
			}
			for i := n; i < cap(x); i++ {
				x[:cap(x)][i] = math.NaN() // nobody reads there
			}
			require.True(t, finite(isa, x))
			for i := range x {
				for _, bad := range []float64{math.Inf(1), math.Inf(-1), math.NaN()} {
					old := x[i]
					x[i] = bad
					require.False(t, finite(isa, x), "%v at %d of %d", bad, i, n)
					x[i] = old
				}
			}
		}
	})
	long := make([]float64, 10_000)
	require.True(t, Finite(long))
	long[8192] = math.Inf(1)
	require.False(t, Finite(long))
	require.True(t, Finite(nil))
}

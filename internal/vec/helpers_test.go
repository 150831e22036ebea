package vec

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/simd"
)

// each runs a test for every family of kernels that this processor has.
func each(t *testing.T, f func(t *testing.T, isa simd.ISA)) {
	for _, isa := range simd.Available() {
		t.Run(isa.String(), func(t *testing.T) { f(t, isa) })
	}
}

const guard = 40

// guarded is a slice between two zones that nobody may write.
type guarded[T float32 | float64] struct{ all, x []T }

// newGuarded fills a slice of n elements with values of size 1, some special.
func newGuarded[T float32 | float64](r *rand.Rand, n int, special bool) guarded[T] {
	odd := []T{0, T(math.Copysign(0, -1)), T(math.Inf(1)), T(math.Inf(-1)), T(math.NaN()), 1e-38, -3e38}
	all := make([]T, n+2*guard)
	for i := range all {
		all[i] = T(r.NormFloat64())
		if special && r.IntN(4) == 0 {
			all[i] = odd[r.IntN(len(odd))]
		}
	}
	for i := range guard {
		all[i], all[len(all)-1-i] = 12345, 12345
	}
	return guarded[T]{all, all[guard : guard+n : guard+n]}
}

func (g guarded[T]) clone() guarded[T] {
	all := append([]T(nil), g.all...)
	return guarded[T]{all, all[guard : guard+len(g.x) : guard+len(g.x)]}
}

// requireSame asserts equal bits, a NaN's payload apart, guards included.
func (g guarded[T]) requireSame(t require.TestingT, want guarded[T]) {
	requireBits(t, want.all, g.all)
}

func requireBits[T float32 | float64](t require.TestingT, want, got []T) {
	require.Len(t, got, len(want))
	for i, w := range want {
		if math.Float64bits(float64(w)) != math.Float64bits(float64(got[i])) && (w == w || got[i] == got[i]) {
			require.Failf(t, "bits differ", "element %d: want %v, got %v", i, w, got[i])
		}
	}
}

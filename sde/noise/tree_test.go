package noise

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func tree(t testing.TB, seed, row uint64, dim int) *Tree {
	t.Helper()
	b, err := NewTree(seed, row, dim, 1, 3, 0)
	require.NoError(t, err)
	return b
}

// The path does not depend on the order of the questions.
func TestTreeIsAFunction(t *testing.T) {
	times := []float64{1, 3, 1.5, 1.501, 2.9999, 1.0001, 2, 2.25}
	forward, backward := tree(t, 1, 4, 3), tree(t, 1, 4, 3)
	got := map[float64][]float64{}
	for _, at := range times {
		w := make([]float64, 3)
		forward.At(w, at)
		got[at] = w
	}
	for i := len(times) - 1; i >= 0; i-- {
		w := make([]float64, 3)
		backward.At(w, times[i])
		require.Equal(t, got[times[i]], w)
	}
	require.Equal(t, []float64{0, 0, 0}, got[1])
	// A coarse increment is the sum of its parts.
	var whole, a, b [3]float64
	forward.Increment(whole[:], 1.2, 2.8)
	forward.Increment(a[:], 1.2, 1.9)
	forward.Increment(b[:], 1.9, 2.8)
	for i := range whole {
		require.InDelta(t, whole[i], a[i]+b[i], 1e-15)
	}
	other := make([]float64, 3)
	tree(t, 1, 5, 3).At(other, 2)
	require.NotEqual(t, got[2], other)
}

// Increments over [1.3, 1.55] and [1.55, 2.1] have variances 0.25 and 0.55 and
// no correlation. n = 20,000 rows, 6 standard errors: a false alarm with
// probability below 1e-8.
func TestTreeLaw(t *testing.T) {
	const n = 20_000
	var v1, v2, c float64
	var a, b [1]float64
	for row := range uint64(n) {
		w := tree(t, 7, row, 1)
		w.Increment(a[:], 1.3, 1.55)
		w.Increment(b[:], 1.55, 2.1)
		v1 += a[0] * a[0] / 0.25
		v2 += b[0] * b[0] / 0.55
		c += a[0] * b[0] / math.Sqrt(0.25*0.55)
	}
	se := math.Sqrt(2. / n)
	require.InDelta(t, 1, v1/n, 6*se)
	require.InDelta(t, 1, v2/n, 6*se)
	require.InDelta(t, 0, c/n, 6/math.Sqrt(n))
}

func TestTreeRefuses(t *testing.T) {
	for _, c := range []struct {
		dim       int
		lo, hi    float64
		tolerance float64
	}{{0, 0, 1, 0}, {1, 1, 1, 0}, {1, 0, math.NaN(), 0}, {1, 0, math.Inf(1), 0}, {1, 0, 1, -1}, {1, 0, 1, 1e-30}, {1, 0, 1, math.NaN()}} {
		_, err := NewTree(1, 0, c.dim, c.lo, c.hi, c.tolerance)
		require.ErrorIs(t, err, ErrPath, "%v", c)
	}
	require.Panics(t, func() { tree(t, 1, 0, 1).At(make([]float64, 1), 3.5) })
}

func TestTreeDoesNotAllocate(t *testing.T) {
	b := tree(t, 1, 0, 2)
	var w [2]float64
	at := 1.0
	require.Zero(t, testing.AllocsPerRun(100, func() {
		b.Increment(w[:], at, at+0.01)
		at += 0.01
	}))
}

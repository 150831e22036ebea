package divergence

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// repeated returns every number of x k times, which leaves its law alone.
func repeated(x []float64, k int) []float64 {
	var out []float64
	for _, v := range x {
		out = append(out, slices.Repeat([]float64{v}, k)...)
	}
	return out
}

func TestW2Empirical1D(t *testing.T) {
	do := must(t)
	// {0, 1} and {0, 0, 3}: the thirds and halves couple 0–0 on ½, 1–0 on 1/6,
	// 1–3 on 1/3, so W2² = 1/6 + 4/3.
	require.InEpsilon(t, math.Sqrt(1.5), do(W2Empirical1D([]float64{1, 0}, []float64{3, 0, 0})), 1e-15)
	require.Equal(t, 2.0, do(W2Empirical1D([]float64{5}, []float64{7})))

	r := rand.New(rand.NewPCG(21, 22))
	x, y := make([]float64, 12), make([]float64, 20)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	for i := range y {
		y[i] = r.ExpFloat64()
	}
	kept := slices.Clone(x)
	want := do(W2Empirical1D(repeated(x, 5), repeated(y, 3)))
	require.InEpsilon(t, want, do(W2Empirical1D(x, y)), 1e-14)
	require.InEpsilon(t, want, do(W2Empirical1D(y, x)), 1e-14)
	require.Equal(t, kept, x)
	require.Zero(t, do(W2Empirical1D(x, repeated(x, 7))))

	// Translation by c is at distance c, at any scale.
	for _, scale := range []float64{1e-200, 1, 1e200} {
		a, b := slices.Clone(x), slices.Clone(x)
		for i := range a {
			a[i] *= scale
			b[i] = a[i] + 8*scale
		}
		require.InEpsilon(t, 8*scale, do(W2Empirical1D(a, b)), 1e-14)
	}
}

func TestSlicedW2(t *testing.T) {
	ctx, do := context.Background(), must(t)
	r := rand.New(rand.NewPCG(23, 24))
	const dim = 3
	x, y := make([]float64, 40*dim), make([]float64, 25*dim)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	for i := range y {
		y[i] = 1 + r.NormFloat64()
	}
	want := do(slicedW2(ctx, x, y, dim, 64, 5, 1))
	for _, workers := range []int{2, 3, 8} {
		require.Equal(t, want, do(slicedW2(ctx, x, y, dim, 64, 5, workers)), "the same bits for any workers")
	}
	require.Equal(t, want, do(SlicedW2(ctx, x, y, dim, 64, 5)))
	require.Equal(t, want, do(SlicedW2(ctx, y, x, dim, 64, 5)))
	require.NotEqual(t, want, do(SlicedW2(ctx, x, y, dim, 64, 6)))
	require.Zero(t, do(SlicedW2(ctx, x, x, dim, 9, 5)))

	// On the line every direction is ±1.
	require.InEpsilon(t, do(W2Empirical1D(x, y)), do(SlicedW2(ctx, x, y, 1, 7, 5)), 1e-14)

	// For a shift by s, W2² along θ is (θᵀs)², with mean |s|²/dim and variance
	// 2(dim−1)/(dim²(dim+2))·|s|⁴. Six standard errors: false alarm below 2e-9.
	const directions = 40000
	shifted := slices.Clone(x)
	for i := range shifted {
		shifted[i] += float64(i%dim + 1)
	}
	s2 := 1.0 + 4 + 9
	got := do(SlicedW2(ctx, x[:2*dim], shifted[:2*dim], dim, directions, 5))
	sd := s2 * math.Sqrt(2*(dim-1)/(dim*dim*float64(dim+2)*directions))
	require.InDelta(t, s2/dim, got*got, 6*sd)
}

// A direction costs no allocation.
func TestSlicedW2Allocations(t *testing.T) {
	ctx := context.Background()
	x := make([]float64, 300)
	for i := range x {
		x[i] = float64(i * i % 101)
	}
	count := func(directions int) float64 {
		return testing.AllocsPerRun(5, func() {
			_, err := slicedW2(ctx, x, x[:150], 3, directions, 1, 1)
			require.NoError(t, err)
		})
	}
	require.LessOrEqual(t, count(200), count(10))
}

package transport

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/validity"
	"github.com/ito-sde/ito/sde/statistics"
)

// affine returns shift + scale·x.
func affine(x []float64, shift, scale float64) []float64 {
	y := slices.Clone(x)
	for i := range y {
		y[i] = shift + scale*y[i]
	}
	return y
}

func TestLine(t *testing.T) {
	// {0, 1} and {0, 0, 3}: 0–0 on ½, 1–0 on 1/6, 1–3 on 1/3.
	for _, c := range []struct{ p, want float64 }{
		{1, 1.0/6 + 2.0/3}, {2, math.Sqrt(1.0/6 + 4.0/3)}, {3, math.Cbrt(1.0/6 + 8.0/3)}, {math.Inf(1), 2},
	} {
		got, err := Line([]float64{1, 0}, []float64{3, 0, 0}, c.p)
		require.NoError(t, err)
		require.InEpsilon(t, c.want, got.Value, 1e-14)
	}
	x, y := validity.Normals(60, 0, 0), affine(validity.Normals(45, 0, 1), 1, 2)
	want, err := divergence.W2Empirical1D(x, y)
	require.NoError(t, err)
	for _, scale := range []float64{1e-200, 1, 1e200} {
		got, err := Line(affine(x, 0, scale), affine(y, 0, scale), 2)
		require.NoError(t, err)
		require.InEpsilon(t, want*scale, got.Value, 1e-13)
	}
	same, err := Line(x, x, 1)
	require.NoError(t, err)
	require.Equal(t, statistics.Estimate{}, same)
}

// The potentials are feasible and their means add up to the cost: optimality.
func TestPotentials(t *testing.T) {
	for _, p := range []float64{1, 1.5, 2, 4} {
		x, y := validity.Normals(30, 1, 0), affine(validity.Normals(42, 1, 1), 0.5, 2)
		slices.Sort(x)
		slices.Sort(y)
		phi, psi := make([]float64, len(x)), make([]float64, len(y))
		variance(x, y, phi, psi, 1, p)
		var sum float64
		for i, f := range phi {
			sum += f / float64(len(x))
			for j, g := range psi {
				require.LessOrEqual(t, f+g, raise(x[i]-y[j], p)+1e-12)
			}
		}
		for _, g := range psi {
			sum += g / float64(len(y))
		}
		require.InEpsilon(t, cost(x, y, 1, p), sum, 1e-12)
	}
}

func TestLineCovers(t *testing.T) {
	validity.Covers(t, 500, math.Sqrt(4+0.25), func(r int) statistics.Estimate {
		e, err := Line(validity.Normals(400, r, 0), affine(validity.Normals(300, r, 1), 2, 1.5), 2)
		require.NoError(t, err)
		return e
	})
	// A shift is at the same distance for every order.
	validity.Covers(t, 500, 3, func(r int) statistics.Estimate {
		e, err := Line(validity.Normals(400, r, 0), affine(validity.Normals(300, r, 1), 3, 1), 1)
		require.NoError(t, err)
		return e
	})
}

func TestSliced(t *testing.T) {
	ctx := context.Background()
	// For a shift by s, SW2² = |s|²/dim; the error counts the directions.
	const dim = 3
	x := validity.Normals(40*dim, 2, 0)
	y := slices.Clone(x)
	for i := range y {
		y[i] += float64(i%dim + 1)
	}
	got, err := Sliced(ctx, x, y, dim, Slices{Directions: 4000})
	require.NoError(t, err)
	require.InDelta(t, math.Sqrt(14.0/dim), got.Value, 6*got.Error)
	require.True(t, math.IsNaN(got.P))
	c := Slices{Directions: 70, Permutations: 9, Order: 1.5, Workers: 1}
	y = validity.Normals(25*dim, 3, 0)
	want, err := Sliced(ctx, x, y, dim, c)
	require.NoError(t, err)
	c.Workers = 3
	again, err := Sliced(ctx, x, y, dim, c)
	require.NoError(t, err)
	require.Equal(t, want, again)
}

func TestSlicedUniform(t *testing.T) {
	validity.Uniform(t, 300, 99, func(r int) float64 {
		got, err := Sliced(context.Background(), validity.Normals(2*30, r, 0), validity.Normals(2*20, r, 1), 2, Slices{Directions: 10, Permutations: 99, Seed: uint64(r)})
		require.NoError(t, err)
		return got.P
	})
}

// Between N(0, I) and N(s, I) in the plane, the mean over directions of (θᵀs)² is
// |s|²/2.
func TestSlicedCovers(t *testing.T) {
	validity.Covers(t, 300, 3/math.Sqrt2, func(r int) statistics.Estimate {
		y := validity.Normals(2*200, r, 1)
		for i := 0; i < len(y); i += 2 {
			y[i] += 3
		}
		got, err := Sliced(context.Background(), validity.Normals(2*300, r, 0), y, 2, Slices{Directions: 100, Seed: uint64(r)})
		require.NoError(t, err)
		return got.Estimate
	})
}

func TestMaxSliced(t *testing.T) {
	ctx := context.Background()
	// A shift of the same points by s: the direction is s, the distance |s|.
	const dim = 5
	x := validity.Normals(50*dim, 4, 0)
	y := slices.Clone(x)
	for i := range y {
		y[i] += float64(i % dim)
	}
	got, theta, err := MaxSliced(ctx, x, y, dim, Slices{Directions: 16})
	require.NoError(t, err)
	require.InEpsilon(t, math.Sqrt(30), got.Value, 1e-9)
	require.InDelta(t, 4/math.Sqrt(30), math.Abs(theta[4]), 1e-6)
	// Stretching one axis of a centred normal law by 3: that axis, about 2.
	y = validity.Normals(3000*dim, 4, 1)
	for i := 2; i < len(y); i += dim {
		y[i] *= 3
	}
	got, theta, err = MaxSliced(ctx, validity.Normals(3000*dim, 4, 2), y, dim, Slices{Directions: 32})
	require.NoError(t, err)
	require.InDelta(t, 1, math.Abs(theta[2]), 0.01)
	require.InDelta(t, 2, got.Value, 6*got.Error)
	require.Less(t, got.Error, 0.1)
	_, _, err = MaxSliced(ctx, x, x, dim, Slices{Order: 1})
	require.ErrorIs(t, err, divergence.ErrOrder)
}

func TestMaxSlicedUniform(t *testing.T) {
	validity.Uniform(t, 60, 19, func(r int) float64 {
		got, _, err := MaxSliced(context.Background(), validity.Normals(2*15, r, 0), validity.Normals(2*15, r, 1), 2, Slices{Directions: 4, Permutations: 19, Seed: uint64(r)})
		require.NoError(t, err)
		return got.P
	})
}

func TestBadInput(t *testing.T) {
	ctx := context.Background()
	one := []float64{1, 2}
	for _, c := range []struct {
		x, y []float64
		dim  int
		want error
	}{
		{one, nil, 2, divergence.ErrSamples},
		{one, []float64{1, 2, 3}, 2, divergence.ErrDimension},
		{one, one, 0, divergence.ErrDimension},
		{[]float64{1, math.NaN()}, one, 2, divergence.ErrNotFinite},
		{one, []float64{1, math.Inf(1)}, 2, divergence.ErrNotFinite},
	} {
		_, err := Sliced(ctx, c.x, c.y, c.dim, Slices{})
		require.ErrorIs(t, err, c.want)
		_, _, err = MaxSliced(ctx, c.x, c.y, c.dim, Slices{})
		require.ErrorIs(t, err, c.want)
	}
	_, err := Line(one, one, 0.5)
	require.ErrorIs(t, err, divergence.ErrOrder)
	_, err = Line(one, nil, 1)
	require.ErrorIs(t, err, divergence.ErrSamples)
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err = Sliced(ended, one, one, 2, Slices{})
	require.ErrorIs(t, err, context.Canceled)
}

func BenchmarkSliced(b *testing.B) {
	const dim, n = 64, 10000
	x, y := validity.Normals(n*dim, 0, 0), validity.Normals(n*dim, 0, 1)
	for _, permutations := range []int{0, 199} {
		b.Run([]string{"distance", "p"}[min(permutations, 1)], func(b *testing.B) {
			for b.Loop() {
				if _, err := Sliced(context.Background(), x, y, dim, Slices{Permutations: permutations}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("max", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := MaxSliced(context.Background(), x, y, dim, Slices{Directions: 32}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// Shifted by 3 along an axis, the maximal slice is at distance 3.
func TestMaxSlicedCovers(t *testing.T) {
	validity.CoversMean(t, 100, func(r int) statistics.Estimate {
		y := validity.Normals(2*200, r, 1)
		for i := 0; i < len(y); i += 2 {
			y[i] += 3
		}
		got, _, err := MaxSliced(context.Background(), validity.Normals(2*300, r, 0), y, 2, Slices{Directions: 20, Seed: uint64(r)})
		require.NoError(t, err)
		return got.Estimate
	})
}

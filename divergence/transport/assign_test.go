package transport

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/validity"
	"github.com/ito-sde/ito/sde/statistics"
)

// Feasible prices that meet the cost on the assignment prove it optimal; rounded
// costs make ties.
func TestAssign(t *testing.T) {
	ctx := context.Background()
	for n := 1; n < 60; n += 3 {
		for _, round := range []float64{0, 1, 1e9} {
			cost := validity.Normals(n*n, n, 0)
			if round > 0 {
				for i := range cost {
					cost[i] = math.Round(cost[i] * round)
				}
			}
			columns, u, v, err := Assign(ctx, cost, n)
			require.NoError(t, err)
			seen := make([]bool, n)
			for i, j := range columns {
				require.False(t, seen[j])
				seen[j] = true
				require.InDelta(t, cost[i*n+j], u[i]+v[j], 1e-12*(1+round))
				for k := range n {
					require.LessOrEqual(t, u[i]+v[k], cost[i*n+k]+1e-12*(1+round))
				}
			}
		}
	}
	_, _, _, err := Assign(ctx, []float64{1, 2, 3}, 2)
	require.ErrorIs(t, err, divergence.ErrDimension)
	_, _, _, err = Assign(ctx, []float64{1, 2, 3, math.Inf(1)}, 2)
	require.ErrorIs(t, err, divergence.ErrNotFinite)
}

func TestExact(t *testing.T) {
	ctx := context.Background()
	// On the line it is the coupling of quantiles.
	x, y := validity.Normals(80, 0, 0), affine(validity.Normals(80, 0, 1), 1, 2)
	for _, p := range []float64{1, 2, 3} {
		want, err := Line(x, y, p)
		require.NoError(t, err)
		got, err := Exact(ctx, x, y, 1, Slices{Order: p})
		require.NoError(t, err)
		require.InEpsilon(t, want.Value, got.Value, 1e-12)
		if p > 1 { // the prices are unique up to a gap between neighbours
			require.InEpsilon(t, want.Error, got.Error, 0.3)
		}
	}
	// A shift moves every row alike.
	x = validity.Normals(3*70, 1, 0)
	got, err := Exact(ctx, x, affine(x, 2, 1), 3, Slices{})
	require.NoError(t, err)
	require.InEpsilon(t, math.Sqrt(12), got.Value, 1e-12)
	_, err = Exact(ctx, x, x[:6], 3, Slices{})
	require.ErrorIs(t, err, divergence.ErrDimension)
	same, err := Exact(ctx, make([]float64, 6), make([]float64, 6), 3, Slices{})
	require.NoError(t, err)
	require.Zero(t, same.Value)
}

func TestExactUniform(t *testing.T) {
	validity.Uniform(t, 200, 39, func(r int) float64 {
		got, err := Exact(context.Background(), validity.Normals(2*20, r, 0), validity.Normals(2*20, r, 1), 2, Slices{Permutations: 39, Seed: uint64(r)})
		require.NoError(t, err)
		return got.P
	})
}

// A law and its shift in the plane: the bias of N^{−1/2} is not the error's matter.
func TestExactCovers(t *testing.T) {
	validity.CoversMean(t, 120, func(r int) statistics.Estimate {
		got, err := Exact(context.Background(), validity.Normals(2*60, r, 0), affine(validity.Normals(2*60, r, 1), 2, 1), 2, Slices{})
		require.NoError(t, err)
		return got.Estimate
	})
}

func BenchmarkExact(b *testing.B) {
	const n, dim = 2000, 64
	x, y := validity.Normals(n*dim, 0, 0), validity.Normals(n*dim, 0, 1)
	for b.Loop() {
		if _, err := Exact(context.Background(), x, y, dim, Slices{}); err != nil {
			b.Fatal(err)
		}
	}
}

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

// entropic is OT_ε between N(0, a²) and N(δ, b²): Janati, Muzellec, Peyré, Cuturi
// (2020), theorem 1, with 2σ² = ε.
func entropic(delta, a, b, epsilon float64) float64 {
	s := epsilon / 2
	d := math.Sqrt(4*a*a*b*b + s*s)
	return delta*delta + a*a + b*b - d + s*(1-math.Log(2*s)) + s*math.Log(d+s)
}

func divergenceOf(delta, a, b, epsilon float64) float64 {
	return entropic(delta, a, b, epsilon) - entropic(0, a, a, epsilon)/2 - entropic(0, b, b, epsilon)/2
}

func TestSinkhornCovers(t *testing.T) {
	const epsilon = 1
	validity.Covers(t, 100, divergenceOf(2, 1, 1.5, epsilon), func(r int) statistics.Estimate {
		got, err := Sinkhorn(context.Background(), validity.Normals(200, r, 0), affine(validity.Normals(150, r, 1), 2, 1.5), 1, Entropic{Epsilon: epsilon})
		require.NoError(t, err)
		return got.Estimate
	})
}

func TestSinkhorn(t *testing.T) {
	ctx := context.Background()
	x, y := validity.Normals(3*70, 0, 0), affine(validity.Normals(3*70, 0, 1), 1, 1.5)
	// Large ε: the squared distance of the means. The remainder is of order 1/ε.
	var mean [3]float64
	for i := range x {
		mean[i%3] += (x[i] - y[i]) / 70
	}
	got, err := Sinkhorn(ctx, x, y, 3, Entropic{Epsilon: 1e6, Tolerance: 1e-12})
	require.NoError(t, err)
	require.InEpsilon(t, mean[0]*mean[0]+mean[1]*mean[1]+mean[2]*mean[2], got.Value, 1e-4)
	// Small ε: the assignment's W2², up to ε times an entropy of at most ln 70.
	exact, err := Exact(ctx, x, y, 3, Slices{})
	require.NoError(t, err)
	const epsilon = 0.01
	got, err = Sinkhorn(ctx, x, y, 3, Entropic{Epsilon: epsilon, Tolerance: 1e-3, Iterations: 20000})
	require.NoError(t, err)
	require.InDelta(t, exact.Value*exact.Value, got.Value, epsilon*math.Log(70))
	// A shift by s adds |s|² to that of the same points, which is nothing.
	got, err = Sinkhorn(ctx, x, affine(x, 2, 1), 3, Entropic{Epsilon: 3, Tolerance: 1e-9})
	require.NoError(t, err)
	require.InEpsilon(t, 12, got.Value, 1e-6)
	got, err = Sinkhorn(ctx, x, x, 3, Entropic{Epsilon: 3, Tolerance: 1e-9})
	require.NoError(t, err)
	require.InDelta(t, 0, got.Value, 1e-8)
	_, err = Sinkhorn(ctx, x, y, 3, Entropic{Epsilon: 1e-3, Iterations: 2})
	require.ErrorIs(t, err, divergence.ErrConvergence)
	_, err = Sinkhorn(ctx, x, y, 3, Entropic{Epsilon: -1})
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	_, err = Sinkhorn(ctx, x, nil, 3, Entropic{})
	require.ErrorIs(t, err, divergence.ErrSamples)
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err = Sinkhorn(ended, x, y, 3, Entropic{})
	require.ErrorIs(t, err, context.Canceled)
}

// Recomputed costs give the bits of kept ones, for any number of workers; single
// precision what its rounding allows.
func TestSinkhornBlocks(t *testing.T) {
	ctx := context.Background()
	const dim, epsilon = 5, 0.3
	x, y := validity.Normals(dim*300, 0, 0), validity.Normals(dim*1290, 0, 1)
	center := []float64{0.1, 0, 0, 0, 0}
	kept := newCosts(x, y, dim, center, epsilon, 1)
	again := newCosts(x, y, dim, center, epsilon, 3)
	again.kept = nil
	g := validity.Normals(1290, 0, 2)
	a, b := make([]float64, 300), make([]float64, 300)
	require.NoError(t, kept.soften(ctx, a, g, epsilon))
	require.NoError(t, again.soften(ctx, b, g, epsilon))
	require.Equal(t, a, b)
	again.single = newSingle(x, y, dim, center, epsilon)
	require.NoError(t, again.soften(ctx, b, g, epsilon))
	require.InDeltaSlice(t, a, b, 1e-4)
	require.NotEqual(t, a, b)
	require.Nil(t, newSingle(x, y, dim, center, 1e-9))
}

func TestSinkhornUniform(t *testing.T) {
	validity.Uniform(t, 60, 19, func(r int) float64 {
		got, err := Sinkhorn(context.Background(), validity.Normals(2*15, r, 0), validity.Normals(2*15, r, 1), 2, Entropic{Permutations: 19, Seed: uint64(r)})
		require.NoError(t, err)
		return got.P
	})
}

func BenchmarkSinkhorn(b *testing.B) {
	const dim, n = 64, 10000
	x, y := validity.Normals(n*dim, 0, 0), affine(validity.Normals(n*dim, 0, 1), 0.1, 1.1)
	for b.Loop() {
		if _, err := Sinkhorn(context.Background(), x, y, dim, Entropic{}); err != nil {
			b.Fatal(err)
		}
	}
}

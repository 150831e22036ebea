package divergence

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/internal/par"
)

// SlicedW2 returns the sliced Wasserstein distance of order 2 between the
// samples x and y, rows of dim numbers,
//
//	SW2² = (1/K) Σ_k W2²( θ_kᵀx, θ_kᵀy )
//
// over K = directions unit vectors θ_k, uniform on the sphere; each projection
// is solved exactly as in [W2Empirical1D], so the numbers of rows may differ.
// θ_k depends on seed and k alone, and the result is the same bits for any number
// of processors. In one dimension it is W2. Its square underestimates W2² by a
// factor near dim for a shift.
//
// It stops within one direction of the end of ctx with its error. Other errors:
// [ErrDimension] for sizes that are no rows or directions < 1, [ErrSamples] if a
// sample is empty, [ErrNotFinite].
//
// Bonneel, Rabin, Peyré, Pfister (2015).
func SlicedW2(ctx context.Context, x, y []float64, dim, directions int, seed uint64) (float64, error) {
	return slicedW2(ctx, x, y, dim, directions, seed, 0)
}

func slicedW2(ctx context.Context, x, y []float64, dim, directions int, seed uint64, workers int) (float64, error) {
	for _, s := range [][]float64{x, y} {
		if err := checkRows(s, dim); err != nil {
			return math.NaN(), err
		}
		if len(s) == 0 {
			return math.NaN(), fmt.Errorf("%w: a sample is empty", ErrSamples)
		}
	}
	if directions < 1 {
		return math.NaN(), fmt.Errorf("%w: %d directions; at least 1 is needed", ErrDimension, directions)
	}
	type scratch struct {
		theta, a, b []float64
		source      *rand.PCG
		normal      *rand.Rand
	}
	own := make([]scratch, par.Workers(workers, directions))
	for i := range own {
		source := rand.NewPCG(0, 0)
		own[i] = scratch{
			make([]float64, dim), make([]float64, len(x)/dim), make([]float64, len(y)/dim),
			source, rand.New(source),
		}
	}
	distance := make([]float64, directions)
	err := par.For(ctx, workers, directions, func(worker, k int) error {
		s := &own[worker]
		s.source.Seed(seed, uint64(k))
		direction(s.theta, s.normal)
		project(s.a, x, s.theta)
		project(s.b, y, s.theta)
		size, mean := w2Sorted(s.a, s.b)
		distance[k] = size * math.Sqrt(mean)
		return nil
	})
	if err != nil {
		return math.NaN(), err
	}
	return floats.Norm(distance, 2) / math.Sqrt(float64(directions)), nil
}

// direction fills theta with a unit vector.
func direction(theta []float64, r *rand.Rand) {
	for norm := 0.0; norm == 0; {
		for i := range theta {
			theta[i] = r.NormFloat64()
		}
		norm = floats.Norm(theta, 2)
		if norm > 0 {
			floats.Scale(1/norm, theta)
		}
	}
}

// project writes the sorted θᵀx of the rows of x to dst.
func project(dst, x, theta []float64) {
	dim := len(theta)
	rows := blas64.General{Rows: len(dst), Cols: dim, Stride: dim, Data: x}
	blas64.Gemv(blas.NoTrans, 1, rows, vector(theta), 0, vector(dst))
	slices.Sort(dst)
}

package transport

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/rows"
	"github.com/ito-sde/ito/divergence/permutation"
	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/sde/statistics"
)

// MaxSliced returns the max-sliced Wasserstein distance of order 2 and the unit
// vector θ that attains it,
//
//	max_θ W2( θᵀx, θᵀy )
//
// found by gradient ascent on the sphere from the difference of means and from the
// best of c.Directions random vectors: a local maximum, hence a lower bound. The
// standard error is that of the dual potentials at θ; c.Order must be 0 or 2. The
// p-value repeats the whole search for every permutation.
//
// Errors as for [Sliced]; that of ctx within one ascent.
//
// Deshpande, Hu, Sun, Pyrros, Siddiqui, Koyejo, Zhao, Forsyth, Schwing (2019), eq. 8.
func MaxSliced(ctx context.Context, x, y []float64, dim int, c Slices) (permutation.Result, []float64, error) {
	n, m, err := rows.Check2(x, y, dim, 1)
	if err != nil {
		return permutation.Failed, nil, err
	}
	if err := c.defaults(); err != nil {
		return permutation.Failed, nil, err
	}
	if c.Order != 2 {
		return permutation.Failed, nil, fmt.Errorf("%w: %v; the max-sliced distance is of order 2", divergence.ErrOrder, c.Order)
	}
	size := spread(x, y, dim)
	if size == 0 {
		return permutation.Result{Estimate: statistics.Estimate{Error: math.NaN()}, P: permutation.P(make([]float64, c.Permutations+1))}, make([]float64, dim), nil
	}
	pooled := slices.Concat(x, y)
	found := make([]float64, c.Permutations+1)
	theta := make([]float64, dim)
	var w power
	err = par.For(ctx, c.Workers, c.Permutations+1, func(_, b int) error {
		s := newSearch(n, m, dim, size)
		index := make([]int, n+m)
		permutation.Deal(index, c.Seed, b)
		s.x = rows.Gather(nil, pooled, dim, index[:n])
		s.y = rows.Gather(nil, pooled, dim, index[n:])
		if err := s.run(ctx, c); err != nil {
			return err
		}
		found[b] = s.best
		if b == 0 {
			copy(theta, s.at)
			copy(s.line.theta, s.at)
			s.line.project(s.x, s.y, dim)
			v := make([]float64, n+m)
			w = power{size, s.line.solve(v, size, 2), meanVariance(v[:n]) + meanVariance(v[n:])}
		}
		return nil
	})
	if err != nil {
		return permutation.Failed, nil, err
	}
	return permutation.Result{Estimate: w.root(2), P: permutation.P(found)}, theta, nil
}

// search is an ascent's scratch.
type search struct {
	line     line
	x, y     []float64
	size     float64
	best     float64
	at       []float64
	gradient []float64
	weights  []float64 // of the rows of x and y in the gradient
	own      []int32   // the deal that leaves every row where it is
	spare    []float64
}

func newSearch(n, m, dim int, size float64) *search {
	s := &search{
		line: newLine(n, m, dim), size: size, best: -1, at: make([]float64, dim), gradient: make([]float64, dim),
		weights: make([]float64, n+m), own: make([]int32, n+m), spare: make([]float64, n+m),
	}
	for i := range s.own {
		s.own[i] = int32(i)
	}
	return s
}

// starts is the number of random vectors that an ascent begins from.
const starts = 3

func (s *search) run(ctx context.Context, c Slices) error {
	dim := len(s.at)
	type start struct {
		value float64
		theta []float64
	}
	var from []start
	try := func(theta []float64) { from = append(from, start{s.value(theta), theta}) }
	for k := range c.Directions {
		theta := make([]float64, dim)
		direction(theta, c.Seed, k)
		try(theta)
	}
	slices.SortStableFunc(from, func(a, b start) int {
		if a.value > b.value {
			return -1
		}
		if a.value < b.value {
			return 1
		}
		return 0
	})
	from = from[:min(starts, len(from))]
	shift := make([]float64, dim)
	for i, v := range s.x {
		shift[i%dim] += v / s.size / float64(s.line.n)
	}
	for i, v := range s.y {
		shift[i%dim] -= v / s.size / float64(s.line.m)
	}
	if norm := floats.Norm(shift, 2); norm > 0 {
		floats.Scale(1/norm, shift)
		try(shift)
	}
	for _, f := range from {
		if err := ctx.Err(); err != nil {
			return err
		}
		if v := s.ascend(f.theta, f.value); v > s.best {
			s.best = v
			copy(s.at, f.theta)
		}
	}
	return nil
}

func (s *search) value(theta []float64) float64 {
	copy(s.line.theta, theta)
	s.line.project(s.x, s.y, len(theta))
	return s.line.deal(s.own, s.size, 2)
}

// ascend moves theta uphill and returns the value there.
func (s *search) ascend(theta []float64, value float64) float64 {
	next := make([]float64, len(theta))
	step := 1.0
	for range 200 {
		s.slope(theta)
		norm := floats.Norm(s.gradient, 2)
		if norm*norm <= 1e-12*value*value {
			break
		}
		gain := 0.0
		for step > 1e-6 {
			floats.AddScaledTo(next, theta, step/norm, s.gradient)
			floats.Scale(1/floats.Norm(next, 2), next)
			if v := s.value(next); v > value {
				gain = v - value
				break
			}
			step /= 2
		}
		if gain == 0 {
			break
		}
		value += gain
		copy(theta, next)
		if gain <= 1e-10*value {
			break
		}
		step = min(2*step, 1)
	}
	return value
}

// slope fills gradient with the projection of ∇_θ W2² onto the tangent space.
func (s *search) slope(theta []float64) {
	l := &s.line
	copy(l.theta, theta)
	l.project(s.x, s.y, len(theta))
	clear(s.weights)
	l.solve(s.spare, s.size, 2)
	inverse := 1 / (s.size * float64(l.n) * float64(l.m))
	couple(l.a, l.b, func(i, j, mass int) {
		v := 2 * float64(mass) * (l.a[i] - l.b[j]) * inverse
		s.weights[l.rowsA[i]] += v
		s.weights[l.rowsB[j]] -= v
	})
	dim := len(theta)
	clear(s.gradient)
	for _, part := range []struct{ w, x []float64 }{{s.weights[:l.n], s.x}, {s.weights[l.n:], s.y}} {
		blas64.Gemv(blas.Trans, 1/s.size, blas64.General{Rows: len(part.w), Cols: dim, Stride: dim, Data: part.x},
			blas64.Vector{N: len(part.w), Inc: 1, Data: part.w}, 1, blas64.Vector{N: dim, Inc: 1, Data: s.gradient})
	}
	floats.AddScaled(s.gradient, -floats.Dot(s.gradient, theta), theta)
}

package transport

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/rows"
	"github.com/ito-sde/ito/divergence/permutation"
	"github.com/ito-sde/ito/sde/statistics"
)

// Entropic says how transport is smoothed. The zero value smooths by a twentieth of
// the mean squared distance, without a p-value.
type Entropic struct {
	Epsilon      float64 // ε > 0, in squared units of the data; 0: see above
	Tolerance    float64 // last change of the potentials, in units of ε; 0: 0.01, whose error in S is of second order
	Iterations   int     // at most, at the final ε; 0: 1000
	Permutations int     // for the p-value; 0: none
	Seed         uint64
	Workers      int // 0: one a core; the result is the same
}

// Sinkhorn returns the Sinkhorn divergence between two samples,
//
//	S_ε = OT_ε(x, y) − ½ OT_ε(x, x) − ½ OT_ε(y, y),
//	OT_ε(x, y) = min_π Σ π_ij |x_i − y_j|² + ε KL(π ‖ uniform),
//
// in squared units: it tends to W2² as ε → 0, and to |mean x − mean y|² as ε → ∞.
// It is not negative, and 0 only for samples that coincide. The potentials are
// iterated as logarithms, from a large ε down, then over-relaxed by the rate of
// convergence that was seen (Thibault, Chizat, Dossal, Papadakis, 2021); costs are kept for up to 4·10⁶
// pairs; beyond, they are recomputed by blocks, through products in single precision
// where 2⁻²² of the largest squared distance from the center is below ε/1000. The standard error is that of the potentials.
// The p-value repeats it all.
//
// Errors: divergence.ErrDimension, ErrSamples if a sample is empty, ErrNotFinite;
// ErrConvergence where the iterations do not suffice, with the result reached; that
// of ctx within one sweep.
//
// Feydy, Séjourné, Vialard, Amari, Trouvé, Peyré (2019), eqs. 3, 19, 20; González-
// Delgado, González-Sanz, Cortés, Neuvial (2023), for the error.
func Sinkhorn(ctx context.Context, x, y []float64, dim int, c Entropic) (permutation.Result, error) {
	n, m, err := rows.Check2(x, y, dim, 1)
	if err != nil {
		return permutation.Failed, err
	}
	pooled := slices.Concat(x, y)
	if err := c.defaults(pooled, dim); err != nil {
		return permutation.Failed, err
	}
	out := permutation.Failed
	if c.Epsilon == 0 { // all rows coincide
		out.Value = 0
		return out, nil
	}
	phi, psi, err := c.potentials(ctx, x, y, dim)
	if phi == nil {
		return permutation.Failed, err
	}
	out.Estimate = statistics.Estimate{
		Value: stat.Mean(phi, nil) + stat.Mean(psi, nil),
		Error: math.Sqrt(meanVariance(phi) + meanVariance(psi)),
	}
	if err != nil || c.Permutations == 0 {
		return out, err
	}
	found := make([]float64, c.Permutations+1)
	found[0] = out.Value
	index := make([]int, n+m)
	var a, b []float64
	for k := 1; k < len(found); k++ {
		permutation.Deal(index, c.Seed, k)
		a, b = rows.Gather(a, pooled, dim, index[:n]), rows.Gather(b, pooled, dim, index[n:])
		phi, psi, err := c.potentials(ctx, a, b, dim)
		if err != nil {
			return permutation.Failed, err
		}
		found[k] = stat.Mean(phi, nil) + stat.Mean(psi, nil)
	}
	out.P = permutation.P(found)
	return out, nil
}

func (c *Entropic) defaults(pooled []float64, dim int) error {
	for _, v := range []float64{c.Epsilon, c.Tolerance} {
		if !(v >= 0) || math.IsInf(v, 1) {
			return fmt.Errorf("%w: ε = %v, tolerance %v; both must be positive, or 0 for the default", divergence.ErrNotFinite, c.Epsilon, c.Tolerance)
		}
	}
	if c.Iterations < 0 || c.Permutations < 0 {
		return fmt.Errorf("%w: %d iterations and %d permutations; neither may be negative", divergence.ErrDimension, c.Iterations, c.Permutations)
	}
	if c.Epsilon == 0 {
		// The mean squared distance is twice the sum of the variances.
		c.Epsilon = 0.05 * 2 * totalVariance(pooled, dim)
	}
	if c.Tolerance == 0 {
		c.Tolerance = 0.01
	}
	if c.Iterations == 0 {
		c.Iterations = 1000
	}
	return nil
}

func totalVariance(x []float64, dim int) float64 {
	n := len(x) / dim
	column := make([]float64, n)
	var sum float64
	for j := range dim {
		for i := range column {
			column[i] = x[i*dim+j]
		}
		sum += stat.PopVariance(column, nil)
	}
	return sum
}

// potentials returns f_xy − f_xx and g_xy − g_yy by row, nil with an error that is
// not ErrConvergence.
func (c *Entropic) potentials(ctx context.Context, x, y []float64, dim int) (phi, psi []float64, err error) {
	start := spread(x, y, dim)
	start *= start
	center := make([]float64, dim)
	for _, s := range [][]float64{x, y} {
		for i, v := range s {
			center[i%dim] += v / float64(2*len(s)/dim)
		}
	}
	xy, yx := newCosts(x, y, dim, center, c.Epsilon, c.Workers), newCosts(y, x, dim, center, c.Epsilon, c.Workers)
	phi, psi = make([]float64, len(x)/dim), make([]float64, len(y)/dim)
	next, back, omega := slices.Clone(phi), slices.Clone(psi), relaxation{}
	slow := c.anneal(start, func(epsilon float64) (float64, error) {
		if err := xy.soften(ctx, next, psi, epsilon); err != nil {
			return 0, err
		}
		change := floats.Distance(next, phi, math.Inf(1))
		w := omega.next(change, epsilon == c.Epsilon)
		relax(phi, next, w)
		if err := yx.soften(ctx, back, phi, epsilon); err != nil {
			return 0, err
		}
		relax(psi, back, w)
		return change, nil
	})
	if slow == nil || ctx.Err() == nil {
		// Without relaxation, the dual's error is of second order.
		if err := yx.soften(ctx, psi, phi, c.Epsilon); err != nil {
			return nil, nil, err
		}
	}
	if slow != nil && ctx.Err() != nil {
		return nil, nil, slow
	}
	for _, s := range []struct{ x, out []float64 }{{x, phi}, {y, psi}} {
		own := newCosts(s.x, s.x, dim, center, c.Epsilon, c.Workers)
		f, next := make([]float64, len(s.out)), make([]float64, len(s.out))
		err := c.anneal(start, func(epsilon float64) (float64, error) {
			if err := own.soften(ctx, next, f, epsilon); err != nil {
				return 0, err
			}
			change := floats.Distance(f, next, math.Inf(1))
			floats.Add(f, next)
			floats.Scale(0.5, f)
			return change, nil
		})
		if err != nil && ctx.Err() != nil {
			return nil, nil, err
		}
		if slow == nil {
			slow = err
		}
		floats.Sub(s.out, f)
	}
	return phi, psi, slow
}

// anneal sweeps at ε from start down to c.Epsilon by factors of 4, and there until
// the potentials change by less than the tolerance.
func (c *Entropic) anneal(start float64, sweep func(epsilon float64) (float64, error)) error {
	for epsilon := start; epsilon > c.Epsilon; epsilon /= 4 {
		if _, err := sweep(epsilon); err != nil {
			return err
		}
	}
	var change float64
	for range c.Iterations {
		var err error
		if change, err = sweep(c.Epsilon); err != nil {
			return err
		}
		if change <= c.Tolerance*c.Epsilon {
			return nil
		}
	}
	return fmt.Errorf("%w: potentials still change by %.2g ε after %d iterations at ε = %g; give more iterations or a larger ε", divergence.ErrConvergence, change/c.Epsilon, c.Iterations, c.Epsilon)
}

// relaxation chooses the factor of over-relaxation ω = 2/(1 + √(1 − η)) from the
// rate η of the plain iteration, which it first watches. It goes back to the plain
// one for good where that does not help.
type relaxation struct {
	sweeps      int
	last, first float64
	omega       float64
}

// watch is how many plain sweeps are made before.
const watch = 10

func (r *relaxation) next(change float64, final bool) float64 {
	if !final {
		return 1
	}
	r.sweeps++
	switch {
	case r.sweeps < watch:
		r.omega = 1
	case r.sweeps == watch && change < r.last:
		r.omega = 2 / (1 + math.Sqrt(1-change/r.last))
		r.first = change
	case r.sweeps > watch && change > 10*r.first:
		r.omega = 1
	}
	r.last = change
	return r.omega
}

// relax sets f += ω (next − f).
func relax(f, next []float64, omega float64) {
	if omega == 1 {
		copy(f, next)
		return
	}
	for i, v := range next {
		f[i] += omega * (v - f[i])
	}
}

package transport

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/rows"
	"github.com/ito-sde/ito/divergence/permutation"
	"github.com/ito-sde/ito/internal/pairs"
	"github.com/ito-sde/ito/internal/par"
)

// Assign returns the columns to which the rows of an n×n matrix of costs are
// assigned at the least total cost, and dual prices u, v with u_i + v_j ≤ cost_ij
// and equality on the assignment: the proof that it is optimal. It takes O(n³).
//
// Errors: divergence.ErrDimension where cost is not n×n, ErrNotFinite; that of ctx
// within one row.
//
// Shortest augmenting paths: Jonker, Volgenant (1987), as Crouse (2016), "On
// implementing 2D rectangular assignment algorithms", section II.
func Assign(ctx context.Context, cost []float64, n int) (columns []int, u, v []float64, err error) {
	if n < 1 || len(cost) != n*n {
		return nil, nil, nil, fmt.Errorf("%w: %d costs are not %d×%d", divergence.ErrDimension, len(cost), n, n)
	}
	for i, c := range cost {
		if math.IsNaN(c) || math.IsInf(c, 0) {
			return nil, nil, nil, fmt.Errorf("%w: cost [%d, %d] is %v", divergence.ErrNotFinite, i/n, i%n, c)
		}
	}
	a := assignment{
		n: n, cost: cost, u: make([]float64, n), v: make([]float64, n),
		column: make([]int, n), row: make([]int, n), from: make([]int, n),
		shortest: make([]float64, n), open: make([]int, n),
	}
	a.reduce()
	for i := range n {
		if a.column[i] >= 0 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, nil, nil, err
		}
		a.augment(i)
	}
	return a.column, a.u, a.v, nil
}

type assignment struct {
	n           int
	cost        []float64
	u, v        []float64
	column, row []int // partners, −1 for none
	from        []int // the row before a column on its shortest path
	shortest    []float64
	open        []int // columns not yet reached for good
}

// reduce starts with the least cost of every column, then of every row, and
// assigns where both are free.
func (a *assignment) reduce() {
	n := a.n
	copy(a.v, a.cost[:n])
	for i := range n {
		a.column[i], a.row[i] = -1, -1
		for j, c := range a.cost[i*n : (i+1)*n] {
			a.v[j] = min(a.v[j], c)
		}
	}
	for i := range n {
		best, at := math.Inf(1), 0
		for j, c := range a.cost[i*n : (i+1)*n] {
			if d := c - a.v[j]; d < best || d == best && a.row[j] < 0 && a.row[at] >= 0 {
				best, at = d, j
			}
		}
		a.u[i] = best
		if a.row[at] < 0 {
			a.row[at], a.column[i] = i, at
		}
	}
}

// augment assigns one more row along a shortest path in reduced costs.
func (a *assignment) augment(start int) {
	n := a.n
	open := a.open[:n]
	for j := range n {
		a.shortest[j] = math.Inf(1)
		open[j] = j
	}
	i, reached, sink := start, 0.0, -1
	done := n // columns open[done:] are reached, in the opposite order
	for sink < 0 {
		lowest, at := math.Inf(1), 0
		row, base := a.cost[i*n:(i+1)*n], reached-a.u[i]
		for k, j := range open[:done] {
			r := base + row[j] - a.v[j]
			if r < a.shortest[j] {
				a.shortest[j], a.from[j] = r, i
			}
			if s := a.shortest[j]; s < lowest || s == lowest && a.row[j] < 0 {
				lowest, at = s, k
			}
		}
		reached = lowest
		j := open[at]
		done--
		open[at], open[done] = open[done], j
		if a.row[j] < 0 {
			sink = j
		} else {
			i = a.row[j]
		}
	}
	a.u[start] += reached
	for _, j := range open[done:] {
		if j != sink {
			a.u[a.row[j]] += reached - a.shortest[j]
		}
		a.v[j] -= reached - a.shortest[j]
	}
	for j := sink; ; {
		i := a.from[j]
		a.row[j] = i
		a.column[i], j = j, a.column[i]
		if i == start {
			return
		}
	}
}

// MaxAssigned is the largest number of rows for [Exact]: 200 MB of costs.
const MaxAssigned = 5000

// Exact returns the Wasserstein distance of order p ≥ 1, finite, between two samples
// of the same number N of rows in dim dimensions, by an exact assignment,
//
//	W_p^p = min_π (1/N) Σ_i |x_i − y_π(i)|^p
//
// for N up to MaxAssigned. The standard error is that of the dual prices and tells
// how far the distance lies from its own mean; that mean exceeds the distance of
// the laws by about N^{−1/dim}. The p-value repeats the assignment.
//
// Errors: divergence.ErrDimension also for sizes that differ, ErrSamples if a
// sample is empty or too large, ErrNotFinite, ErrOrder; that of ctx.
//
// Kantorovich (1942); del Barrio, Loubes (2019), theorem 4.3, for the error.
func Exact(ctx context.Context, x, y []float64, dim int, c Slices) (permutation.Result, error) {
	n, m, err := rows.Check2(x, y, dim, 1)
	if err != nil {
		return permutation.Failed, err
	}
	if c.Directions != 0 {
		return permutation.Failed, fmt.Errorf("%w: %d directions; an assignment has none", divergence.ErrDimension, c.Directions)
	}
	if err := c.defaults(); err != nil {
		return permutation.Failed, err
	}
	if n != m {
		return permutation.Failed, fmt.Errorf("%w: %d and %d rows; an assignment needs as many of both", divergence.ErrDimension, n, m)
	}
	if n > MaxAssigned {
		return permutation.Failed, fmt.Errorf("%w: %d rows; an assignment of more than %d is too much: take a sliced or a Sinkhorn distance", divergence.ErrSamples, n, MaxAssigned)
	}
	pooled := slices.Concat(x, y)
	size := spread(x, y, dim)
	found := make([]float64, c.Permutations+1)
	var w power
	if size == 0 {
		return permutation.Result{Estimate: w.root(c.Order), P: permutation.P(found)}, nil
	}
	costs := make([][]float64, par.Workers(c.Workers, len(found)))
	err = par.For(ctx, c.Workers, len(found), func(worker, b int) error {
		if costs[worker] == nil {
			costs[worker] = make([]float64, n*n)
		}
		cost := costs[worker]
		index := make([]int, 2*n)
		permutation.Deal(index, c.Seed, b)
		a, z := rows.Gather(nil, pooled, dim, index[:n]), rows.Gather(nil, pooled, dim, index[n:])
		for i := range n {
			row := cost[i*n : (i+1)*n]
			pairs.Squared(row, a[i*dim:(i+1)*dim], z)
			for j, d2 := range row {
				row[j] = raise(math.Sqrt(d2)/size, c.Order)
			}
		}
		columns, u, v, err := Assign(ctx, cost, n)
		if err != nil {
			return err
		}
		for i, j := range columns {
			found[b] += cost[i*n+j] / float64(n)
		}
		if b == 0 {
			w = power{size, found[0], meanVariance(u) + meanVariance(v)}
		}
		return nil
	})
	if err != nil {
		return permutation.Failed, err
	}
	return permutation.Result{Estimate: w.root(c.Order), P: permutation.P(found)}, nil
}

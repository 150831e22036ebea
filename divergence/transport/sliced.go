package transport

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/rows"
	"github.com/ito-sde/ito/divergence/permutation"
	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/sde/noise"
)

// Slices says how to slice. The zero value is 128 directions at order 2, without
// a p-value.
type Slices struct {
	Order        float64 // p ≥ 1; 0: 2
	Directions   int     // 0: 128
	Permutations int     // for the p-value; 0: none
	Seed         uint64
	Workers      int // 0: one a core; the result is the same
}

func (c *Slices) defaults() error {
	if c.Order == 0 {
		c.Order = 2
	}
	if c.Directions == 0 {
		c.Directions = 128
	}
	if c.Directions < 1 || c.Permutations < 0 {
		return fmt.Errorf("%w: %d directions and %d permutations; neither may be negative", divergence.ErrDimension, c.Directions, c.Permutations)
	}
	if math.IsInf(c.Order, 1) {
		return fmt.Errorf("%w: sliced distances need a finite order", divergence.ErrOrder)
	}
	return checkOrder(c.Order)
}

// chunk is how many directions are held at once: it bounds the memory by
// chunk·(N + M) numbers, and by its being fixed the sums have one order.
const chunk = 32

// Sliced returns the sliced Wasserstein distance between the samples x and y,
//
//	SW_p^p = (1/K) Σ_k W_p^p( θ_kᵀx, θ_kᵀy )
//
// over K unit vectors θ_k, uniform on the sphere. The standard error is that of
// the samples, by the dual potentials averaged over directions, and that of the
// directions. The p-value permutes rows.
//
// Errors: divergence.ErrDimension, ErrSamples if a sample is empty, ErrNotFinite,
// ErrOrder for p < 1; that of ctx within one chunk of directions.
//
// Bonneel, Rabin, Peyré, Pfister (2015), definition 2; Manole, Balakrishnan,
// Wasserman (2022), for the error.
func Sliced(ctx context.Context, x, y []float64, dim int, c Slices) (permutation.Result, error) {
	n, m, err := rows.Check2(x, y, dim, 1)
	if err != nil {
		return permutation.Failed, err
	}
	if err := c.defaults(); err != nil {
		return permutation.Failed, err
	}
	size := spread(x, y, dim)
	deals := newDeals(n+m, c.Seed, c.Permutations)
	own := make([]line, par.Workers(c.Workers, chunk))
	for i := range own {
		own[i] = newLine(n, m, dim)
	}
	held := min(chunk, c.Directions)
	potential := make([]float64, held*(n+m))
	each := make([]float64, c.Directions)
	total := make([]float64, n+m)
	permuted := make([][]float64, held)
	for k := range permuted {
		permuted[k] = make([]float64, c.Permutations+1)
	}
	statistic := make([]float64, c.Permutations+1)
	for from := 0; from < c.Directions; from += chunk {
		count := min(chunk, c.Directions-from)
		err := par.For(ctx, c.Workers, count, func(worker, k int) error {
			l := &own[worker]
			direction(l.theta, c.Seed, from+k)
			l.project(x, y, dim)
			out := potential[k*(n+m) : (k+1)*(n+m)]
			each[from+k] = l.solve(out, size, c.Order)
			for b := range permuted[k] {
				if b == 0 {
					permuted[k][b] = each[from+k]
					continue
				}
				permuted[k][b] = l.deal(deals[b], size, c.Order)
			}
			return nil
		})
		if err != nil {
			return permutation.Failed, err
		}
		for k := range count {
			floats.Add(total, potential[k*(n+m):(k+1)*(n+m)])
			floats.Add(statistic, permuted[k])
		}
	}
	floats.Scale(1/float64(c.Directions), total)
	w := power{size, stat.Mean(each, nil), meanVariance(total[:n]) + meanVariance(total[n:])}
	if dim > 1 {
		w.variance += meanVariance(each)
	}
	return permutation.Result{Estimate: w.root(c.Order), P: permutation.P(statistic)}, nil
}

// spread bounds the distance of any two rows' projections from above.
func spread(x, y []float64, dim int) float64 {
	var sum float64
	lo, hi := slices.Clone(x[:dim]), slices.Clone(x[:dim])
	for _, s := range [][]float64{x, y} {
		for i, v := range s {
			j := i % dim
			lo[j], hi[j] = min(lo[j], v), max(hi[j], v)
		}
	}
	for j := range lo {
		sum = math.Hypot(sum, hi[j]-lo[j])
	}
	return sum
}

// newDeals returns for every permutation which rows of the pooled sample go to the
// first sample, as a mask by row.
func newDeals(total int, seed uint64, permutations int) [][]int32 {
	deals := make([][]int32, permutations+1)
	index := make([]int, total)
	for b := 1; b <= permutations; b++ {
		permutation.Deal(index, seed, b)
		deals[b] = make([]int32, total)
		for to, from := range index {
			deals[b][from] = int32(to)
		}
	}
	return deals
}

// direction fills theta with unit vector k of a seed.
func direction(theta []float64, seed uint64, k int) {
	for stage := uint64(0); ; stage++ {
		noise.Gaussian{}.Normal(theta, len(theta), noise.Address{Seed: seed, Use: noise.Probe, Step: uint64(k), Stage: stage})
		if norm := floats.Norm(theta, 2); norm > 0 {
			floats.Scale(1/norm, theta)
			return
		}
	}
}

// at is a projected point of the pooled sample and its row.
type at struct {
	v   float64
	row int32
}

// line is the scratch of one direction.
type line struct {
	theta        []float64
	points       []at
	a, b, values []float64
	rowsA, rowsB []int32
	phi, psi     []float64
	n, m         int
}

func newLine(n, m, dim int) line {
	return line{
		theta: make([]float64, dim), points: make([]at, n+m), values: make([]float64, n+m),
		a: make([]float64, n), b: make([]float64, m), rowsA: make([]int32, n), rowsB: make([]int32, m),
		phi: make([]float64, n), psi: make([]float64, m), n: n, m: m,
	}
}

// project sorts the pooled projections.
func (l *line) project(x, y []float64, dim int) {
	for _, s := range []struct{ dst, x []float64 }{{l.values[:l.n], x}, {l.values[l.n:], y}} {
		blas64.Gemv(blas.NoTrans, 1, blas64.General{Rows: len(s.dst), Cols: dim, Stride: dim, Data: s.x},
			blas64.Vector{N: dim, Inc: 1, Data: l.theta}, 0, blas64.Vector{N: len(s.dst), Inc: 1, Data: s.dst})
	}
	for i, v := range l.values {
		l.points[i] = at{v, int32(i)}
	}
	slices.SortFunc(l.points, func(p, q at) int {
		switch {
		case p.v < q.v:
			return -1
		case p.v > q.v:
			return 1
		}
		return int(p.row - q.row)
	})
}

// solve returns W_p^p in units of size^p and fills potential, by row.
func (l *line) solve(potential []float64, size, p float64) float64 {
	i, j := 0, 0
	for _, q := range l.points {
		if int(q.row) < l.n {
			l.a[i], l.rowsA[i] = q.v, q.row
			i++
		} else {
			l.b[j], l.rowsB[j] = q.v, q.row
			j++
		}
	}
	variance(l.a, l.b, l.phi, l.psi, size, p)
	for i, r := range l.rowsA {
		potential[r] = l.phi[i]
	}
	for j, r := range l.rowsB {
		potential[r] = l.psi[j]
	}
	return cost(l.a, l.b, size, p)
}

// deal returns W_p^p of a deal of the same points.
func (l *line) deal(to []int32, size, p float64) float64 {
	i, j, n := 0, 0, int32(l.n)
	for _, q := range l.points {
		if to[q.row] < n {
			l.a[i] = q.v
			i++
		} else {
			l.b[j] = q.v
			j++
		}
	}
	return cost(l.a, l.b, size, p)
}

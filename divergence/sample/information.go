package sample

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/neighbors"
	"github.com/ito-sde/ito/divergence/internal/rows"
	"github.com/ito-sde/ito/divergence/permutation"
	"github.com/ito-sde/ito/internal/par"
)

// MutualInformation returns the mutual information I(X; Y) in nats of paired rows
// of dimX and dimY numbers,
//
//	I ≈ ψ(k) + ψ(N) − (1/N) Σ_i [ ψ(n_x(i) + 1) + ψ(n_y(i) + 1) ]
//
// where ε_i is the distance to the k-th nearest other pair in the largest norm and
// n_x(i), n_y(i) count the other rows of x and of y nearer than ε_i. Near 0 it may
// be negative. It does not change when a coordinate is scaled or bent monotonically
// but for its own error; coordinates of one vector should have like units.
//
// The standard error is that of balanced half samples, NaN for fewer than 50k rows: the
// marginal counts make rows depend on each other at any distance, and N times the
// variance grows with the logarithm of N, so that smaller parts would tell too little of
// the whole. It takes fifteen times as long as the value. The p-value, of independence,
// deals the rows of y anew to those of x.
//
// Errors: divergence.ErrDimension, also for numbers of rows that differ,
// ErrSamples for at most k rows or k < 1, ErrNotFinite, ErrTies where k + 1 pairs
// coincide; that of ctx.
//
// Kraskov, Stögbauer, Grassberger (2004), eq. 8; McCarthy (1969) for the half samples.
func MutualInformation(ctx context.Context, x []float64, dimX int, y []float64, dimY, k int, c Config) (permutation.Result, error) {
	n, err := rows.Check(x, dimX, 1)
	if err != nil {
		return permutation.Failed, fmt.Errorf("first variable: %w", err)
	}
	m, err := rows.Check(y, dimY, 1)
	if err != nil {
		return permutation.Failed, fmt.Errorf("second variable: %w", err)
	}
	if n != m {
		return permutation.Failed, fmt.Errorf("%w: %d rows of one variable, %d of the other; rows are pairs", divergence.ErrDimension, n, m)
	}
	if err := checkNeighbors(k, n-1); err != nil {
		return permutation.Failed, err
	}
	if err := c.check(); err != nil {
		return permutation.Failed, err
	}
	out := permutation.Failed
	if out.Value, err = ksg(ctx, x, dimX, y, dimY, k, c.Workers); err != nil {
		return permutation.Failed, err
	}
	out.Error, err = halves(n, k, func(index []int) (float64, error) {
		return ksg(ctx, rows.Gather(nil, x, dimX, index), dimX, rows.Gather(nil, y, dimY, index), dimY, k, c.Workers)
	})
	if err != nil {
		return permutation.Failed, err
	}
	all := []float64{out.Value}
	index := make([]int, n)
	var dealt []float64
	for b := 1; b <= c.Permutations; b++ {
		permutation.Deal(index, c.Seed, b)
		dealt = rows.Gather(dealt, y, dimY, index)
		v, err := ksg(ctx, x, dimX, dealt, dimY, k, c.Workers)
		if err != nil {
			return permutation.Failed, err
		}
		all = append(all, v)
	}
	out.P = permutation.P(all)
	return out, nil
}

func ksg(ctx context.Context, x []float64, dimX int, y []float64, dimY, k, workers int) (float64, error) {
	n, dim := len(x)/dimX, dimX+dimY
	joint := make([]float64, 0, n*dim)
	for i := range n {
		joint = append(append(joint, x[i*dimX:(i+1)*dimX]...), y[i*dimY:(i+1)*dimY]...)
	}
	tree := neighbors.New(joint, dim, neighbors.Max)
	inX, inY := newCounter(x, dimX), newCounter(y, dimY)
	psi := make([]float64, n)
	tiles := (n + queries - 1) / queries
	own := make([]*neighbors.Query, par.Workers(workers, tiles))
	for i := range own {
		own[i] = tree.NewQuery(k)
	}
	err := par.For(ctx, workers, tiles, func(worker, tile int) error {
		for i := tile * queries; i < min((tile+1)*queries, n); i++ {
			d, _ := own[worker].Nearest(joint[i*dim:(i+1)*dim], i)
			if d[k-1] == 0 {
				return fmt.Errorf("%w: pair %d and %d others; the law has no density, or the numbers are rounded", divergence.ErrTies, i, k)
			}
			// The counts have the row itself in them: they are n_x + 1, n_y + 1.
			a := inX.within(x[i*dimX:(i+1)*dimX], d[k-1])
			b := inY.within(y[i*dimY:(i+1)*dimY], d[k-1])
			psi[i] = mathext.Digamma(float64(a)) + mathext.Digamma(float64(b))
		}
		return nil
	})
	if err != nil {
		return math.NaN(), err
	}
	return mathext.Digamma(float64(k)) + mathext.Digamma(float64(n)) - stat.Mean(psi, nil), nil
}

// counter counts the rows near a point: by bisection on the line, else by a tree.
type counter struct {
	sorted []float64
	tree   *neighbors.Tree
}

func newCounter(x []float64, dim int) counter {
	if dim > 1 {
		return counter{tree: neighbors.New(x, dim, neighbors.Max)}
	}
	s := slices.Clone(x)
	slices.Sort(s)
	return counter{sorted: s}
}

func (c counter) within(at []float64, radius float64) int {
	if c.tree != nil {
		return c.tree.Within(at, radius)
	}
	v := at[0]
	from := sort.Search(len(c.sorted), func(i int) bool { return v-c.sorted[i] < radius })
	to := sort.Search(len(c.sorted), func(i int) bool { return c.sorted[i]-v >= radius })
	return to - from
}

package evaluate

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/internal/pairs"
	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/sde/statistics"
)

// Manifold are figures about the supports of two laws, of samples against data.
type Manifold struct {
	Precision statistics.Estimate // share of samples within the data's balls: fidelity
	Recall    statistics.Estimate // share of data within the samples' balls: diversity
	Density   statistics.Estimate // data's balls that hold a sample, over k: 1 for one law
	Coverage  statistics.Estimate // share of data whose ball holds a sample
	// ExpectedCoverage is that of N samples of the very law of M rows of data,
	// 1 − Π_{i<k} (M−1−i)/(N+M−1−i), which is 1 − 2^−k for many rows.
	ExpectedCoverage float64
}

// Neighbours compares samples with rows of data by balls: that of a row reaches to its
// k-th nearest other row of the same sample. k = 3 is usual for precision and recall, 5
// for density and coverage. The standard errors are those of the shares, for given balls.
// The cost is (N+M)²·dim.
//
// Errors: divergence.ErrDimension, ErrSamples for at most k rows, ErrNotFinite,
// [ErrConfig] for k < 1; that of ctx.
//
// Kynkäänniemi, Karras, Laine, Lehtinen, Aila (2019), eqs. 1 to 3; Naeem, Oh, Uh, Choi,
// Yoo (2020), eqs. 4, 5 and 10.
func Neighbours(ctx context.Context, samples, data []float64, dim, k, workers int) (Manifold, error) {
	none := Manifold{unknown, unknown, unknown, unknown, math.NaN()}
	if k < 1 {
		return none, fmt.Errorf("%w: %d neighbours", ErrConfig, k)
	}
	n, err := check(dim, k+1, samples, data)
	if err != nil {
		return none, err
	}
	own, err := radii(ctx, samples, dim, k, workers)
	if err != nil {
		return none, err
	}
	balls, err := radii(ctx, data, dim, k, workers)
	if err != nil {
		return none, err
	}
	precision, density := make([]float64, n[0]), make([]float64, n[0])
	recall, coverage := make([]float64, n[1]), make([]float64, n[1])
	err = across(ctx, samples, data, dim, workers, func(i int, d2 []float64) {
		for j, v := range d2 {
			if v <= balls[j] {
				precision[i] = 1
				density[i] += 1 / float64(k)
			}
		}
	})
	if err != nil {
		return none, err
	}
	err = across(ctx, data, samples, dim, workers, func(i int, d2 []float64) {
		for j, v := range d2 {
			if v <= own[j] {
				recall[i] = 1
			}
			if v <= balls[i] {
				coverage[i] = 1
			}
		}
	})
	if err != nil {
		return none, err
	}
	expected := 1.0
	for i := range k {
		expected *= float64(n[1]-1-i) / float64(n[0]+n[1]-1-i)
	}
	return Manifold{meanOf(precision), meanOf(recall), meanOf(density), meanOf(coverage), 1 - expected}, nil
}

func meanOf(x []float64) statistics.Estimate {
	mean, sd := stat.MeanStdDev(x, nil)
	return statistics.Estimate{Value: mean, Error: sd / math.Sqrt(float64(len(x)))}
}

// tile is the number of rows of one task.
const tile = 64

// across shows the squared distances of every row of x to all of y.
func across(ctx context.Context, x, y []float64, dim, workers int, see func(i int, d2 []float64)) error {
	n, m := len(x)/dim, len(y)/dim
	tiles := (n + tile - 1) / tile
	buffers := make([][]float64, par.Workers(workers, tiles))
	return par.For(ctx, workers, tiles, func(worker, t int) error {
		if buffers[worker] == nil {
			buffers[worker] = make([]float64, m)
		}
		d2 := buffers[worker]
		for i := t * tile; i < min((t+1)*tile, n); i++ {
			pairs.Squared(d2, x[i*dim:][:dim], y)
			see(i, d2)
		}
		return nil
	})
}

// radii are the squared distances of every row to its k-th nearest other one.
func radii(ctx context.Context, x []float64, dim, k, workers int) ([]float64, error) {
	out := make([]float64, len(x)/dim)
	err := across(ctx, x, x, dim, workers, func(i int, d2 []float64) {
		d2[i] = math.Inf(1)
		out[i] = nearest(d2, k)
	})
	return out, err
}

// nearest returns the k-th smallest number.
func nearest(d []float64, k int) float64 {
	best := make([]float64, 0, 16)
	for _, v := range d {
		if len(best) == k && v >= best[k-1] {
			continue
		}
		i, _ := slices.BinarySearch(best, v)
		best = slices.Insert(best, i, v)[:min(k, len(best)+1)]
	}
	return best[k-1]
}

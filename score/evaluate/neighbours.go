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

// NeighboursConfig says how [Neighbours] works.
type NeighboursConfig struct {
	K       int // nearest neighbours; 0: 5. 3 is usual for precision and recall, 5 for density and coverage
	Halves  int // half samples for the errors; 0: 16, −1: none, and errors are NaN
	Seed    uint64
	Workers int // 0: one a core; the result is the same
}

// Neighbours compares samples with rows of data by balls: that of a row reaches to its
// K-th nearest other row of the same sample. The standard errors are those of random half
// samples of both, drawn without replacement, whose figures vary as much about their mean
// as those of all rows do: balls depend on their neighbours, so that the error of a share
// of independent rows would be too small. They vary themselves, by a sixth or so, and for
// one law are up to half as large again. The cost is (1 + Halves/4)(N+M)²·dim.
//
// Errors: divergence.ErrDimension, ErrSamples for at most K rows in half of a sample,
// ErrNotFinite, [ErrConfig]; that of ctx.
//
// Kynkäänniemi, Karras, Laine, Lehtinen, Aila (2019), eqs. 1 to 3; Naeem, Oh, Uh, Choi,
// Yoo (2020), eqs. 4, 5 and 10; McCarthy (1969) for the half samples.
func Neighbours(ctx context.Context, samples, data []float64, dim int, c NeighboursConfig) (Manifold, error) {
	none := Manifold{unknown, unknown, unknown, unknown, math.NaN()}
	if c.K < 0 || c.Halves < -1 || c.Halves == 1 {
		return none, fmt.Errorf("%w: %d neighbours, %d half samples; want none negative, and two halves at least or −1", ErrConfig, c.K, c.Halves)
	}
	if c.K == 0 {
		c.K = 5
	}
	if c.Halves == 0 {
		c.Halves = 16
	}
	least := c.K + 1
	if c.Halves > 0 {
		least *= 2
	}
	n, err := check(dim, least, samples, data)
	if err != nil {
		return none, err
	}
	whole, err := shares(ctx, samples, data, dim, c.K, c.Workers)
	if err != nil {
		return none, err
	}
	var halves [4][]float64
	for h := range max(0, c.Halves) {
		x, y := shuffled(samples, dim, c.Seed, uint64(2*h)), shuffled(data, dim, c.Seed, uint64(2*h+1))
		half, err := shares(ctx, x[:n[0]/2*dim], y[:n[1]/2*dim], dim, c.K, c.Workers)
		if err != nil {
			return none, err
		}
		for i, v := range half {
			halves[i] = append(halves[i], v)
		}
	}
	estimate := func(i int) statistics.Estimate {
		_, sd := stat.MeanStdDev(halves[i], nil)
		return statistics.Estimate{Value: whole[i], Error: sd}
	}
	expected := 1.0
	for i := range c.K {
		expected *= float64(n[1]-1-i) / float64(n[0]+n[1]-1-i)
	}
	return Manifold{estimate(0), estimate(1), estimate(2), estimate(3), 1 - expected}, nil
}

// shares are precision, recall, density and coverage.
func shares(ctx context.Context, samples, data []float64, dim, k, workers int) (out [4]float64, err error) {
	own, err := radii(ctx, samples, dim, k, workers)
	if err != nil {
		return out, err
	}
	balls, err := radii(ctx, data, dim, k, workers)
	if err != nil {
		return out, err
	}
	n, m := len(own), len(balls)
	precision, density := make([]float64, n), make([]float64, n)
	recall, coverage := make([]float64, m), make([]float64, m)
	err = across(ctx, samples, data, dim, workers, func(i int, d2 []float64) {
		for j, v := range d2 {
			if v <= balls[j] {
				precision[i] = 1
				density[i] += 1 / float64(k)
			}
		}
	})
	if err != nil {
		return out, err
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
	return [4]float64{stat.Mean(precision, nil), stat.Mean(recall, nil), stat.Mean(density, nil), stat.Mean(coverage, nil)}, err
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

package evaluate

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/sde/statistics"
)

// Memory says whether samples are nearer to the rows that a model was trained on than
// they would be to other rows of the same law.
type Memory struct {
	// Nearer is the share of samples that are nearer to a training row than to any row
	// held out, as many of the one as of the other; ties are halves. It is ½ for a model
	// that does not know which rows it was trained on.
	Nearer statistics.Estimate
	// Copying is the probability that a sample lies nearer to the training rows than a
	// row held out does, ½ if samples are as far from them as data is, 1 for copies.
	// Below ½ samples are farther off than data: too wide.
	Copying statistics.Estimate
	// Ratio is the median distance of samples to their nearest training row over that of
	// rows held out: 1 for the data's law, 0 for copies. Its error is that of two medians.
	Ratio statistics.Estimate
}

// Memorisation compares distances to the nearest of the training rows and of held-out
// rows, which the model has not seen. For Nearer the larger of the two samples is reduced
// to the size of the other, by the seed. Both tests have hypotheses that are true of the
// data's own law, and only that: a model that blurs has Copying < ½ and may yet copy, in
// which case Nearer tells.
//
// Errors: divergence.ErrDimension, ErrSamples for fewer than 2 rows, ErrNotFinite,
// [ErrConfig] where most rows held out are training rows; that of ctx.
//
// Meehan, Chaudhuri, Dasgupta (2020), "A non-parametric test to detect data-copying in
// generative models", section 4.1, for Copying; Mann, Whitney (1947), DeLong, DeLong,
// Clarke-Pearson (1988) for its error.
func Memorisation(ctx context.Context, samples, training, held []float64, dim int, seed uint64, workers int) (Memory, error) {
	none := Memory{unknown, unknown, unknown}
	n, err := check(dim, 2, samples, training, held)
	if err != nil {
		return none, err
	}
	size := min(n[1], n[2]) * dim
	few := func(x []float64, stage uint64) []float64 {
		if len(x) > size {
			return shuffled(x, dim, seed, stage)[:size]
		}
		return x
	}
	seen, err := toNearest(ctx, samples, few(training, 0), dim, workers)
	if err != nil {
		return none, err
	}
	unseen, err := toNearest(ctx, samples, few(held, 1), dim, workers)
	if err != nil {
		return none, err
	}
	nearer := nearerShare(seen, unseen, size/dim)
	if n[1] > n[2] {
		if seen, err = toNearest(ctx, samples, training, dim, workers); err != nil {
			return none, err
		}
	}
	usual, err := toNearest(ctx, held, training, dim, workers)
	if err != nil {
		return none, err
	}
	ratio, err := medians(seen.distance, usual.distance)
	if err != nil {
		return none, err
	}
	return Memory{Nearer: nearer, Copying: mannWhitney(seen.distance, usual.distance), Ratio: ratio}, nil
}

// closest are the nearest rows and the distances to them.
type closest struct {
	distance []float64
	row      []int
}

// toNearest finds the nearest row of y for every row of x.
func toNearest(ctx context.Context, x, y []float64, dim, workers int) (closest, error) {
	n := len(x) / dim
	out := closest{make([]float64, n), make([]int, n)}
	err := across(ctx, x, y, dim, workers, func(i int, d2 []float64) {
		out.row[i] = floats.MinIdx(d2)
		out.distance[i] = math.Sqrt(d2[out.row[i]])
	})
	return out, err
}

// nearerShare is the share of samples that are nearer to a, of two samples of rows rows
// each. A model that knows neither may as well have had its rows dealt anew to a and b:
// with c_r the number of samples to which row r of both is the nearest, that gives the
// share the variance Σ(c_r − c̄)²/4 · 2·rows/(2·rows − 1) / n². It is scaled by 4p(1 − p), as
// the variance of a share p is.
func nearerShare(a, b closest, rows int) statistics.Estimate {
	n := len(a.row)
	counts := make([]float64, 2*rows)
	var share float64
	for i, d := range a.distance {
		w := before(d, b.distance[i])
		share += w
		counts[a.row[i]] += w
		counts[rows+b.row[i]] += 1 - w
	}
	share /= float64(n)
	_, variance := stat.MeanVariance(counts, nil)
	return statistics.Estimate{Value: share, Error: math.Sqrt(variance*float64(2*rows)*share*(1-share)) / float64(n)}
}

// before is 1 if a < b, ½ if they are equal.
func before(a, b float64) float64 {
	switch {
	case a < b:
		return 1
	case a > b:
		return 0
	}
	return 0.5
}

// mannWhitney is P(a < b) + ½ P(a = b), with the error of its Hoeffding projections.
func mannWhitney(a, b []float64) statistics.Estimate {
	mean, v := place(a, b)
	_, w := place(b, a)
	return statistics.Estimate{Value: mean, Error: math.Sqrt(v/float64(len(a)) + w/float64(len(b)))}
}

// place returns mean and variance, over a, of the share of b that lies after it.
func place(a, b []float64) (mean, variance float64) {
	sorted := slices.Sorted(slices.Values(b))
	share := make([]float64, len(a))
	for i, v := range a {
		lo, _ := slices.BinarySearch(sorted, v)
		hi, _ := slices.BinarySearch(sorted, math.Nextafter(v, math.Inf(1)))
		share[i] = (float64(len(b)-hi) + 0.5*float64(hi-lo)) / float64(len(b))
	}
	return stat.MeanVariance(share, nil)
}

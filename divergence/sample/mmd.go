package sample

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/rows"
	"github.com/ito-sde/ito/divergence/permutation"
	"github.com/ito-sde/ito/internal/pairs"
	"github.com/ito-sde/ito/sde/noise"
)

// MMD returns the squared maximum mean discrepancy of the Gaussian kernel,
//
//	MMD² = E k(X, X') + E k(Y, Y') − 2 E k(X, Y),   k(x, y) = exp(−|x − y|²/(2h²)),
//
// without bias: near 0 it may be negative. bandwidth is h; 0 is the median heuristic
// of [MedianDistance]. The cost is (N+M)²·dim/2.
//
// Errors: divergence.ErrDimension, ErrSamples for fewer than 2 rows, ErrNotFinite
// for a number or a bandwidth that is none; that of ctx.
//
// Gretton, Borgwardt, Rasch, Schölkopf, Smola (2012), eq. 3.
func MMD(ctx context.Context, x, y []float64, dim int, bandwidth float64, c Config) (permutation.Result, error) {
	n, _, err := rows.Check2(x, y, dim, 2)
	if err != nil {
		return permutation.Failed, err
	}
	if err := c.check(); err != nil {
		return permutation.Failed, err
	}
	if !(bandwidth >= 0) || math.IsInf(bandwidth, 1) {
		return permutation.Failed, fmt.Errorf("%w: bandwidth %v; it must be positive, or 0 for the median distance", divergence.ErrNotFinite, bandwidth)
	}
	z := slices.Concat(x, y)
	if bandwidth == 0 {
		bandwidth = median(z, dim, c.Seed)
	}
	if bandwidth == 0 {
		return permutation.Failed, fmt.Errorf("%w: more than half of the pairs; give a bandwidth", divergence.ErrTies)
	}
	scale := -0.5 / (bandwidth * bandwidth)
	return discrepancy(ctx, z, n, dim, c, func(d2 []float64) {
		for i, v := range d2 {
			d2[i] = math.Exp(scale * v)
		}
	})
}

// medianRows is how many rows the median heuristic looks at.
const medianRows = 1000

// MedianDistance returns the median distance between the rows of both samples, of
// at most 1000 rows chosen by the seed: the usual bandwidth of a kernel. It is 0
// where more than half of the rows coincide. Errors as for [MMD].
func MedianDistance(x, y []float64, dim int, seed uint64) (float64, error) {
	if _, _, err := rows.Check2(x, y, dim, 2); err != nil {
		return math.NaN(), err
	}
	return median(slices.Concat(x, y), dim, seed), nil
}

func median(z []float64, dim int, seed uint64) float64 {
	n := len(z) / dim
	if n > medianRows {
		s := noise.NewStream(noise.Address{Seed: seed, Use: noise.Data, Stage: 1 << 33})
		index := make([]int, n)
		for i := range index {
			index[i] = i
		}
		for i := range medianRows {
			j := i + s.Index(n-i)
			index[i], index[j] = index[j], index[i]
		}
		z, n = rows.Gather(nil, z, dim, index[:medianRows]), medianRows
	}
	d := make([]float64, n*(n-1)/2)
	for i, from := 1, 0; i < n; i++ {
		pairs.Squared(d[from:from+i], z[i*dim:(i+1)*dim], z)
		from += i
	}
	slices.Sort(d)
	return math.Sqrt((d[len(d)/2] + d[(len(d)-1)/2]) / 2)
}

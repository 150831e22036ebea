package sample

import (
	"context"
	"math"
	"slices"

	"github.com/ito-sde/ito/divergence/internal/rows"
	"github.com/ito-sde/ito/divergence/permutation"
)

// Energy returns the energy distance between the laws of two samples,
//
//	D²(p, q) = 2 E|X − Y| − E|X − X'| − E|Y − Y'| ≥ 0,
//
// in the units of the data, without bias: near D² = 0 it may be negative. On the
// line it is 2 ∫(F_p − F_q)². The cost is (N+M)²·dim/2.
//
// Errors: divergence.ErrDimension, ErrSamples for fewer than 2 rows, ErrNotFinite;
// that of ctx.
//
// Székely, Rizzo (2013), "Energy statistics: a class of statistics based on
// distances", eq. 1.1.
func Energy(ctx context.Context, x, y []float64, dim int, c Config) (permutation.Result, error) {
	n, _, err := rows.Check2(x, y, dim, 2)
	if err != nil {
		return permutation.Failed, err
	}
	if err := c.check(); err != nil {
		return permutation.Failed, err
	}
	return discrepancy(ctx, slices.Concat(x, y), n, dim, c, func(d2 []float64) {
		for i, v := range d2 {
			d2[i] = -math.Sqrt(v)
		}
	})
}

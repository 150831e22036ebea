package mixture

import (
	"context"
	"math"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/transport"
)

// W2 returns the transport distance of order 2 between mixtures when plans, too, are
// mixtures of Gaussians,
//
//	MW2² = min_w Σ_ab w_ab W2²(f_a, g_b),   w with marginals π and ω,
//
// and the masses w, rows of q's parts. It is a metric, in the units of the data, not
// less than W2; it exceeds that by at most √2 (√Σ π_a tr Σ_a + √Σ ω_b tr Σ_b).
//
// Errors: divergence.ErrDimension, and those of the transport; that of ctx.
//
// Delon, Desolneux (2020), propositions 4 and 6.
func W2(ctx context.Context, p, q *Mixture) (float64, []float64, error) {
	if err := check(p, q); err != nil {
		return math.NaN(), nil, err
	}
	cost := make([]float64, 0, len(p.parts)*len(q.parts))
	for _, f := range p.parts {
		for _, g := range q.parts {
			v, err := divergence.W2Squared(f, g)
			if err != nil {
				return math.NaN(), nil, err
			}
			cost = append(cost, v)
		}
	}
	w, total, err := transport.Plan(ctx, cost, p.weights, q.weights)
	return math.Sqrt(total), w, err
}

package mixture

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// tile is how many points are drawn at a time.
const tile = 1024

// KL returns the Kullback–Leibler divergence E_p ln(p/q) in nats as the mean of
// ln(p/q) over n points of p. Near p = q it may be negative.
//
// Errors: divergence.ErrDimension, ErrSamples for n < 2; that of ctx.
//
// Hershey, Olsen (2007), section 2.
func KL(ctx context.Context, p, q *Mixture, n int, seed uint64) (statistics.Estimate, error) {
	return mean(ctx, p, p, q, n, seed, 0, func(lp, lq float64) float64 {
		return lp - lq
	})
}

// JensenShannon returns ½ KL(p‖r) + ½ KL(q‖r), r = ½(p + q), between 0 and ln 2
// nats, by n points of each. Errors as for [KL]. Lin (1991), eq. 3.1.
func JensenShannon(ctx context.Context, p, q *Mixture, n int, seed uint64) (statistics.Estimate, error) {
	// ln( p/r ) = ln 2 − ln(1 + q/p).
	return both(ctx, p, q, n, seed, func(own, other float64) float64 {
		l := other - own
		return math.Ln2 - max(l, 0) - math.Log1p(math.Exp(-math.Abs(l)))
	})
}

// TotalVariation returns ½∫|p − q|, between 0 and 1, as the mean of (1 − q/p)₊ over
// p and of (1 − p/q)₊ over q, by n points of each. Errors as for [KL].
func TotalVariation(ctx context.Context, p, q *Mixture, n int, seed uint64) (statistics.Estimate, error) {
	return both(ctx, p, q, n, seed, func(own, other float64) float64 { return max(-math.Expm1(other-own), 0) })
}

// both is half the mean of f under p and half that under q.
func both(ctx context.Context, p, q *Mixture, n int, seed uint64, f func(own, other float64) float64) (statistics.Estimate, error) {
	a, err := mean(ctx, p, p, q, n, seed, 0, f)
	if err != nil {
		return a, err
	}
	b, err := mean(ctx, q, q, p, n, seed, 2, f)
	return statistics.Estimate{Value: (a.Value + b.Value) / 2, Error: math.Hypot(a.Error, b.Error) / 2}, err
}

// mean returns the mean of f(ln own, ln other) over n points of law.
func mean(ctx context.Context, law, own, other *Mixture, n int, seed, stage uint64, f func(own, other float64) float64) (statistics.Estimate, error) {
	failed := statistics.Estimate{Value: math.NaN(), Error: math.NaN()}
	if err := check(own, other); err != nil {
		return failed, err
	}
	if n < 2 {
		return failed, fmt.Errorf("%w: %d points; at least 2 are needed", divergence.ErrSamples, n)
	}
	dim := law.Dim()
	tiles := (n + tile - 1) / tile
	type part struct{ count, mean, square float64 }
	parts := make([]part, tiles)
	type scratch struct{ x, own, other []float64 }
	all := make([]scratch, par.Workers(0, tiles))
	for i := range all {
		all[i] = scratch{make([]float64, tile*dim), make([]float64, tile), make([]float64, tile)}
	}
	err := par.For(ctx, 0, tiles, func(worker, t int) error {
		s := &all[worker]
		count := min(tile, n-t*tile)
		x := s.x[:count*dim]
		law.Sample(x, noise.Address{Seed: seed, Use: noise.Data, Row: uint64(t) * tile, Stage: stage})
		own.LogDensity(s.own[:count], x)
		other.LogDensity(s.other[:count], x)
		o := &parts[t]
		for i := range count {
			// Welford's recurrence.
			v := f(s.own[i], s.other[i])
			o.count++
			d := v - o.mean
			o.mean += d / o.count
			o.square += d * (v - o.mean)
		}
		return nil
	})
	if err != nil {
		return failed, err
	}
	var sum part
	for _, o := range parts {
		c := sum.count + o.count
		d := o.mean - sum.mean
		sum.mean += d * o.count / c
		sum.square += o.square + d*d*sum.count*o.count/c
		sum.count = c
	}
	return statistics.Estimate{Value: sum.mean, Error: math.Sqrt(sum.square / (sum.count - 1) / sum.count)}, nil
}

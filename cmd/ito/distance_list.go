package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/permutation"
	"github.com/ito-sde/ito/divergence/sample"
	"github.com/ito-sde/ito/divergence/transport"
	"github.com/ito-sde/ito/sde/statistics"
)

// distance is a row of the table.
type distance struct {
	name  string
	named bool // it comes only when it is named: it is slow, or one of many alike
	of    func(context.Context, distanceTask) (permutation.Result, error)
}

// distances in the order in which they are printed.
var distances = slices.Concat(gaussians(), []distance{
	{"line-w1", true, line(1)},
	{"line-w2", true, line(2)},
	{"sliced-w2", false, func(ctx context.Context, t distanceTask) (permutation.Result, error) {
		return transport.Sliced(ctx, t.x, t.y, t.dim, t.slices())
	}},
	{"max-sliced-w2", false, func(ctx context.Context, t distanceTask) (permutation.Result, error) {
		c := t.slices()
		c.Permutations = 0
		r, _, err := transport.MaxSliced(ctx, t.x, t.y, t.dim, c)
		return r, err
	}},
	{"energy", false, func(ctx context.Context, t distanceTask) (permutation.Result, error) {
		return sample.Energy(ctx, t.x, t.y, t.dim, t.config())
	}},
	{"mmd2", false, func(ctx context.Context, t distanceTask) (permutation.Result, error) {
		return sample.MMD(ctx, t.x, t.y, t.dim, 0, t.config())
	}},
	{"knn-kl", false, func(ctx context.Context, t distanceTask) (permutation.Result, error) {
		return sample.KL(ctx, t.x, t.y, t.dim, t.k, sample.Config{})
	}},
	{"kde-kl", true, smoothed(func(s sample.Smoothed) statistics.Estimate { return s.KL })},
	{"kde-js", true, smoothed(func(s sample.Smoothed) statistics.Estimate { return s.JensenShannon })},
	{"kde-tv", true, smoothed(func(s sample.Smoothed) statistics.Estimate { return s.TotalVariation })},
	{"histogram-kl", true, binned(func(b sample.Binned) statistics.Estimate { return b.KL })},
	{"histogram-js", true, binned(func(b sample.Binned) statistics.Estimate { return b.JensenShannon })},
	{"histogram-tv", true, binned(func(b sample.Binned) statistics.Estimate { return b.TotalVariation })},
	{"histogram-hellinger2", true, binned(func(b sample.Binned) statistics.Estimate { return b.Hellinger2 })},
	{"sinkhorn", true, func(ctx context.Context, t distanceTask) (permutation.Result, error) {
		return transport.Sinkhorn(ctx, t.x, t.y, t.dim, transport.Entropic{Seed: t.seed})
	}},
	{"exact-w2", true, func(ctx context.Context, t distanceTask) (permutation.Result, error) {
		return transport.Exact(ctx, t.x, t.y, t.dim, transport.Slices{Seed: t.seed})
	}},
})

// gaussians are the closed forms between fitted Gaussians.
func gaussians() (all []distance) {
	for _, e := range divergence.Catalogue() {
		all = append(all, distance{"gaussian-" + e.Name, e.Name != "w2" && e.Name != "kl", gaussian(e.Func)})
	}
	return all
}

func line(order float64) func(context.Context, distanceTask) (permutation.Result, error) {
	return func(_ context.Context, t distanceTask) (permutation.Result, error) {
		out := permutation.Failed
		if t.dim != 1 {
			return out, fmt.Errorf("%w: rows have %d numbers; this distance is for one", divergence.ErrDimension, t.dim)
		}
		var err error
		out.Estimate, err = transport.Line(t.x, t.y, order)
		return out, err
	}
}

func smoothed(of func(sample.Smoothed) statistics.Estimate) func(context.Context, distanceTask) (permutation.Result, error) {
	return func(ctx context.Context, t distanceTask) (permutation.Result, error) {
		s, err := sample.Kernel(ctx, t.x, t.y, t.dim)
		return permutation.Result{Estimate: of(s), P: math.NaN()}, err
	}
}

func binned(of func(sample.Binned) statistics.Estimate) func(context.Context, distanceTask) (permutation.Result, error) {
	return func(ctx context.Context, t distanceTask) (permutation.Result, error) {
		b, err := sample.Histogram(ctx, t.x, t.y, t.dim, t.bins, t.config())
		return permutation.Result{Estimate: of(b), P: b.P}, err
	}
}

func (t distanceTask) slices() transport.Slices {
	return transport.Slices{Directions: t.directions, Permutations: t.permutations, Seed: t.seed}
}

func (t distanceTask) config() sample.Config {
	return sample.Config{Permutations: t.permutations, Seed: t.seed}
}

func gaussian(f func(p, q *divergence.Gaussian) (float64, error)) func(context.Context, distanceTask) (permutation.Result, error) {
	return func(_ context.Context, t distanceTask) (permutation.Result, error) {
		p, err := divergence.Fit(t.x, t.dim)
		if err != nil {
			return permutation.Failed, err
		}
		q, err := divergence.Fit(t.y, t.dim)
		if err != nil {
			return permutation.Failed, err
		}
		out := permutation.Failed
		out.Value, err = f(p, q)
		return out, err
	}
}

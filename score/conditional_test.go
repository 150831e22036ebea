package score_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

func classes(t testing.TB, dim int) *score.Conditional {
	c, err := score.NewConditional([]float64{2, 1, 3}, []*score.Mixture{randomMixture(t, 1, dim, 2), randomMixture(t, 40, dim, 1), mixed(t, dim)})
	require.NoError(t, err)
	return c
}

// p(y|x) adds up to 1, is π_y p_y/p and has the gradient that is claimed.
func TestConditionalPosterior(t *testing.T) {
	const dim, rows = 3, 20
	c := classes(t, dim)
	require.Equal(t, dim, c.Dim())
	require.Equal(t, 3, c.Classes())
	require.InDeltaSlice(t, []float64{1. / 3, 1. / 6, 0.5}, c.Prior(), 1e-15)
	x := normals(5, rows*dim)
	for _, at := range []sde.Level{{Alpha: 1, Sigma: 0.2}, {Alpha: 0.8, Sigma: 0.6}, {Alpha: 0.1, Sigma: 1}} {
		log, own, all := make([]float64, rows*3), make([]float64, rows), make([]float64, rows)
		require.NoError(t, c.LogPosterior(log, x, at))
		require.NoError(t, c.All().LogDensity(all, x, at))
		for i := range rows {
			require.InDelta(t, 0, floats.LogSumExp(log[i*3:][:3]), 1e-13)
		}
		for y := range 3 {
			require.NoError(t, c.Class(y).LogDensity(own, x, at))
			for i := range rows {
				require.InDelta(t, math.Log(c.Prior()[y])+own[i]-all[i], log[i*3+y], 1e-10)
			}
			gradient := make([]float64, len(x))
			require.NoError(t, c.GradLogPosterior(gradient, x, y, at))
			for j := range dim {
				slope := func(h float64) []float64 {
					p, q := append([]float64(nil), x...), append([]float64(nil), x...)
					for i := j; i < len(x); i += dim {
						p[i] += h
						q[i] -= h
					}
					a, b := make([]float64, len(log)), make([]float64, len(log))
					require.NoError(t, c.LogPosterior(a, p, at))
					require.NoError(t, c.LogPosterior(b, q, at))
					floats.Sub(a, b)
					floats.Scale(1/(2*h), a)
					return a
				}
				h := 1e-3 * at.Sigma
				coarse, fine := slope(h), slope(h/2)
				for i := range rows {
					want := (4*fine[i*3+y] - coarse[i*3+y]) / 3
					// Truncation h⁴ of a fifth derivative in units of σ, rounding of
					// logs of size |x|²/σ² over h.
					require.InDelta(t, want, gradient[i*dim+j], 1e-7/at.Sigma*(1+math.Abs(log[i*3+y])), "%v", at)
				}
			}
		}
	}
	require.ErrorIs(t, c.LogPosterior(make([]float64, 3), x[:dim], sde.Level{}), score.ErrLevel)
	require.ErrorIs(t, c.GradLogPosterior(make([]float64, dim), x[:dim], 0, sde.Level{Alpha: -1}), score.ErrLevel)
	require.Panics(t, func() { _ = c.LogPosterior(make([]float64, 2), x[:dim], sde.Level{Sigma: 1}) })
}

// The model of all is the classes' mixture: D = Σ_y p(y|x) D_y.
func TestConditionalTotal(t *testing.T) {
	const dim = 3
	c := classes(t, dim)
	at := sde.Level{Alpha: 0.8, Sigma: 0.6}
	x, want, d, log := normals(5, dim), make([]float64, dim), make([]float64, dim), make([]float64, 3)
	require.NoError(t, c.LogPosterior(log, x, at))
	for y := range 3 {
		require.NoError(t, c.Class(y).Denoise(d, x, at))
		floats.AddScaled(want, math.Exp(log[y]), d)
	}
	require.NoError(t, c.All().Denoise(d, x, at))
	require.InDeltaSlice(t, want, d, 1e-13)
}

// A fit is that of every class by itself; the shares are the prior.
func TestFitConditional(t *testing.T) {
	const dim, n = 2, 300
	ctx := context.Background()
	var x []float64
	var labels []int
	rows := make([][]float64, 2)
	for i, v := range randomMixture(t, 3, dim, 2).Sample(n, 1) {
		y := i / dim % 3 / 2 // 0, 0, 1
		if x = append(x, v+float64(5*y)); i%dim == 0 {
			labels = append(labels, y)
		}
		rows[y] = append(rows[y], x[i])
	}
	c, err := score.FitConditional(ctx, x, labels, dim, 2, score.EMConfig{Seed: 4})
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{2. / 3, 1. / 3}, c.Prior(), 1e-15)
	for y := range 2 {
		m, _, err := score.FitMixture(ctx, rows[y], dim, 2, score.EMConfig{Seed: 4})
		require.NoError(t, err)
		require.Equal(t, m.Mean(), c.Class(y).Mean())
	}

	for _, bad := range []struct {
		labels []int
		k      int
		want   error
	}{
		{labels[:n-1], 2, score.ErrDimension}, {append([]int{-1}, labels[1:]...), 2, score.ErrDimension}, {append([]int{n}, labels[1:]...), 2, score.ErrDimension},
		{append([]int{4}, labels[1:]...), 1, score.ErrSamples}, {labels, 150, score.ErrSamples}, {labels, 0, score.ErrSamples},
	} {
		_, err := score.FitConditional(ctx, x, bad.labels, dim, bad.k, score.EMConfig{})
		require.ErrorIs(t, err, bad.want)
	}
	_, err = score.FitConditional(ctx, []float64{math.NaN(), 1}, []int{0}, dim, 1, score.EMConfig{})
	require.ErrorIs(t, err, score.ErrNotFinite)
	done, cancel := context.WithCancel(ctx)
	cancel()
	_, err = score.FitConditional(done, x, labels, dim, 2, score.EMConfig{})
	require.ErrorIs(t, err, context.Canceled)

	m := randomMixture(t, 3, dim, 2)
	for _, prior := range [][]float64{{1}, {-1, 2}, {math.NaN(), 1}, {0, 0}, {math.Inf(1), 1}} {
		_, err := score.NewConditional(prior, []*score.Mixture{m, m})
		require.Error(t, err, "%v", prior)
	}
	_, err = score.NewConditional([]float64{1, 1}, []*score.Mixture{m, randomMixture(t, 3, 3, 2)})
	require.ErrorIs(t, err, score.ErrDimension)
}

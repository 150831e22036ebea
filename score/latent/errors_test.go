package latent_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/latent"
	"github.com/ito-sde/ito/score/sampler"
)

func TestErrors(t *testing.T) {
	_, err := latent.FitLinear([]float64{1, 2, 3, 4}, 2, 3)
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = latent.FitLinear([]float64{1, 2}, 2, 1)
	require.ErrorIs(t, err, score.ErrSamples)
	_, err = latent.FitLinear([]float64{1, math.Inf(1), 3, 4}, 2, 1)
	require.ErrorIs(t, err, score.ErrNotFinite)
	l, err := latent.FitLinear([]float64{1, 2, 3, 4}, 2, 1)
	require.NoError(t, err)
	_, err = l.Decoded(mustGaussian(t, 2))
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = l.Sample(background, make([]float64, 3), sampler.Config{})
	require.ErrorIs(t, err, score.ErrDimension)
	g, err := score.NewIsotropic([]float64{0, 0}, 1)
	require.NoError(t, err)
	_, err = l.Sample(background, make([]float64, 4), sampler.Config{Model: g})
	require.ErrorIs(t, err, score.ErrDimension)
	require.Panics(t, func() { l.Encode(make([]float64, 2), make([]float64, 2)) })

	good := latent.SameVotes([]float64{1, 2, 3}, 1, 2, nil)
	for _, c := range []struct {
		change func(v *latent.Votes)
		want   error
	}{
		{func(v *latent.Votes) { v.Dim = 2 }, score.ErrDimension},
		{func(v *latent.Votes) { v.Values = []float64{1, 2, 3, 4, 5, math.NaN()} }, score.ErrNotFinite},
		{func(v *latent.Votes) { v.Activation = []float64{1} }, score.ErrDimension},
		{func(v *latent.Votes) { v.Activation = []float64{1, 2, 0} }, score.ErrWeights},
		{func(v *latent.Votes) { v.Activation = make([]float64, 3) }, score.ErrWeights},
		{func(v *latent.Votes) { v.Start = []float64{1} }, score.ErrDimension},
		{func(v *latent.Votes) { v.Start = []float64{1, 0, 1, 0, 1, 1} }, score.ErrWeights},
	} {
		v := good
		c.change(&v)
		_, err := latent.Route(v, latent.RoutingConfig{})
		require.ErrorIs(t, err, c.want)
		_, err = latent.RouteMeans(v, 1, 1)
		require.ErrorIs(t, err, c.want)
	}
	_, err = latent.Route(good, latent.RoutingConfig{Lambda: -1})
	require.ErrorIs(t, err, score.ErrConfig)
	_, err = latent.Route(good, latent.RoutingConfig{BetaU: math.Inf(1)})
	require.ErrorIs(t, err, score.ErrConfig)
	_, err = latent.RouteMeans(good, 0, 1)
	require.ErrorIs(t, err, score.ErrConfig)
}

func mustGaussian(t testing.TB, dim int) *divergence.Gaussian {
	cov := mat.NewSymDense(dim, nil)
	g, err := divergence.NewGaussian(make([]float64, dim), cov)
	require.NoError(t, err)
	return g
}

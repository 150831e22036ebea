package variational_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/score/variational"
	"github.com/ito-sde/ito/sde"
)

func TestErrors(t *testing.T) {
	_, err := variational.NewLinearVAE([]float64{1}, mat.NewDense(2, 1, nil), 1)
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = variational.NewLinearVAE([]float64{1, 2}, mat.NewDense(2, 1, nil), 0)
	require.ErrorIs(t, err, score.ErrIndefinite)
	_, err = variational.NewLinearVAE([]float64{1, 2}, mat.NewDense(2, 1, []float64{math.NaN(), 0}), 1)
	require.ErrorIs(t, err, score.ErrNotFinite)
	_, err = variational.FitLinearVAE([]float64{1, 2, 3, 4}, 2, 2)
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = variational.FitLinearVAE([]float64{1, 1, 2, 2, 3, 3}, 2, 1)
	require.ErrorIs(t, err, score.ErrIndefinite)
	v := linear(t)
	e := v.Posterior()
	e.Bias = []float64{1}
	require.ErrorIs(t, v.ELBO(make([]float64, 1), make([]float64, 3), e), score.ErrDimension)
	require.ErrorIs(t, v.Gap(make([]float64, 1), make([]float64, 3), variational.Encoder{}), score.ErrDimension)
	e = v.Posterior()
	e.Cov.SetSym(0, 0, -1)
	require.ErrorIs(t, v.ELBO(make([]float64, 1), make([]float64, 3), e), score.ErrIndefinite)
	require.Panics(t, func() { v.LogDensity(make([]float64, 2), make([]float64, 3)) })
	_, err = v.Encoded(gaussian(t, []float64{0}, []float64{1}), v.Posterior())
	require.ErrorIs(t, err, score.ErrDimension)

	p := gaussian(t, []float64{0, 0}, []float64{1, 0, 0, 1})
	_, _, err = variational.Split(p, p, 2)
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = variational.Swap(p, 0)
	require.ErrorIs(t, err, score.ErrDimension)
	flat := gaussian(t, []float64{0, 0}, []float64{0, 0, 0, 1})
	_, _, err = variational.Split(flat, p, 1)
	require.ErrorIs(t, err, score.ErrIndefinite)
	_, _, err = variational.SplitTable([]float64{1}, []float64{1, 2}, 1)
	require.ErrorIs(t, err, score.ErrDimension)
	_, _, err = variational.SplitTable([]float64{1, -1}, []float64{1, 2}, 1)
	require.ErrorIs(t, err, score.ErrWeights)
	_, err = variational.TableInformation([]float64{0, 0}, 2)
	require.ErrorIs(t, err, score.ErrWeights)
	_, err = variational.TableInformation([]float64{1, 2, 3}, 2)
	require.ErrorIs(t, err, score.ErrDimension)

	_, err = variational.NewChannel(mat.NewDense(2, 1, nil), mat.NewSymDense(1, []float64{1}))
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = variational.NewChannel(mat.NewDense(1, 1, nil), mat.NewSymDense(1, nil))
	require.ErrorIs(t, err, score.ErrIndefinite)
	c, err := variational.NewChannel(mat.NewDense(1, 1, nil), mat.NewSymDense(1, []float64{1}))
	require.NoError(t, err)
	_, err = c.Information(p)
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = c.Rate(gaussian(t, []float64{0}, []float64{1}), p)
	require.ErrorIs(t, err, score.ErrDimension)

	_, err = variational.NewMultiscale([]float64{1, 2}, nil, 1)
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = variational.NewMultiscale([]float64{1, 2}, []*mat.Dense{mat.NewDense(3, 1, nil)}, 1)
	require.ErrorIs(t, err, score.ErrDimension)
	require.Panics(t, func() { variational.Upsampling(4, 3, 1) })

	g, err := score.NewIsotropic([]float64{0}, 1)
	require.NoError(t, err)
	for _, h := range []variational.Hierarchy{
		{}, {Levels: cosine(3)}, {Levels: []sde.Level{{Alpha: 1, Sigma: 1}, {Alpha: 1, Sigma: 1}}},
		{Levels: []sde.Level{{Alpha: 1, Sigma: math.NaN()}, {Alpha: 1}}}, {Levels: []sde.Level{{Alpha: 1}, {Alpha: 1}}, Forward: true},
	} {
		_, err = h.Bound(background, g, []float64{1, 2}, matching.Config{})
		require.ErrorIs(t, err, score.ErrLevel)
	}
	h := variational.Hierarchy{Levels: cosine(3), Forward: true, Prior: -1}
	_, err = h.Bound(background, g, []float64{1, 2}, matching.Config{})
	require.ErrorIs(t, err, score.ErrConfig)
	h.Prior = 0
	_, err = h.Bound(background, g, nil, matching.Config{})
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = h.Bound(background, g, []float64{math.NaN()}, matching.Config{})
	require.ErrorIs(t, err, score.ErrNotFinite)
	stopped, cancel := context.WithCancel(background)
	cancel()
	_, err = h.Bound(stopped, g, []float64{1, 2}, matching.Config{})
	require.ErrorIs(t, err, context.Canceled)
	_, err = variational.Information(background, g, []float64{1, 2}, sde.Level{Alpha: 1}, 3, matching.Config{})
	require.ErrorIs(t, err, score.ErrLevel)
	_, err = variational.Information(background, g, []float64{1, 2}, sde.Level{Alpha: 1, Sigma: 1}, 0, matching.Config{})
	require.ErrorIs(t, err, score.ErrConfig)
	none, err := variational.Information(background, g, []float64{2, 2}, sde.Level{Alpha: 1, Sigma: 1}, 3, matching.Config{})
	require.NoError(t, err)
	require.Zero(t, none.Value)
}

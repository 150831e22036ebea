package matching_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/divergence/ratio"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/sde"
)

func TestErrors(t *testing.T) {
	g := isotropic(t, 1, 0)
	at := sde.Level{Alpha: 1, Sigma: 1}
	_, err := matching.Denoising(background, g, []float64{1}, at, matching.Config{})
	require.ErrorIs(t, err, score.ErrSamples)
	_, err = matching.Denoising(background, g, []float64{1, math.NaN()}, at, matching.Config{})
	require.ErrorIs(t, err, score.ErrNotFinite)
	_, err = matching.Denoising(background, g, []float64{1, 2}, sde.Level{Alpha: 1}, matching.Config{})
	require.ErrorIs(t, err, score.ErrLevel)
	_, err = matching.Denoising(background, isotropic(t, 1, 0, 0), []float64{1, 2, 3}, at, matching.Config{})
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = matching.Explicit(background, g, isotropic(t, 1, 0, 0), []float64{1, 2}, at, matching.Config{})
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = matching.Implicit(background, score.FromFunc(1, score.Data, g.Denoise), []float64{1, 2}, at, matching.Config{})
	require.ErrorIs(t, err, score.ErrConfig)
	stopped, cancel := context.WithCancel(background)
	cancel()
	_, err = matching.Denoising(stopped, g, []float64{1, 2}, at, matching.Config{})
	require.ErrorIs(t, err, context.Canceled)
	_, err = matching.Lipschitz(stopped, g, []float64{1, 2}, at, matching.PowerConfig{})
	require.ErrorIs(t, err, context.Canceled)

	for _, z := range []matching.Noise{{Input: -1}, {Dropout: 1}, {Gradient: math.NaN()}} {
		_, err = matching.Regress([]float64{1, 2}, 1, []float64{1, 2}, 1, z)
		require.ErrorIs(t, err, score.ErrConfig)
	}
	_, err = matching.Regress([]float64{1, 1}, 1, []float64{1, 2}, 1, matching.Noise{})
	require.ErrorIs(t, err, score.ErrIndefinite)
	_, err = matching.Regress([]float64{1, 2}, 1, []float64{1, 2, 3}, 1, matching.Noise{})
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = matching.Denoiser([]float64{1, 2}, 1, sde.Level{Sigma: 1})
	require.ErrorIs(t, err, score.ErrLevel)

	basis, err := ratio.Quadratic(1)
	require.NoError(t, err)
	_, err = matching.FitPotential(background, []float64{1, 2}, sde.Level{Alpha: 1}, basis, 1, 0, matching.Config{})
	require.ErrorIs(t, err, score.ErrLevel)
	_, err = matching.FitPotential(background, []float64{1, 2}, at, basis, 0, 0, matching.Config{})
	require.ErrorIs(t, err, score.ErrConfig)
	twice, err := ratio.Kernels([]float64{0, 0}, 1, 1)
	require.NoError(t, err)
	_, err = matching.FitPotential(background, []float64{1, 2}, at, twice, 1, 0, matching.Config{})
	require.ErrorIs(t, err, score.ErrIndefinite)
	_, err = matching.FitPotential(stopped, []float64{1, 2}, at, basis, 1, 0, matching.Config{})
	require.ErrorIs(t, err, context.Canceled)
	p, err := matching.FitPotential(background, []float64{1, 2}, at, basis, 1, 0.1, matching.Config{})
	require.NoError(t, err)
	require.ErrorIs(t, p.Denoise(make([]float64, 1), make([]float64, 1), sde.Level{Alpha: 1}), score.ErrLevel)
	require.Panics(t, func() { p.Energy(make([]float64, 2), make([]float64, 1)) })

	_, err = matching.Lipschitz(background, g, []float64{1}, at, matching.PowerConfig{MaxIter: -1})
	require.ErrorIs(t, err, score.ErrConfig)
	wells := twoWells(t)
	_, err = matching.Lipschitz(background, wells, []float64{0.3, 0.1}, at, matching.PowerConfig{MaxIter: 1})
	require.ErrorIs(t, err, score.ErrConvergence)
	_, err = matching.W2Bound(background, sde.VP{BetaMin: 0.1, BetaMax: 12, Cutoff: 1e-3}, g, g, []float64{1}, matching.BoundConfig{})
	require.ErrorIs(t, err, score.ErrConfig)
}

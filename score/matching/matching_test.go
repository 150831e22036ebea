package matching_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

var background = context.Background()

func isotropic(t testing.TB, variance float64, mean ...float64) *score.Gaussian {
	g, err := score.NewIsotropic(mean, variance)
	require.NoError(t, err)
	return g
}

func twoWells(t testing.TB) *score.Mixture {
	m, err := score.NewMixture([]float64{0.4, 0.6}, []*score.Gaussian{isotropic(t, 0.3, -1, 0), isotropic(t, 0.5, 1, 0.5)})
	require.NoError(t, err)
	return m
}

// Denoising less explicit loss is the same for every model, and dim/σ² − E|∇ ln p|² at
// that; explicit less implicit is E|∇ ln p|². Same noise, so the differences of
// differences have small errors of their own, here by repetition.
func TestLossesDifferByConstants(t *testing.T) {
	truth := twoWells(t)
	x := truth.Sample(40_000, 3)
	at := sde.Level{Alpha: 0.8, Sigma: 0.7}
	var gaps, implicit []float64
	var errors float64
	zero, err := matching.Explicit(background, score.FromFunc(2, score.ByScore, func(dst, _ []float64, _ sde.Level) error {
		clear(dst)
		return nil
	}), truth, x, at, matching.Config{Seed: 1})
	require.NoError(t, err) // E|∇ ln p|²
	for _, m := range []score.Model{truth, isotropic(t, 1, 0, 0), isotropic(t, 0.2, 1, 1)} {
		d, err := matching.Denoising(background, m, x, at, matching.Config{Seed: 1})
		require.NoError(t, err)
		e, err := matching.Explicit(background, m, truth, x, at, matching.Config{Seed: 1})
		require.NoError(t, err)
		i, err := matching.Implicit(background, m, x, at, matching.Config{Seed: 1})
		require.NoError(t, err)
		gaps = append(gaps, d.Value-e.Value)
		implicit = append(implicit, e.Value-i.Value)
		errors = max(errors, d.Error)
	}
	constant := 2/(at.Sigma*at.Sigma) - zero.Value
	for i := range gaps {
		// Six standard errors of the larger of the terms.
		require.InDelta(t, constant, gaps[i], 6*(errors+zero.Error))
		require.InDelta(t, zero.Value, implicit[i], 6*(errors+zero.Error))
	}
	require.Greater(t, math.Abs(constant), 50*errors)
}

// For data of two points ±1 and noise ±1, all four pairs once, expectations are sums:
// s = −cx has E(s + ε/σ)² = c²(α² + σ²) − 2c + 1/σ².
func TestDenoisingByHand(t *testing.T) {
	at := sde.Level{Alpha: 0.6, Sigma: 0.5}
	m := score.FromFunc(1, score.ByScore, func(dst, x []float64, _ sde.Level) error {
		floats.ScaleTo(dst, -0.7, x)
		return nil
	})
	got, err := matching.Denoising(background, m, []float64{1, 1, -1, -1}, at, matching.Config{Source: noise.Antithetic{Source: noise.Signs{}}})
	require.NoError(t, err)
	require.InDelta(t, 0.49*(0.36+0.25)-2*0.7+4, got.Value, 1e-14)
	squares := make([]float64, 4)
	require.NoError(t, matching.Errors(background, squares, m, []float64{1, 1, -1, -1}, at, matching.Config{Source: noise.Antithetic{Source: noise.Signs{}}}))
	require.InDelta(t, got.Value, floats.Sum(squares)/4*at.Alpha*at.Alpha/math.Pow(at.Sigma, 4), 1e-14)
}

// |x_0 − D|² row by row is the denoising loss in its units, in the plane too.
func TestErrorsOfRows(t *testing.T) {
	m, at := twoWells(t), sde.Level{Alpha: 0.8, Sigma: 0.7}
	x := m.Sample(500, 3)
	squares := make([]float64, 500)
	require.NoError(t, matching.Errors(background, squares, m, x, at, matching.Config{Seed: 1}))
	loss, err := matching.Denoising(background, m, x, at, matching.Config{Seed: 1})
	require.NoError(t, err)
	require.InEpsilon(t, loss.Value, floats.Sum(squares)/500*at.Alpha*at.Alpha/math.Pow(at.Sigma, 4), 1e-10)
	other := make([]float64, 500)
	require.NoError(t, matching.Errors(background, other, m, x, at, matching.Config{Seed: 1, Step: 1}))
	require.NotEqual(t, squares[0], other[0])
	require.Panics(t, func() { _ = matching.Errors(background, other[:1], m, x, at, matching.Config{}) })
}

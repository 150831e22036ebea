package gradientflow_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/gradientflow"
	"github.com/ito-sde/ito/divergence/ratio"
	"github.com/ito-sde/ito/integrators"
)

func TestErrors(t *testing.T) {
	_, err := gradientflow.Matched([]float64{1, 2, 3, 4}, 2)
	require.ErrorIs(t, err, divergence.ErrSamples)
	singular, err := divergence.NewGaussianDense([]float64{0, 0}, []float64{1, 1, 1, 1})
	require.NoError(t, err)
	_, err = gradientflow.Gaussian(singular)
	require.ErrorIs(t, err, divergence.ErrIndefinite)
	_, err = gradientflow.Matched([]float64{1}, 1)
	require.ErrorIs(t, err, divergence.ErrSamples)
	_, err = gradientflow.Matched([]float64{1, 1, 1}, 1)
	require.ErrorIs(t, err, divergence.ErrIndefinite)
	_, err = gradientflow.Bumps(0)
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	two := make([]float64, 2)
	require.ErrorIs(t, gradientflow.Smoothed(1, -1)(two, two, two), divergence.ErrNotFinite)
	require.ErrorIs(t, gradientflow.Smoothed(1, 1)(two, two, []float64{math.NaN(), 0}), divergence.ErrNotFinite)
	require.ErrorIs(t, gradientflow.Moments(1)(two, two, []float64{math.Inf(1), 0}), divergence.ErrNotFinite)
	require.ErrorIs(t, gradientflow.Stein(standard(t), gradientflow.Bilinear, 1)(two, 0, []float64{math.NaN(), 0}), divergence.ErrNotFinite)
	far := gradientflow.Field(gradientflow.Between(standard(t), func(log, grad, _ []float64) error {
		log[0], grad[0] = -1e4, 1
		return nil
	}), gradientflow.ForwardKL, 1)
	require.ErrorIs(t, far(two[:1], 0, []float64{0}), divergence.ErrNotFinite)
	require.Panics(t, func() { _ = far(two, 0, []float64{0}) })
	a := gradientflow.Adversarial{Rate: gradientflow.ReverseKL, Dim: 1}
	between := gradientflow.Between(standard(t), gradientflow.Smoothed(1, 1))
	require.ErrorIs(t, a.Euler(two, []float64{0, 1}, between), divergence.ErrNotFinite)
	a.Lambda = 0.01 // −d + λ|·|² has no least
	narrow, err := gradientflow.Matched([]float64{-3, 3}, 1)
	require.NoError(t, err)
	require.ErrorIs(t, a.Proximal(two, []float64{0, 1}, gradientflow.Between(standard(t), narrow)), divergence.ErrConvergence)
	stopped, cancel := context.WithCancel(background)
	cancel()
	basis, err := ratio.Quadratic(1)
	require.NoError(t, err)
	require.ErrorIs(t, gradientflow.Classified(stopped, []float64{0, 1}, basis, 0)(two, two, []float64{0, 1}), context.Canceled)
}

// A velocity allocates nothing once its scratch has grown, but for the ratios that
// are fitted anew.
func TestFieldsDoNotAllocate(t *testing.T) {
	g, err := divergence.NewGaussianDense([]float64{0, 0}, []float64{1, 0.2, 0.2, 2})
	require.NoError(t, err)
	p, err := gradientflow.Gaussian(g)
	require.NoError(t, err)
	q, err := gradientflow.Matched(normals(40, 5), 2)
	require.NoError(t, err)
	bumps, err := gradientflow.Bumps(1)
	require.NoError(t, err)
	x, v := normals(40, 6), make([]float64, 40)
	for name, f := range map[string]integrators.Field{
		"gaussian": gradientflow.Field(gradientflow.Between(p, q), gradientflow.Hellinger, 2),
		"smoothed": gradientflow.Field(gradientflow.Between(p, gradientflow.Smoothed(2, 0.5)), gradientflow.ReverseKL, 2),
		"stein":    gradientflow.Stein(p, bumps, 2),
	} {
		require.NoError(t, f(v, 0, x))
		require.Zero(t, testing.AllocsPerRun(10, func() { _ = f(v, 0, x) }), name)
	}
}

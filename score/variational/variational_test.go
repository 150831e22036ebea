package variational_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/variational"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

var background = context.Background()

func normals(n int, seed uint64) []float64 {
	x := make([]float64, n)
	noise.Gaussian{}.Normal(x, n, noise.Address{Seed: seed, Use: noise.Test})
	return x
}

func gaussian(t testing.TB, mean, cov []float64) *divergence.Gaussian {
	g, err := divergence.NewGaussianDense(mean, cov)
	require.NoError(t, err)
	return g
}

func linear(t testing.TB) *variational.LinearVAE {
	v, err := variational.NewLinearVAE([]float64{1, -2, 0.5}, mat.NewDense(3, 2, []float64{1, 0.3, -0.5, 1.2, 0.7, 0.1}), 0.4)
	require.NoError(t, err)
	return v
}

// At the exact posterior the ELBO is ln N(x; μ, WWᵀ + σ²I); for any encoder it is less
// by KL(q‖posterior), to rounding.
func TestELBO(t *testing.T) {
	v := linear(t)
	x := normals(3*8, 1)
	log, elbo, gap := make([]float64, 8), make([]float64, 8), make([]float64, 8)
	v.LogDensity(log, x)
	model, err := score.NewGaussian(v.Marginal().Mean(nil), v.Marginal().Cov())
	require.NoError(t, err)
	want := make([]float64, 8)
	require.NoError(t, model.LogDensity(want, x, sde.Level{Alpha: 1}))
	require.InDeltaSlice(t, want, log, 1e-12)
	require.NoError(t, v.ELBO(elbo, x, v.Posterior()))
	require.InDeltaSlice(t, log, elbo, 1e-12)
	require.NoError(t, v.Gap(gap, x, v.Posterior()))
	require.InDeltaSlice(t, make([]float64, 8), gap, 1e-12)

	e := variational.Encoder{Weight: mat.NewDense(2, 3, []float64{0.5, 0, -0.2, 0.3, 0.3, 0.1}), Bias: []float64{0.2, -0.1}, Cov: mat.NewSymDense(2, []float64{0.5, 0.1, 0.1, 0.3})}
	require.NoError(t, v.ELBO(elbo, x, e))
	require.NoError(t, v.Gap(gap, x, e))
	for i := range log {
		require.Greater(t, gap[i], 0.01)
		require.InDelta(t, log[i], elbo[i]+gap[i], 1e-12)
	}
}

// The fit is the model of largest likelihood: no change of its parameters is better,
// and its marginal has the leading eigenvalues and the mean of the others.
func TestFitLinearVAE(t *testing.T) {
	x := linear(t)
	g, err := score.NewGaussian(x.Marginal().Mean(nil), x.Marginal().Cov())
	require.NoError(t, err)
	data := g.Sample(50, 2)
	v, err := variational.FitLinearVAE(data, 3, 1)
	require.NoError(t, err)
	require.Equal(t, 1, v.Latents())
	likelihood := func(v *variational.LinearVAE) float64 {
		log := make([]float64, 50)
		v.LogDensity(log, data)
		return floats.Sum(log)
	}
	best := likelihood(v)
	w := v.Weights()
	variance := v.Marginal().Cov().At(0, 0) - w.At(0, 0)*w.At(0, 0)
	for j := range 4 {
		for _, h := range []float64{-0.05, 0.05} {
			moved, s := mat.DenseCopyOf(w), variance
			if j < 3 {
				moved.Set(j, 0, w.At(j, 0)+h)
			} else {
				s += h
			}
			worse, err := variational.NewLinearVAE(v.Marginal().Mean(nil), moved, s)
			require.NoError(t, err)
			require.Less(t, likelihood(worse), best)
		}
	}
	var e, own mat.EigenSym
	full, err := score.FitGaussian(data, 3)
	require.NoError(t, err)
	require.True(t, e.Factorize(full.Cov(), false))
	require.True(t, own.Factorize(v.Marginal().Cov(), false))
	values, got := e.Values(nil), own.Values(nil)
	floats.Scale(49.0/50, values)
	require.InDelta(t, values[2], got[2], 1e-12)
	require.InDelta(t, (values[0]+values[1])/2, got[0], 1e-12)
	require.InDelta(t, got[0], got[1], 1e-12)
}

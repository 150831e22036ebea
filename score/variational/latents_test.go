package variational_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/variational"
	"github.com/ito-sde/ito/sde"
)

// latents is a fit of two latents to four columns, with its data.
func latents(t testing.TB, rows int) (*variational.LinearVAE, []float64) {
	mean := []float64{1, -2, 0.5, 3}
	cov := mat.NewSymDense(4, []float64{4, 1, 0, 0, 1, 2, 0.5, 0, 0, 0.5, 0.3, 0, 0, 0, 0, 0.2})
	g, err := score.NewGaussian(mean, cov)
	require.NoError(t, err)
	x := g.Sample(rows, 3)
	v, err := variational.FitLinearVAE(x, 4, 2)
	require.NoError(t, err)
	return v, x
}

// normalDDIM is a sampler of N(0, v I) in two latents.
func normalDDIM(t testing.TB, v float64) sampler.Config {
	m, err := score.NewIsotropic([]float64{0, 0}, v)
	require.NoError(t, err)
	p, err := sde.ByName("vp")
	require.NoError(t, err)
	grid, err := sampler.Times(p, sampler.UniformLambda{}, 400, true)
	require.NoError(t, err)
	return sampler.Config{Process: p, Model: m, Rule: sampler.DDIM{}, Grid: grid, Seed: 5}
}

// Over the data the posterior's draws have covariance I: that of the means and S add up to
// it, exactly; and so does the fit's marginal to the data's covariance but for what is
// discarded, W2² = Σ (√λ_i − σ)².
func TestLatentsAreNormal(t *testing.T) {
	const rows = 4000
	v, x := latents(t, rows)
	e := v.Posterior()
	full, err := divergence.Fit(x, 4)
	require.NoError(t, err)
	cov := full.Cov()
	cov.ScaleSym((rows-1.)/rows, cov)
	var half, means mat.Dense
	half.Mul(e.Weight, cov)
	means.Mul(&half, e.Weight.T())
	for i := range 2 {
		for j := range 2 {
			want := 0.0
			if i == j {
				want = 1
			}
			require.InDelta(t, want, means.At(i, j)+e.Cov.At(i, j), 1e-12)
		}
	}
	target, err := divergence.NewGaussian(full.Mean(nil), cov)
	require.NoError(t, err)
	w, err := divergence.W2Squared(target, v.Marginal())
	require.NoError(t, err)
	var eigen mat.EigenSym
	require.True(t, eigen.Factorize(cov, false))
	values := eigen.Values(nil)
	noise := math.Sqrt((values[0] + values[1]) / 2)
	require.InDelta(t, math.Pow(math.Sqrt(values[0])-noise, 2)+math.Pow(math.Sqrt(values[1])-noise, 2), w, 1e-12)

	// Draws: six standard errors of a variance √(2/n) and a correlation √(1/n), false alarm
	// 2e-9 each.
	z := make([]float64, 2*rows)
	require.NoError(t, v.Encode(z, x, e, 7))
	drawn, err := divergence.Fit(z, 2)
	require.NoError(t, err)
	for i := range 2 {
		require.InDelta(t, 0, drawn.Mean(nil)[i], 6/math.Sqrt(rows))
		require.InDelta(t, 1, drawn.Cov().At(i, i), 6*math.Sqrt(2./rows))
	}
	require.InDelta(t, 0, drawn.Cov().At(0, 1), 6/math.Sqrt(rows))
	// Without noise, and back: the reconstruction of the linear map WV.
	e.Cov.ScaleSym(1e-30, e.Cov)
	back := make([]float64, len(x))
	require.NoError(t, v.Encode(z, x, e, 7))
	v.Decode(back, z, true, 0)
	var project mat.Dense
	project.Mul(v.Weights(), e.Weight)
	diff := mat.NewVecDense(4, nil)
	for j, m := range full.Mean(nil) {
		diff.SetVec(j, x[j]-m)
	}
	diff.MulVec(&project, diff)
	for j, m := range full.Mean(nil) {
		require.InDelta(t, m+diff.AtVec(j), back[j], 1e-12)
	}
}

// Diffusion of N(0, v I) latents with the decoder's noise gives N(μ, v WWᵀ + σ²I); the
// prior's, v = 1, the marginal.
func TestDiffusionOfLatents(t *testing.T) {
	const rows = 20_000
	v, _ := latents(t, 500)
	for _, variance := range []float64{1, 0.25} {
		x := make([]float64, 4*rows)
		stats, err := v.Sample(background, x, normalDDIM(t, variance))
		require.NoError(t, err)
		require.Equal(t, 401, stats.NFE)
		got, err := divergence.Fit(x, 4)
		require.NoError(t, err)
		marginal := v.Marginal().Cov()
		var signal mat.SymDense
		signal.SymOuterK(1, v.Weights())
		for i := range 4 {
			noise := marginal.At(i, i) - signal.At(i, i)
			for j := range 4 {
				want := variance * signal.At(i, j)
				if i == j {
					want += noise
				}
				// The sampler errs by 2 per cent at most; the rest is that of rows.
				scale := math.Sqrt(marginal.At(i, i) * marginal.At(j, j))
				require.InDelta(t, want, got.Cov().At(i, j), (0.02+6*math.Sqrt(2./rows))*scale)
			}
			require.InDelta(t, v.Marginal().Mean(nil)[i], got.Mean(nil)[i], 6*math.Sqrt(marginal.At(i, i)/rows))
		}
		again := make([]float64, 4*10)
		_, err = v.Sample(background, again, normalDDIM(t, variance))
		require.NoError(t, err)
		require.True(t, floats.Equal(x[:40], again)) // row i is the same of any number
	}
}

func TestLatentErrors(t *testing.T) {
	v, x := latents(t, 10)
	z := make([]float64, 20)
	e := v.Posterior()
	e.Cov.SetSym(0, 0, -1)
	require.ErrorIs(t, v.Encode(z, x, e, 0), score.ErrIndefinite)
	require.ErrorIs(t, v.Encode(z, x, variational.Encoder{}, 0), score.ErrDimension)
	require.Panics(t, func() { _ = v.Encode(z[:18], x, v.Posterior(), 0) })
	require.Panics(t, func() { v.Decode(x, z[:19], true, 0) })
	_, err := v.Sample(background, x[:3], normalDDIM(t, 1))
	require.ErrorIs(t, err, score.ErrDimension)
	c := normalDDIM(t, 1)
	c.Model, err = score.NewIsotropic([]float64{0}, 1)
	require.NoError(t, err)
	_, err = v.Sample(background, x, c)
	require.ErrorIs(t, err, score.ErrDimension)
	done, cancel := context.WithCancel(background)
	cancel()
	_, err = v.Sample(done, x, normalDDIM(t, 1))
	require.ErrorIs(t, err, context.Canceled)
}

// A latent and what it stands for.
func ExampleLinearVAE_Decode() {
	v, err := variational.NewLinearVAE([]float64{1, 1}, mat.NewDense(2, 1, []float64{2, 0}), 0.1)
	if err != nil {
		fmt.Println(err)
		return
	}
	x := make([]float64, 2)
	v.Decode(x, []float64{0.5}, true, 0)
	fmt.Println(x)
	// Output: [2 1]
}

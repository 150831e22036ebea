package validation

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/exact"
)

// A Gaussian model with other moments than the data's: its affine error over the
// data is D − D*, in the data's eigenbasis, and so is the error that it causes.
func TestScoreErrorOfAGaussian(t *testing.T) {
	ctx, p := context.Background(), process(t, "vp")
	truth, err := score.NewGaussian([]float64{1, -0.5}, mat.NewSymDense(2, []float64{0.5, 0.3, 0.3, 0.8}))
	require.NoError(t, err)
	const n = 1000
	x := truth.Sample(n, 3)
	fit, err := divergence.Fit(x, 2)
	require.NoError(t, err)
	s, err := exact.SpectrumOf(fit)
	require.NoError(t, err)
	var eig mat.EigenSym
	require.True(t, eig.Factorize(fit.Cov(), true))
	var basis mat.Dense
	eig.VectorsTo(&basis)
	// In the eigenbasis: the mean moved, the variances scaled.
	wrong := exact.Spectrum{Mean: []float64{s.Mean[0] + 0.3, s.Mean[1] - 0.2}, Var: []float64{1.4 * s.Var[0], 0.7 * s.Var[1]}}
	var mean mat.VecDense
	mean.MulVec(&basis, mat.NewVecDense(2, wrong.Mean))
	var cov, half mat.Dense
	half.Mul(&basis, mat.NewDiagDense(2, wrong.Var))
	cov.Mul(&half, basis.T())
	model, err := score.NewGaussian(mean.RawVector().Data, mat.NewSymDense(2, []float64{cov.At(0, 0), cov.At(0, 1), cov.At(0, 1), cov.At(1, 1)}))
	require.NoError(t, err)
	c := sampler.Config{Process: p, Rule: sampler.DPMPP2M{}, Grid: lambdaGrid(t, p, 10, true), Model: wrong}
	want, err := ErrorSplit(ctx, c, s, 0)
	require.NoError(t, err)
	c.Model = newLinearised(model, x, &basis, s)
	got, err := ErrorSplit(ctx, c, s, 0)
	require.NoError(t, err)
	// D − D* is affine, so that rows make no noise; between levels h apart b and k
	// are linear but for h²/8 of second derivatives of order 1.
	off := 0.25 * 0.25 / 8 * want.Score.W2
	require.InDeltaSlice(t, want.Score.Mean, got.Score.Mean, 2*off)
	require.InDeltaSlice(t, want.Score.Deviation, got.Score.Deviation, 2*off)
	// The right model has no error.
	right, err := score.NewGaussian(fit.Mean(nil), fit.Cov())
	require.NoError(t, err)
	c.Model = newLinearised(right, x, &basis, s)
	none, err := ErrorSplit(ctx, c, s, 0)
	require.NoError(t, err)
	require.Less(t, none.Score.W2, 1e-10)
	require.Equal(t, want.Discretisation, none.Discretisation)
}

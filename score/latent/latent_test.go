package latent_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/latent"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/validation"
)

var background = context.Background()

func normals(n int, seed uint64) []float64 {
	x := make([]float64, n)
	noise.Gaussian{}.Normal(x, n, noise.Address{Seed: seed, Use: noise.Test})
	return x
}

func data(t testing.TB) []float64 {
	g, err := score.NewGaussian([]float64{1, -1, 0, 2}, mat.NewSymDense(4, []float64{3, 0.5, 0.2, 0, 0.5, 2, 0.1, 0.3, 0.2, 0.1, 0.4, 0.1, 0, 0.3, 0.1, 0.2}))
	require.NoError(t, err)
	return g.Sample(60, 1)
}

// Eckart and Young: the error of the reconstruction is the discarded variances, and no
// other projection of the rank is better; the model is that of low rank.
func TestLinear(t *testing.T) {
	x := data(t)
	n := len(x) / 4
	for rank := 1; rank <= 4; rank++ {
		l, err := latent.FitLinear(x, 4, rank)
		require.NoError(t, err)
		require.Equal(t, rank, l.Latents())
		z, back := make([]float64, n*rank), make([]float64, len(x))
		l.Encode(z, x)
		l.Decode(back, z)
		d := floats.Distance(back, x, 2)
		require.InDelta(t, l.Discarded(), d*d/float64(n), 1e-12)
		again := make([]float64, n*rank)
		l.Encode(again, back)
		require.InDeltaSlice(t, z, again, 1e-12)

		// A projection on other axes, through the mean.
		var qr mat.QR
		qr.Factorize(mat.NewDense(4, rank, normals(4*rank, 7)))
		var q, other mat.Dense
		qr.QTo(&q)
		basis := q.Slice(0, 4, 0, rank)
		var square float64
		g, err := score.FitGaussian(x, 4)
		require.NoError(t, err)
		for i := range n {
			row := mat.NewDense(1, 4, append([]float64(nil), x[4*i:][:4]...))
			floats.Sub(row.RawRowView(0), g.Mean())
			var code mat.Dense
			code.Mul(row, basis)
			other.Mul(&code, basis.T())
			other.Sub(&other, row)
			square += math.Pow(mat.Norm(&other, 2), 2) / float64(n)
			other.Reset()
		}
		if rank < 4 {
			require.Greater(t, square, l.Discarded())
		}

		model, err := l.Model()
		require.NoError(t, err)
		cov, variances := model.Cov(), l.Variances()
		require.InDelta(t, floats.Sum(variances[:rank]), mat.Trace(cov), 1e-12)
		var centred mat.Dense
		centred.Mul(cov, cov) // eigenvalues are the variances
		floats.Mul(variances, variances)
		require.InDelta(t, floats.Sum(variances[:rank]), mat.Trace(&centred), 1e-11)
	}
	few, err := latent.FitLinear(x[:8], 4, 3) // two rows, one direction
	require.NoError(t, err)
	require.InDelta(t, 0, few.Discarded(), 1e-20)
}

// Latents diffuse, and the decoded law is as far from the data's as the discarded
// variances and the sampler's own error, which add up: the axes are orthogonal.
func TestLatentDiffusion(t *testing.T) {
	x := data(t)
	l, err := latent.FitLinear(x, 4, 2)
	require.NoError(t, err)
	variances := l.Variances()
	own, err := divergence.NewGaussianDense([]float64{0, 0}, []float64{variances[0], 0, 0, variances[1]})
	require.NoError(t, err)
	decoded, err := l.Decoded(own)
	require.NoError(t, err)
	full, err := divergence.Fit(x, 4)
	require.NoError(t, err)
	cov := full.Cov()
	cov.ScaleSym(59.0/60, cov)
	target, err := divergence.NewGaussian(full.Mean(nil), cov)
	require.NoError(t, err)
	w, err := divergence.W2Squared(target, decoded)
	require.NoError(t, err)
	require.InDelta(t, l.Discarded(), w, 1e-12)

	model, err := score.NewGaussian([]float64{0, 0}, own.Cov())
	require.NoError(t, err)
	p, err := sde.ByName("vp")
	require.NoError(t, err)
	grid, err := sampler.Times(p, sampler.UniformLambda{}, 20, true)
	require.NoError(t, err)
	c := sampler.Config{Process: p, Model: model, Rule: sampler.DDIM{}, Grid: grid}
	law, err := validation.ExactLaw(background, c)
	require.NoError(t, err)
	miss, err := divergence.W2Squared(law, own)
	require.NoError(t, err)
	decoded, err = l.Decoded(law)
	require.NoError(t, err)
	w, err = divergence.W2Squared(target, decoded)
	require.NoError(t, err)
	require.Greater(t, miss, 1e-5)
	require.InDelta(t, l.Discarded()+miss, w, 1e-10)

	// Samples are decoded latents: they lie in the plane of the model.
	s := make([]float64, 4*50)
	stats, err := l.Sample(background, s, c)
	require.NoError(t, err)
	require.Equal(t, 21, stats.NFE)
	z, back := make([]float64, 100), make([]float64, 200)
	l.Encode(z, s)
	l.Decode(back, z)
	require.InDeltaSlice(t, s, back, 1e-12)
	want := make([]float64, 100)
	_, err = sampler.Sample(background, want, c)
	require.NoError(t, err)
	require.InDeltaSlice(t, want, z, 1e-12)
}

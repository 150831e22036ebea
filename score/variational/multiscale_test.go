package variational_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score/variational"
)

// The marginal of masked scales is closed, the rates add up to KL(q(z|x)‖p(z)), and the
// bound with all is the evidence.
func TestMultiscale(t *testing.T) {
	layers := []*mat.Dense{variational.Upsampling(4, 4, 1.5), variational.Upsampling(4, 2, 0.8), variational.Upsampling(4, 1, 0.3)}
	m, err := variational.NewMultiscale([]float64{1, 2, 3, 4}, layers, 0.2)
	require.NoError(t, err)
	require.Equal(t, 3, m.Scales())
	for scales := 1; scales <= 3; scales++ {
		v, err := m.Masked(scales)
		require.NoError(t, err)
		cov := v.Marginal().Cov()
		for i := range 4 {
			for j := range 4 {
				want := 1.5 * 1.5
				if scales > 1 && i/2 == j/2 {
					want += 0.64
				}
				if i == j {
					want += 0.2
					if scales > 2 {
						want += 0.09
					}
				}
				require.InDelta(t, want, cov.At(i, j), 1e-14)
			}
		}
	}
	all, err := m.Masked(3)
	require.NoError(t, err)
	x := normals(4*5, 3)
	rates, elbo, log := make([]float64, 15), make([]float64, 5), make([]float64, 5)
	m.Rates(rates, x)
	q := all.Posterior()
	require.NoError(t, all.ELBO(elbo, x, q))
	all.LogDensity(log, x)
	require.InDeltaSlice(t, log, elbo, 1e-12)
	for i := range 5 {
		mean, diff := mat.NewVecDense(7, nil), make([]float64, 4)
		floats.SubTo(diff, x[4*i:][:4], []float64{1, 2, 3, 4})
		mean.MulVec(q.Weight, mat.NewVecDense(4, diff))
		posterior, err := divergence.NewGaussian(mean.RawVector().Data, q.Cov)
		require.NoError(t, err)
		eye := mat.NewSymDense(7, nil)
		for j := range 7 {
			eye.SetSym(j, j, 1)
		}
		prior, err := divergence.NewGaussian(make([]float64, 7), eye)
		require.NoError(t, err)
		kl, err := divergence.KL(posterior, prior)
		require.NoError(t, err)
		require.InDelta(t, kl, floats.Sum(rates[3*i:][:3]), 1e-12)
		// The rate of the coarsest scale is that of its own posterior.
		first, err := divergence.NewGaussian(mean.RawVector().Data[:1], q.Cov.SliceSym(0, 1))
		require.NoError(t, err)
		one, err := divergence.NewGaussianDense([]float64{0}, []float64{1})
		require.NoError(t, err)
		kl, err = divergence.KL(first, one)
		require.NoError(t, err)
		require.InDelta(t, kl, rates[3*i], 1e-12)
	}
}

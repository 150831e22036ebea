package variational_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score/variational"
)

// Joint divergence = marginal + expected conditional, split at either block; for the
// autoencoder −E ELBO less the data's entropy.
func TestSplit(t *testing.T) {
	p := gaussian(t, []float64{0.3, -0.2, 0.5}, []float64{1, 0.2, 0.1, 0.2, 0.8, -0.3, 0.1, -0.3, 1.5})
	q := gaussian(t, []float64{0, 0.4, 0}, []float64{2, -0.4, 0, -0.4, 1, 0.2, 0, 0.2, 0.7})
	joint, err := divergence.KL(p, q)
	require.NoError(t, err)
	for first := 1; first < 3; first++ {
		marginal, conditional, err := variational.Split(p, q, first)
		require.NoError(t, err)
		require.InDelta(t, joint, marginal+conditional, 1e-13)
		require.Greater(t, min(marginal, conditional), 0.01)
		a, err := variational.Swap(p, first)
		require.NoError(t, err)
		b, err := variational.Swap(q, first)
		require.NoError(t, err)
		marginal, conditional, err = variational.Split(a, b, 3-first)
		require.NoError(t, err)
		require.InDelta(t, joint, marginal+conditional, 1e-13)
		back, err := variational.Swap(a, 3-first)
		require.NoError(t, err)
		require.Equal(t, p.Cov(), back.Cov())
	}

	v := linear(t)
	data := gaussian(t, []float64{0.8, -1, 0}, []float64{1.5, 0.2, 0.3, 0.2, 2, 0, 0.3, 0, 0.9})
	generator, err := v.Joint()
	require.NoError(t, err)
	e := variational.Encoder{Weight: mat.NewDense(2, 3, []float64{0.4, 0, -0.2, 0.1, 0.3, 0.1}), Cov: mat.NewSymDense(2, []float64{0.5, 0, 0, 0.3})}
	encoded, err := v.Encoded(data, e)
	require.NoError(t, err)
	marginal, conditional, err := variational.Split(encoded, generator, 3)
	require.NoError(t, err)
	likelihood, err := divergence.KL(data, v.Marginal())
	require.NoError(t, err)
	require.InDelta(t, likelihood, marginal, 1e-12)
	// E ELBO over the data: quadratic in x, so that the cubature x ± √3 L e_j is exact.
	var chol mat.Cholesky
	require.True(t, chol.Factorize(data.Cov()))
	var l mat.TriDense
	chol.LTo(&l)
	var points []float64
	for j := range 3 {
		for _, sign := range []float64{-1, 1} {
			for i := range 3 {
				points = append(points, data.Mean(nil)[i]+sign*math.Sqrt(3)*l.At(i, j))
			}
		}
	}
	elbo := make([]float64, 6)
	require.NoError(t, v.ELBO(elbo, points, e))
	require.InDelta(t, -floats.Sum(elbo)/6-data.Entropy(), marginal+conditional, 1e-12)
	// With the exact posterior nothing is left but the likelihood: EM's first half.
	encoded, err = v.Encoded(data, v.Posterior())
	require.NoError(t, err)
	_, conditional, err = variational.Split(encoded, generator, 3)
	require.NoError(t, err)
	require.InDelta(t, 0, conditional, 1e-12)
}

// The same on tables, and EM's first step on one: p(z|x) set to the posterior makes the
// conditional term 0 and leaves the likelihood.
func TestSplitTable(t *testing.T) {
	p := []float64{0.1, 0.2, 0.05, 0.15, 0.3, 0.2}
	q := []float64{0.2, 0.1, 0.1, 0.3, 0.1, 0.2}
	var joint float64
	for i, v := range p {
		joint += v * math.Log(v/q[i])
	}
	marginal, conditional, err := variational.SplitTable(p, q, 2)
	require.NoError(t, err)
	require.InDelta(t, joint, marginal+conditional, 1e-15)
	for i := 0; i < 6; i += 2 {
		px, qx := p[i]+p[i+1], q[i]+q[i+1]
		p[i], p[i+1] = px*q[i]/qx, px*q[i+1]/qx
	}
	left, conditional, err := variational.SplitTable(p, q, 2)
	require.NoError(t, err)
	require.InDelta(t, 0, conditional, 1e-15)
	require.InDelta(t, marginal, left, 1e-15)
	marginal, _, err = variational.SplitTable([]float64{1, 1, 1, 1}, []float64{1, 1, 0, 0}, 2)
	require.NoError(t, err)
	require.True(t, math.IsInf(marginal, 1))
	marginal, conditional, err = variational.SplitTable([]float64{1, 1, 0, 0}, []float64{1, 1, 1, 1}, 2)
	require.NoError(t, err)
	require.InDelta(t, math.Ln2, marginal, 1e-15)
	require.Zero(t, conditional)
}

// E KL(p(z|x)‖r) = I + KL(p(z)‖r), I = ½ ln(1 + a²v/b²) in one dimension.
func TestChannel(t *testing.T) {
	c, err := variational.NewChannel(mat.NewDense(1, 1, []float64{1.5}), mat.NewSymDense(1, []float64{0.36}))
	require.NoError(t, err)
	information, err := c.Information(gaussian(t, []float64{2}, []float64{0.7}))
	require.NoError(t, err)
	require.InDelta(t, 0.5*math.Log(1+2.25*0.7/0.36), information, 1e-14)

	c, err = variational.NewChannel(mat.NewDense(2, 3, []float64{1, 0, 0.5, -0.3, 0.8, 0.2}), mat.NewSymDense(2, []float64{0.5, 0.1, 0.1, 0.3}))
	require.NoError(t, err)
	x := gaussian(t, []float64{0.8, -1, 0}, []float64{1.5, 0.2, 0.3, 0.2, 2, 0, 0.3, 0, 0.9})
	r := gaussian(t, []float64{0.2, 0}, []float64{1, 0, 0, 2})
	information, err = c.Information(x)
	require.NoError(t, err)
	z, err := c.Output(x)
	require.NoError(t, err)
	kl, err := divergence.KL(z, r)
	require.NoError(t, err)
	rate, err := c.Rate(x, r)
	require.NoError(t, err)
	require.InDelta(t, information+kl, rate, 1e-13)
	rate, err = c.Rate(x, z)
	require.NoError(t, err)
	require.InDelta(t, information, rate, 1e-13)

	// A symmetric binary channel of error e: ln 2 − h(e).
	const e = 0.11
	information, err = variational.TableInformation([]float64{1 - e, e, e, 1 - e}, 2)
	require.NoError(t, err)
	require.InDelta(t, math.Ln2+e*math.Log(e)+(1-e)*math.Log(1-e), information, 1e-15)
	information, err = variational.TableInformation([]float64{1, 2, 3, 6}, 2)
	require.NoError(t, err)
	require.InDelta(t, 0, information, 1e-15)
}

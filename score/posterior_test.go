package score_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// textbook is the posterior by the normal equations, for a regular evidence:
// mean, covariance, ln p(y).
func textbook(t testing.TB, mean []float64, cov mat.Symmetric, o score.Observation) ([]float64, *mat.Dense, float64) {
	m, dim := len(o.Y), len(mean)
	var ac, s mat.Dense
	ac.Mul(o.A, cov)
	s.Mul(&ac, o.A.T())
	evidence := mat.NewSymDense(m, nil)
	for i := range m {
		for j := i; j < m; j++ {
			evidence.SetSym(i, j, 0.5*(s.At(i, j)+s.At(j, i)))
		}
		evidence.SetSym(i, i, evidence.At(i, i)+o.Noise*o.Noise)
	}
	var chol mat.Cholesky
	require.True(t, chol.Factorize(evidence))
	r := mat.NewVecDense(m, nil)
	r.MulVec(o.A, mat.NewVecDense(dim, mean))
	r.SubVec(mat.NewVecDense(m, o.Y), r)
	var w, step mat.VecDense
	require.NoError(t, chol.SolveVecTo(&w, r))
	step.MulVec(ac.T(), &w)
	var solved, cut mat.Dense
	require.NoError(t, chol.SolveTo(&solved, &ac))
	cut.Mul(ac.T(), &solved)
	cut.Sub(cov, &cut)
	out := append([]float64(nil), mean...)
	floats.Add(out, step.RawVector().Data)
	return out, &cut, -0.5 * (float64(m)*math.Log(2*math.Pi) + chol.LogDet() + mat.Dot(r, &w))
}

func measurement(seed uint64, m, dim int, noise float64) score.Observation {
	return score.Observation{A: mat.NewDense(m, dim, normals(seed, m*dim)), Y: normals(seed+1, m), Noise: noise}
}

// Every build of Gaussian against the normal equations: fewer, as many and more
// observations than coordinates, exact ones among them.
func TestGaussianPosterior(t *testing.T) {
	const dim = 5
	low, err := score.NewLowRank(normals(20, dim), mat.NewDense(dim, 2, normals(21, 2*dim)), []float64{1, 0.5}, 0.1)
	require.NoError(t, err)
	ball, err := score.NewIsotropic(normals(22, dim), 0.3)
	require.NoError(t, err)
	for name, g := range map[string]*score.Gaussian{"full": randomGaussian(t, 1, dim), "low rank": low, "ball": ball} {
		for _, o := range []score.Observation{measurement(5, 1, dim, 0.1), measurement(6, 3, dim, 0), measurement(7, 5, dim, 1), measurement(8, 9, dim, 0.5)} {
			p, got, err := g.Posterior(o)
			require.NoError(t, err)
			mean, cov, want := textbook(t, g.Mean(), g.Cov(), o)
			require.InDeltaSlice(t, mean, p.Mean(), 1e-10, name)
			require.InDelta(t, want, got, 1e-10, name)
			require.True(t, mat.EqualApprox(cov, p.Cov(), 1e-11), name)
		}
	}
}

// An exact observation is settled: the coordinates are those, without variance.
func TestExactObservation(t *testing.T) {
	x := []float64{1, -2, 3, 0.5}
	o, err := score.ObserveCoordinates(x, []bool{true, false, true, false}, 0)
	require.NoError(t, err)
	p, _, err := randomGaussian(t, 4, 4).Posterior(o)
	require.NoError(t, err)
	for _, at := range []sde.Level{{Alpha: 1, Sigma: 1e-9}, {Alpha: 0.5, Sigma: 2}, {Sigma: 1}, {Alpha: 1}} {
		d := make([]float64, 4)
		require.NoError(t, p.Denoise(d, normals(3, 4), at))
		require.InDelta(t, x[0], d[0], 1e-14)
		require.InDelta(t, x[2], d[2], 1e-14)
	}
	require.InDelta(t, 0, p.Cov().At(0, 0)+p.Cov().At(2, 2), 1e-29)
}

// The posterior's denoiser is the mean given the noised row and the observation
// together: the mixture's own posterior given both, y and x = αx_0 + σε, the rows
// of A and Y scaled so that both have noise 1. So is its evidence.
func TestMixturePosteriorDenoises(t *testing.T) {
	const dim, m = 4, 2
	prior := mixed(t, dim)
	o := measurement(9, m, dim, 0.3)
	posterior, evidence, err := prior.Posterior(o)
	require.NoError(t, err)
	x, d, log := normals(12, dim), make([]float64, dim), make([]float64, 1)
	for _, at := range []sde.Level{{Alpha: 1, Sigma: 0.05}, {Alpha: 0.8, Sigma: 0.6}, {Alpha: 1, Sigma: 20}} {
		a := mat.NewDense(m+dim, dim, nil)
		a.Slice(0, m, 0, dim).(*mat.Dense).Scale(1/o.Noise, o.A)
		y := append([]float64(nil), o.Y...)
		floats.Scale(1/o.Noise, y)
		for j, v := range x {
			a.Set(m+j, j, at.Alpha/at.Sigma)
			y = append(y, v/at.Sigma)
		}
		both, joint, err := prior.Posterior(score.Observation{A: a, Y: y, Noise: 1})
		require.NoError(t, err)
		require.NoError(t, posterior.Denoise(d, x, at))
		require.InDeltaSlice(t, both.Mean(), d, 1e-11)
		// p(y, x) = p(y) p(x | y), with the Jacobian of the scaling.
		require.NoError(t, posterior.LogDensity(log, x, at))
		joint -= m*math.Log(o.Noise) + dim*math.Log(at.Sigma)
		require.InDelta(t, evidence+log[0], joint, 1e-9*(1+math.Abs(joint)))
	}
}

// Weights against densities of y; a component that y rules out is gone.
func TestMixturePosteriorWeights(t *testing.T) {
	near, err := score.NewIsotropic([]float64{0, 0}, 1)
	require.NoError(t, err)
	other, err := score.NewIsotropic([]float64{2, 0}, 1)
	require.NoError(t, err)
	far, err := score.NewIsotropic([]float64{1e3, 0}, 1)
	require.NoError(t, err)
	prior, err := score.NewMixture([]float64{1, 3, 1}, []*score.Gaussian{near, other, far})
	require.NoError(t, err)
	p, _, err := prior.Posterior(score.Observation{A: mat.NewDense(1, 2, []float64{1, 0}), Y: []float64{0.5}, Noise: math.Sqrt(3)})
	require.NoError(t, err)
	a, b := math.Exp(-0.25/8), 3*math.Exp(-2.25/8) // variance 1 + 3
	require.InDeltaSlice(t, []float64{a / (a + b), b / (a + b)}, p.Weights(), 1e-15)
	require.InDeltaSlice(t, []float64{0.125, 0}, p.Component(0).Mean(), 1e-15)
}

func TestPosteriorErrors(t *testing.T) {
	g := randomGaussian(t, 1, 2)
	for _, bad := range []score.Observation{
		{}, {A: mat.NewDense(1, 3, nil), Y: []float64{1}}, {A: mat.NewDense(1, 2, nil), Y: []float64{1, 2}}, {A: mat.NewDense(1, 2, nil)},
		{A: mat.NewDense(1, 2, []float64{1, 0}), Y: []float64{math.Inf(1)}}, {A: mat.NewDense(1, 2, []float64{1, math.NaN()}), Y: []float64{1}},
		{A: mat.NewDense(1, 2, []float64{1, 0}), Y: []float64{1}, Noise: -1}, {A: mat.NewDense(1, 2, []float64{1, 0}), Y: []float64{1}, Noise: math.NaN()},
		{A: mat.NewDense(2, 2, []float64{1, 1, 1, 1}), Y: []float64{1, 1}}, // exact, twice
		{A: mat.NewDense(3, 2, normals(1, 6)), Y: []float64{1, 1, 1}},
		{A: mat.NewDense(1, 2, nil), Y: []float64{1}},
	} {
		_, _, err := g.Posterior(bad)
		require.ErrorIs(t, err, score.ErrObservation, "%v", bad)
	}
	m, err := score.NewMixture([]float64{1}, []*score.Gaussian{g})
	require.NoError(t, err)
	_, _, err = m.Posterior(score.Observation{A: mat.NewDense(1, 2, nil), Y: []float64{1}})
	require.ErrorIs(t, err, score.ErrObservation)
	for _, known := range [][]bool{{false, false}, {true}} {
		_, err := score.ObserveCoordinates([]float64{1, 2}, known, 0)
		require.ErrorIs(t, err, score.ErrObservation)
	}
}

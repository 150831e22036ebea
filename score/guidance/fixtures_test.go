package guidance_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/validation"
)

func normals(seed uint64, n int) []float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

func gaussian(t testing.TB, seed uint64, dim int) *score.Gaussian {
	var cov mat.SymDense
	cov.SymOuterK(1/float64(dim), mat.NewDense(dim, dim+2, normals(seed, dim*(dim+2))))
	g, err := score.NewGaussian(normals(seed+1, dim), &cov)
	require.NoError(t, err)
	return g
}

func mixture(t testing.TB, seed uint64, dim, k int) *score.Mixture {
	var parts []*score.Gaussian
	var weights []float64
	for i := range k {
		parts, weights = append(parts, gaussian(t, seed+10*uint64(i), dim)), append(weights, 1+float64(i))
	}
	m, err := score.NewMixture(weights, parts)
	require.NoError(t, err)
	return m
}

var levels = []sde.Level{{Alpha: 1, Sigma: 1e-3}, {Alpha: 0.99, Sigma: 0.1}, {Alpha: 0.8, Sigma: 0.6}, {Alpha: 0.5, Sigma: 0.5}, {Alpha: 1, Sigma: 80}, {Alpha: 1e-3, Sigma: 1}}

// observations of a row of four numbers: of two coordinates, of two means, of
// one direction twice, of more than there is to know.
func observations() map[string]score.Observation {
	return map[string]score.Observation{
		"coordinates": {A: mat.NewDense(2, 4, []float64{1, 0, 0, 0, 0, 0, 1, 0}), Y: []float64{0.4, -1}, Noise: 0.2},
		"means":       {A: mat.NewDense(2, 4, []float64{0.5, 0.5, 0, 0, 0, 0.3, 0.3, 0.3}), Y: []float64{0.7, 0.1}, Noise: 0.05},
		"twice":       {A: mat.NewDense(2, 4, []float64{1, 2, 0, 0, 1, 2, 0, 0}), Y: []float64{1, 1.2}, Noise: 0.3},
		"many":        {A: mat.NewDense(6, 4, normals(77, 24)), Y: normals(78, 6), Noise: 0.5},
		"exact":       {A: mat.NewDense(2, 4, []float64{1, 0, 2, 0, 0, 0, 1, -1}), Y: []float64{0.4, -1}},
	}
}

func law(t testing.TB, p sde.Process, m score.Model, r sampler.Rule, steps int) *divergence.Gaussian {
	grid, err := sampler.Times(p, sampler.UniformLambda{}, steps, true)
	require.NoError(t, err)
	l, err := validation.ExactLaw(context.Background(), sampler.Config{Process: p, Model: m, Rule: r, Grid: grid})
	require.NoError(t, err)
	return l
}

// limit extrapolates moments of a rule of some order to infinitely many steps.
func limit(t testing.TB, p sde.Process, m score.Model, r sampler.Rule, order float64, moments func(*divergence.Gaussian) []float64) []float64 {
	coarse, fine := moments(law(t, p, m, r, 800)), moments(law(t, p, m, r, 1600))
	for i, c := range coarse {
		fine[i] += (fine[i] - c) / (math.Pow(2, order) - 1)
	}
	return fine
}

// wide begins so far out that what is left out, of order 1/σ_max for the flow, is
// below 1e-6, and ends at σ² = 1e-8.
var wide = sde.EDM{SigmaMin: 1e-4, SigmaMax: 1e6}

func scalarMoments(l *divergence.Gaussian) []float64 {
	return []float64{l.Mean(nil)[0], l.Cov().At(0, 0)}
}

func conditional(t testing.TB, dim int) *score.Conditional {
	c, err := score.NewConditional([]float64{2, 1, 3}, []*score.Mixture{mixture(t, 1, dim, 2), mixture(t, 40, dim, 1), mixture(t, 80, dim, 3)})
	require.NoError(t, err)
	return c
}

func denoise(t testing.TB, m score.Model, x []float64, at sde.Level) []float64 {
	d := make([]float64, len(x))
	require.NoError(t, m.Denoise(d, x, at))
	return d
}

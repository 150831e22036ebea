package guidance_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/guidance"
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

// The laws at which DPS ends on N(0, v), in closed form, by the reverse SDE and
// by the flow; and those of the exact posterior, at which the posterior's own
// denoiser does.
func TestBiasOfDPS(t *testing.T) {
	const v, y = 1.3, 0.7
	g, err := score.NewIsotropic([]float64{0}, v)
	require.NoError(t, err)
	for _, q := range []float64{0.1, 1, 3} {
		o := score.Observation{A: mat.NewDense(1, 1, []float64{1}), Y: []float64{y}, Noise: math.Sqrt(v / q)}
		m, err := guidance.DPS(g, o, guidance.Step{})
		require.NoError(t, err)
		exact, _, err := g.Posterior(o)
		require.NoError(t, err)
		// What is left after extrapolation is of order h³ = (ln 1e10/800)³ = 2.4e-5.
		const tol = 4e-5
		got := limit(t, wide, m, sampler.SDEDPMPP{Steps: 2}, 2, scalarMoments)
		require.InDelta(t, y*(1-math.Exp(-q)), got[0], tol)
		require.InDelta(t, v*(1-math.Exp(-2*q))/(2*q), got[1], tol)
		got = limit(t, wide, m, sampler.DPMPP3M{}, 3, scalarMoments)
		a := math.Sqrt(q / 2)
		require.InDelta(t, y*2*a*dawson(a), got[0], tol)
		require.InDelta(t, v*math.Exp(-q), got[1], tol)
		for _, rule := range []sampler.Rule{sampler.SDEDPMPP{Steps: 2}, sampler.DPMPP2M{}} {
			got = limit(t, wide, exact, rule, 2, scalarMoments)
			require.InDelta(t, y*q/(1+q), got[0], tol)
			require.InDelta(t, v/(1+q), got[1], tol)
		}
	}
}

// dawson is F(a) = e^(−a²) ∫₀ᵃ e^(w²) dw by its alternating series.
func dawson(a float64) float64 {
	term, sum := a, 0.0
	for k := range 100 {
		sum += term
		term *= -2 * a * a / float64(2*k+3)
	}
	return sum
}

// Moment matching is the posterior's denoiser at every level for all Gaussian
// data and observations; the pseudoinverse is where the observed directions have
// the variance it is given; and replacement where what is observed exactly knows
// nothing of the rest.
func TestExactOnGaussians(t *testing.T) {
	const dim, rows = 4, 37 // more than two tiles
	x := normals(5, rows*dim)
	same := func(m score.Model, want score.Model, what string) {
		a, b := make([]float64, len(x)), make([]float64, len(x))
		for _, at := range levels {
			require.NoError(t, m.Denoise(a, x, at), what)
			require.NoError(t, want.Denoise(b, x, at))
			// Where σ is small and the observation exact, the covariance that is
			// solved with is of size σ², and rounds relative to it.
			require.InDeltaSlice(t, b, a, 1e-9*(1+floats.Norm(b, math.Inf(1))), "%s at %v", what, at)
		}
	}
	for name, o := range observations() {
		g := gaussian(t, 3, dim)
		m, err := guidance.MomentMatching(g, o)
		require.NoError(t, err)
		want, _, err := g.Posterior(o)
		require.NoError(t, err)
		same(m, want, "moment matching, "+name)

		ball, err := score.NewIsotropic(normals(6, dim), 0.7)
		require.NoError(t, err)
		m, err = guidance.PseudoInverse(ball, o, 0.7)
		require.NoError(t, err)
		want, _, err = ball.Posterior(o)
		require.NoError(t, err)
		same(m, want, "pseudoinverse, "+name)
	}
	// Coordinates 0 and 2 have variance 2 and are apart from the others.
	cov := mat.NewSymDense(4, []float64{2, 0, 0, 0, 0, 1, 0, 0.5, 0, 0, 2, 0, 0, 0.5, 0, 3})
	g, err := score.NewGaussian(normals(7, dim), cov)
	require.NoError(t, err)
	o := observations()["coordinates"]
	m, err := guidance.PseudoInverse(g, o, 2)
	require.NoError(t, err)
	want, _, err := g.Posterior(o)
	require.NoError(t, err)
	same(m, want, "pseudoinverse on axes")

	o.Noise = 0
	m, err = guidance.Replace(g, o)
	require.NoError(t, err)
	want, _, err = g.Posterior(o)
	require.NoError(t, err)
	same(m, want, "replacement")
}

// A pseudoinverse with too small a variance is too sure, with too large a one
// not enough; DPS is its limit of variance 0.
func TestPseudoInverseOfAnotherVariance(t *testing.T) {
	g, err := score.NewIsotropic([]float64{0}, 1)
	require.NoError(t, err)
	o := score.Observation{A: mat.NewDense(1, 1, []float64{2}), Y: []float64{0.8}, Noise: 1}
	variance := func(m score.Model, err error) float64 {
		require.NoError(t, err)
		return law(t, wide, m, sampler.SDEDPMPP{Steps: 2}, 400).Cov().At(0, 0)
	}
	dps := variance(guidance.DPS(g, o, guidance.Step{}))
	small, right, large := variance(guidance.PseudoInverse(g, o, 0.1)), variance(guidance.PseudoInverse(g, o, 1)), variance(guidance.PseudoInverse(g, o, 10))
	require.InDelta(t, 1.0/5, right, 1e-3)
	require.Less(t, dps, small)
	require.Less(t, small, right-0.01)
	require.Greater(t, large, right+0.01)
	require.InDelta(t, dps, variance(guidance.PseudoInverse(g, o, 1e-9)), 1e-6)
}

// Replacement of one of two correlated coordinates: the other's mean by the
// reverse SDE, in closed form; and making steps again brings it nearer to c y.
func TestInconsistencyOfReplacement(t *testing.T) {
	const y = 1.0
	second := func(l *divergence.Gaussian) []float64 {
		return []float64{l.Mean(nil)[1], l.Mean(nil)[0], l.Cov().At(0, 0)}
	}
	for _, c := range []float64{0.3, 0.8, -0.6} {
		g, err := score.NewGaussian([]float64{0, 0}, mat.NewSymDense(2, []float64{1, c, c, 1}))
		require.NoError(t, err)
		o, err := score.ObserveCoordinates([]float64{y, 0}, []bool{true, false}, 0)
		require.NoError(t, err)
		m, err := guidance.Replace(g, o)
		require.NoError(t, err)
		got := limit(t, wide, m, sampler.SDEDPMPP{Steps: 2}, 2, second)
		require.InDelta(t, y*(1-math.Sqrt(1-c*c))/c, got[0], 1e-4)
		require.InDelta(t, y, got[1], 1e-12)
		require.InDelta(t, 0, got[2], 1e-12)

		last := math.Inf(1)
		for _, times := range []int{1, 4, 12} {
			miss := math.Abs(second(law(t, wide, m, sampler.Restart{Times: times}, 60))[0] - c*y)
			require.Less(t, miss, last)
			last = miss
		}
		require.Less(t, last, math.Abs(got[0]-c*y)/3)
	}
}

// With noise, the observed axes are those of N(t, n), whatever the model says.
func TestReplacementWithNoise(t *testing.T) {
	o := score.Observation{A: mat.NewDense(1, 2, []float64{3, 4}), Y: []float64{10}, Noise: 2} // 5 along (0.6, 0.8)
	m, err := guidance.Replace(gaussian(t, 3, 2), o)
	require.NoError(t, err)
	g, err := score.NewIsotropic([]float64{2}, 0.16)
	require.NoError(t, err)
	x, d, want := []float64{0.5, -1.5}, make([]float64, 2), make([]float64, 1)
	for _, at := range append(levels, sde.Level{Sigma: 1}, sde.Level{Alpha: 1}) {
		require.NoError(t, m.Denoise(d, x, at))
		require.NoError(t, g.Denoise(want, []float64{0.6*x[0] + 0.8*x[1]}, at))
		require.InDelta(t, want[0], 0.6*d[0]+0.8*d[1], 1e-13)
	}
}

// Normalised DPS by hand: with a Gaussian the answer moves by ζ Cov Aᵀ r/|r|.
func TestNormalisedDPS(t *testing.T) {
	g, err := score.NewGaussian([]float64{0, 0}, mat.NewSymDense(2, []float64{1, 0, 0, 4}))
	require.NoError(t, err)
	o := score.Observation{A: mat.NewDense(2, 2, []float64{0, 2, 0, 2}), Y: []float64{1, 3}} // off the range by (−1, 1)
	m, err := guidance.DPS(g, o, guidance.Step{Strength: 0.3, Normalised: true})
	require.NoError(t, err)
	at := sde.Level{Alpha: 0.8, Sigma: 0.6}
	x, got, d := []float64{0.2, 0.5}, make([]float64, 2), make([]float64, 2)
	require.NoError(t, m.Denoise(got, x, at))
	require.NoError(t, g.Denoise(d, x, at))
	r0, r1 := 1-2*d[1], 3-2*d[1]
	cov := 4 * 0.36 / (0.64*4 + 0.36)
	require.InDelta(t, d[0], got[0], 1e-15)
	require.InDelta(t, d[1]+0.3*cov*2*(r0+r1)/math.Hypot(r0, r1), got[1], 1e-14)
}

// On a mixture nothing but the posterior is exact. Root mean square errors of the
// denoisers on noised rows of the posterior itself, at three levels of noise:
// moment matching is nearest, DPS farthest, and all agree as σ → 0.
func TestErrorsOnAMixture(t *testing.T) {
	const dim, rows = 4, 4000
	m := mixture(t, 3, dim, 3)
	o := observations()["coordinates"]
	exact, _, err := m.Posterior(o)
	require.NoError(t, err)
	models := map[string]func() (score.Model, error){
		"dps":           func() (score.Model, error) { return guidance.DPS(m, o, guidance.Step{}) },
		"pseudoinverse": func() (score.Model, error) { return guidance.PseudoInverse(m, o, 1) },
		"moments":       func() (score.Model, error) { return guidance.MomentMatching(m, o) },
	}
	for _, sigma := range []float64{0.02, 0.3, 1, 3} {
		at := sde.Level{Alpha: 1, Sigma: sigma}
		x := exact.Sample(rows, 9)
		floats.AddScaled(x, sigma, normals(10, len(x)))
		want, got := make([]float64, len(x)), make([]float64, len(x))
		require.NoError(t, exact.Denoise(want, x, at))
		miss := map[string]float64{}
		for name, make := range models {
			g, err := make()
			require.NoError(t, err)
			require.NoError(t, g.Denoise(got, x, at))
			floats.Sub(got, want)
			miss[name] = floats.Norm(got, 2) / math.Sqrt(rows)
		}
		t.Logf("σ = %v: %v", sigma, miss)
		require.Less(t, miss["moments"], miss["pseudoinverse"])
		require.Less(t, miss["pseudoinverse"], miss["dps"])
		if sigma == 0.02 {
			require.Less(t, miss["dps"], 1e-3)
		}
	}
}

// What cannot be honoured is refused, by the sentinel that says why.
func TestInverseErrors(t *testing.T) {
	g := gaussian(t, 3, 2)
	plain := struct{ score.Model }{g}
	good := score.Observation{A: mat.NewDense(1, 2, []float64{1, 1}), Y: []float64{1}, Noise: 1}
	makers := map[string]func(score.Model, score.Observation) (score.Model, error){
		"replace": guidance.Replace,
		"dps": func(m score.Model, o score.Observation) (score.Model, error) {
			return guidance.DPS(m, o, guidance.Step{})
		},
		"pseudoinverse": func(m score.Model, o score.Observation) (score.Model, error) {
			return guidance.PseudoInverse(m, o, 1)
		},
		"moments": guidance.MomentMatching,
	}
	for name, build := range makers {
		for _, bad := range []score.Observation{
			{}, {A: good.A, Y: []float64{1, 2}}, {A: mat.NewDense(1, 3, nil), Y: []float64{1}}, {A: good.A, Y: []float64{math.NaN()}},
			{A: good.A, Y: good.Y, Noise: -1}, {A: good.A, Y: good.Y, Noise: math.Inf(1)},
			{A: mat.NewDense(1, 2, []float64{1, math.Inf(1)}), Y: []float64{1}}, {A: mat.NewDense(1, 2, nil), Y: []float64{1}, Noise: 1},
		} {
			_, err := build(g, bad)
			require.ErrorIs(t, err, score.ErrObservation, "%s %v", name, bad)
		}
		m, err := build(g, good)
		require.NoError(t, err)
		require.Equal(t, 2, m.Dim())
		err = m.Denoise(make([]float64, 2), make([]float64, 2), sde.Level{Alpha: math.NaN(), Sigma: 1})
		require.ErrorIs(t, err, score.ErrLevel, name)
		if name != "replace" {
			_, err := build(plain, good)
			require.ErrorIs(t, err, guidance.ErrNoVJP, name)
			err = m.Denoise(make([]float64, 2), make([]float64, 2), sde.Level{Sigma: 1})
			require.ErrorIs(t, err, score.ErrLevel, name)
		}
		require.Panics(t, func() { _ = m.Denoise(make([]float64, 2), make([]float64, 4), sde.Level{Alpha: 1, Sigma: 1}) })
	}
	exact := good
	exact.Noise = 0
	_, err := guidance.DPS(g, exact, guidance.Step{})
	require.ErrorIs(t, err, guidance.ErrConfig)
	_, err = guidance.DPS(g, good, guidance.Step{Strength: -1})
	require.ErrorIs(t, err, guidance.ErrConfig)
	for _, v := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		_, err = guidance.PseudoInverse(g, good, v)
		require.ErrorIs(t, err, guidance.ErrConfig)
	}
	m, err := guidance.MomentMatching(g, exact)
	require.NoError(t, err)
	require.ErrorIs(t, m.Denoise(make([]float64, 2), make([]float64, 2), sde.Level{Alpha: 1}), score.ErrLevel)
}

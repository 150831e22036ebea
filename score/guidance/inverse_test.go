package guidance_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/guidance"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

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

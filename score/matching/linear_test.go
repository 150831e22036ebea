package matching_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence/ratio"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// The affine model of the least loss: −(x − αx̄)/(α²v + σ²), and any other affine model
// is worse. Regress by its own formula against the mean over all signs of noise, which
// has exactly its covariances.
func TestDenoiser(t *testing.T) {
	x := []float64{-1, 0.5, 2, 2.5}
	at := sde.Level{Alpha: 0.7, Sigma: 0.9}
	d, err := matching.Denoiser(x, 1, at)
	require.NoError(t, err)
	v := (4 + 0.25 + 1 + 2.25) / 4 // about the mean 1
	s := make([]float64, 2)
	require.NoError(t, score.Of(s, d, []float64{0.7, 1.7}, at))
	require.InDelta(t, 0, s[0], 1e-14)
	require.InDelta(t, -1/(0.49*v+0.81), s[1], 1e-14)
	require.ErrorIs(t, d.Denoise(s, s, sde.Level{Alpha: 1, Sigma: 1}), score.ErrLevel)
}

func TestRegress(t *testing.T) {
	const n, dx = 12, 2
	x, y := make([]float64, n*dx), make([]float64, n)
	noise.Gaussian{}.Normal(x, dx, noise.Address{Seed: 2, Use: noise.Test})
	noise.Gaussian{}.Normal(y, 1, noise.Address{Seed: 3, Use: noise.Test})
	for i := range y {
		y[i] += 2*x[2*i] - x[2*i+1]
	}
	for j := range dx { // centred
		var mean float64
		for i := range n {
			mean += x[i*dx+j] / n
		}
		for i := range n {
			x[i*dx+j] -= mean
		}
	}
	// loss is the mean over rows and over all patterns of noise, by enumeration: signs
	// times σ for input noise, each input kept or dropped.
	loss := func(a []float64, z matching.Noise) float64 {
		var sum float64
		for i := range n {
			for pattern := range 16 {
				p, out := 1.0, 0.0
				for j := range dx {
					sign, kept := float64(pattern>>j&1*2-1), pattern>>(2+j)&1 == 1
					in := x[i*dx+j]
					if kept {
						p *= 1 - z.Dropout
						in /= 1 - z.Dropout
					} else {
						p *= z.Dropout
						in = 0
					}
					out += a[j] * (in + z.Input*sign)
				}
				sum += p / 4 * (out - y[i]) * (out - y[i]) / n
			}
		}
		return sum + z.Gradient*floats.Dot(a, a)
	}
	mean := floats.Sum(y) / n
	for i := range y {
		y[i] -= mean
	}
	for _, z := range []matching.Noise{{}, {Input: 0.7}, {Dropout: 0.3}, {Gradient: 0.5}, {Input: 0.2, Dropout: 0.1, Gradient: 0.3}} {
		l, err := matching.Regress(x, dx, y, 1, z)
		require.NoError(t, err)
		a := l.Slope().RawRowView(0)
		least := loss(a, z)
		for j := range a {
			const h = 1e-3 // the loss is quadratic: central differences are exact
			up, down := append([]float64(nil), a...), append([]float64(nil), a...)
			up[j] += h
			down[j] -= h
			require.InDelta(t, 0, (loss(up, z)-loss(down, z))/(2*h), 1e-10, "%+v", z)
			require.Greater(t, loss(up, z), least)
		}
	}
	// Noise on the inputs is ridge regression, and a gradient penalty the same.
	a, err := matching.Regress(x, dx, y, 1, matching.Noise{Input: 0.5})
	require.NoError(t, err)
	b, err := matching.Regress(x, dx, y, 1, matching.Noise{Gradient: 0.25})
	require.NoError(t, err)
	require.True(t, mat.EqualApprox(a.Slope(), b.Slope(), 1e-14))
}

// E l(x + σξ) = l + ½σ²Δl exactly for a cubic, and to fourth order in σ for others.
func TestSmoothed(t *testing.T) {
	x := []float64{0.3, -0.8, 1.1}
	cubic := func(x []float64) float64 { return x[0]*x[0]*x[1] + 2*x[2]*x[2] - x[1]*x[1]*x[1] + x[0] }
	laplacian := 2*x[1] + 4 - 6*x[1]
	require.InDelta(t, cubic(x)+0.5*0.49*laplacian, matching.Smoothed(cubic, x, 0.7), 1e-13)
	require.Equal(t, []float64{0.3, -0.8, 1.1}, x)
	wave := func(x []float64) float64 { return math.Cos(x[0]) }
	gap := func(sigma float64) float64 {
		return matching.Smoothed(wave, x, sigma) - wave(x) + 0.5*sigma*sigma*math.Cos(x[0])
	}
	require.InDelta(t, 4, math.Log2(gap(0.2)/gap(0.1)), 0.1)
}

// A quadratic potential of Gaussian data is σ² ln N(x; αμ, α²Σ + σ²I) + C; its
// gradient the residual; one of bumps finds two wells.
func TestPotential(t *testing.T) {
	const n = 20_000
	cov := mat.NewSymDense(2, []float64{1, 0.4, 0.4, 0.5})
	g, err := score.NewGaussian([]float64{0.5, -1}, cov)
	require.NoError(t, err)
	at := sde.Level{Alpha: 0.9, Sigma: 0.6}
	quadratic, err := ratio.Quadratic(2)
	require.NoError(t, err)
	p, err := matching.FitPotential(background, g.Sample(n, 1), at, quadratic, 2, 0, matching.Config{})
	require.NoError(t, err)
	x := []float64{0, 0, 1, -1, -0.5, 0.3}
	energy, log := make([]float64, 3), make([]float64, 3)
	p.Energy(energy, x)
	require.NoError(t, g.LogDensity(log, x, at))
	for i := range energy {
		// Relative errors of fitted variances are √(2/n); six of them, of exponents
		// that reach 3.
		require.InDelta(t, 0.36*(log[i]-log[0]), energy[i]-energy[0], 6*3*0.36*math.Sqrt(2.0/n))
	}
	got, want := make([]float64, 6), make([]float64, 6)
	require.NoError(t, p.Denoise(got, x, at))
	require.NoError(t, g.Denoise(want, x, at))
	require.InDeltaSlice(t, want, got, 6*2*math.Sqrt(2.0/n))
	for i := range 2 { // αD − x = ∇E
		const h = 1e-5
		e := make([]float64, 2)
		up, down := []float64{1, -1}, []float64{1, -1}
		up[i] += h
		down[i] -= h
		p.Energy(e, append(up, down...))
		require.InDelta(t, (e[0]-e[1])/(2*h), at.Alpha*got[2+i]-x[2+i], 1e-9)
	}

	centres := make([]float64, 0, 13)
	for c := -3.0; c <= 3; c += 0.5 {
		centres = append(centres, c)
	}
	bumps, err := ratio.Kernels(centres, 1, 0.8)
	require.NoError(t, err)
	wells, err := score.NewMixture([]float64{0.5, 0.5}, []*score.Gaussian{isotropic(t, 0.1, -1.2), isotropic(t, 0.1, 1.2)})
	require.NoError(t, err)
	at = sde.Level{Alpha: 1, Sigma: 0.5}
	data := wells.Sample(n, 2)
	p, err = matching.FitPotential(background, data, at, bumps, 1, 1e-6, matching.Config{})
	require.NoError(t, err)
	loss, err := matching.Explicit(background, p, wells, data, at, matching.Config{Seed: 5})
	require.NoError(t, err)
	gauss, err := wells.Gaussian()
	require.NoError(t, err)
	linear, err := matching.Explicit(background, gauss, wells, data, at, matching.Config{Seed: 5})
	require.NoError(t, err)
	// Far below the best quadratic potential's.
	require.Less(t, loss.Value, 0.05*linear.Value)
}

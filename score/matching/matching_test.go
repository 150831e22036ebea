package matching_test

import (
	"context"
	"fmt"
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

var background = context.Background()

func isotropic(t testing.TB, variance float64, mean ...float64) *score.Gaussian {
	g, err := score.NewIsotropic(mean, variance)
	require.NoError(t, err)
	return g
}

func twoWells(t testing.TB) *score.Mixture {
	m, err := score.NewMixture([]float64{0.4, 0.6}, []*score.Gaussian{isotropic(t, 0.3, -1, 0), isotropic(t, 0.5, 1, 0.5)})
	require.NoError(t, err)
	return m
}

// Denoising less explicit loss is the same for every model, and dim/σ² − E|∇ ln p|² at
// that; explicit less implicit is E|∇ ln p|². Same noise, so the differences of
// differences have small errors of their own, here by repetition.
func TestLossesDifferByConstants(t *testing.T) {
	truth := twoWells(t)
	x := truth.Sample(40_000, 3)
	at := sde.Level{Alpha: 0.8, Sigma: 0.7}
	var gaps, implicit []float64
	var errors float64
	zero, err := matching.Explicit(background, score.FromFunc(2, score.ByScore, func(dst, _ []float64, _ sde.Level) error {
		clear(dst)
		return nil
	}), truth, x, at, matching.Config{Seed: 1})
	require.NoError(t, err) // E|∇ ln p|²
	for _, m := range []score.Model{truth, isotropic(t, 1, 0, 0), isotropic(t, 0.2, 1, 1)} {
		d, err := matching.Denoising(background, m, x, at, matching.Config{Seed: 1})
		require.NoError(t, err)
		e, err := matching.Explicit(background, m, truth, x, at, matching.Config{Seed: 1})
		require.NoError(t, err)
		i, err := matching.Implicit(background, m, x, at, matching.Config{Seed: 1})
		require.NoError(t, err)
		gaps = append(gaps, d.Value-e.Value)
		implicit = append(implicit, e.Value-i.Value)
		errors = max(errors, d.Error)
	}
	constant := 2/(at.Sigma*at.Sigma) - zero.Value
	for i := range gaps {
		// Six standard errors of the larger of the terms.
		require.InDelta(t, constant, gaps[i], 6*(errors+zero.Error))
		require.InDelta(t, zero.Value, implicit[i], 6*(errors+zero.Error))
	}
	require.Greater(t, math.Abs(constant), 50*errors)
}

// For data of two points ±1 and noise ±1, all four pairs once, expectations are sums:
// s = −cx has E(s + ε/σ)² = c²(α² + σ²) − 2c + 1/σ².
func TestDenoisingByHand(t *testing.T) {
	at := sde.Level{Alpha: 0.6, Sigma: 0.5}
	m := score.FromFunc(1, score.ByScore, func(dst, x []float64, _ sde.Level) error {
		floats.ScaleTo(dst, -0.7, x)
		return nil
	})
	got, err := matching.Denoising(background, m, []float64{1, 1, -1, -1}, at, matching.Config{Source: noise.Antithetic{Source: noise.Signs{}}})
	require.NoError(t, err)
	require.InDelta(t, 0.49*(0.36+0.25)-2*0.7+4, got.Value, 1e-14)
	squares := make([]float64, 4)
	require.NoError(t, matching.Errors(background, squares, m, []float64{1, 1, -1, -1}, at, matching.Config{Source: noise.Antithetic{Source: noise.Signs{}}}))
	require.InDelta(t, got.Value, floats.Sum(squares)/4*at.Alpha*at.Alpha/math.Pow(at.Sigma, 4), 1e-14)
}

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

// The eigenvalues of a Gaussian's score are −1/(α²s + σ²); between two atoms the score
// grows, at the rate (α²|δ|²/(4σ²) − 1)/σ² along the line through them; and both by
// differences. The Norm of two equal sizes of opposite sign is found too.
func TestLipschitz(t *testing.T) {
	at := sde.Level{Alpha: 0.8, Sigma: 0.5}
	g, err := score.NewGaussian([]float64{1, 2, 3}, mat.NewSymDense(3, []float64{1, 0.2, 0, 0.2, 2, 0.3, 0, 0.3, 0.5}))
	require.NoError(t, err)
	var e mat.EigenSym
	require.True(t, e.Factorize(g.Cov(), false))
	s := e.Values(nil)
	x := []float64{0, 0, 0, 1, -1, 2}
	for _, m := range []score.Model{g, score.FromFunc(3, score.Data, g.Denoise)} {
		curvatures, err := matching.Lipschitz(background, m, x, at, matching.PowerConfig{Tol: 1e-12, MaxIter: 5000})
		require.NoError(t, err)
		for _, c := range curvatures {
			require.InDelta(t, 1/(0.64*s[0]+0.25), c.Norm, 1e-5)
			require.InDelta(t, -1/(0.64*s[2]+0.25), c.Highest, 1e-5)
		}
	}
	atoms, err := score.NewMixture([]float64{1, 1}, []*score.Gaussian{isotropic(t, 0, -1, 0), isotropic(t, 0, 1, 0)})
	require.NoError(t, err)
	want := (0.64*1/0.25 - 1) / 0.25
	for _, m := range []score.Model{atoms, score.FromFunc(2, score.Data, atoms.Denoise)} {
		curvatures, err := matching.Lipschitz(background, m, []float64{0, 0.3}, at, matching.PowerConfig{})
		require.NoError(t, err)
		require.InDelta(t, want, curvatures[0].Highest, 1e-4)
		require.InDelta(t, want, curvatures[0].Norm, 1e-4)
	}
	saddle := score.FromFunc(2, score.ByScore, func(dst, x []float64, _ sde.Level) error {
		for i := 0; i < len(x); i += 2 {
			dst[i], dst[i+1] = 3*x[i+1], 3*x[i]
		}
		return nil
	})
	curvatures, err := matching.Lipschitz(background, saddle, []float64{1, 2}, at, matching.PowerConfig{})
	require.NoError(t, err)
	require.InDelta(t, 3, curvatures[0].Norm, 1e-8)
	require.InDelta(t, 3, curvatures[0].Highest, 1e-8)
}

// Both sides are equal for Gaussians on the line whose variances are in order, from
// either side, and equal to |√v − √v'| at the cut-off; and the bound holds, strictly,
// for mixtures, whose Jacobians depend on x, in the plane.
func TestW2Bound(t *testing.T) {
	p := sde.VP{BetaMin: 0.1, BetaMax: 12, Cutoff: 1e-3}
	for _, v := range [][2]float64{{1.5, 0.6}, {0.4, 0.9}} {
		truth, model := isotropic(t, v[0], 0), isotropic(t, v[1], 0)
		at := p.At(1e-3)
		root := math.Sqrt(at.Alpha*at.Alpha*v[0] + at.Sigma*at.Sigma)
		b, err := matching.W2Bound(background, p, truth, model, []float64{-root, root}, matching.BoundConfig{Tol: 1e-10})
		require.NoError(t, err)
		require.InDelta(t, b.Score, b.Distance, 1e-8)
		// x(0) by the linear flow: √(v'_0/v'_T) √v_T.
		_, end := p.Horizon()
		last := p.At(end)
		marginal := func(l sde.Level, v float64) float64 { return l.Alpha*l.Alpha*v + l.Sigma*l.Sigma }
		want := math.Abs(math.Sqrt(marginal(at, v[1])/marginal(last, v[1])*marginal(last, v[0])) - root)
		require.InDelta(t, want, b.Distance, 1e-8)
		// I_T is the flow's own factor, upside down.
		require.InDelta(t, math.Sqrt(marginal(at, v[1])/marginal(last, v[1])), b.Growth, 1e-8)
	}
	truth := twoWells(t)
	model, err := score.NewMixture([]float64{0.5, 0.5}, []*score.Gaussian{isotropic(t, 0.3, -1.1, 0), isotropic(t, 0.5, 1, 0.4)})
	require.NoError(t, err)
	b, err := matching.W2Bound(background, p, truth, model, truth.Sample(40, 1), matching.BoundConfig{Tol: 1e-5, Power: matching.PowerConfig{Tol: 1e-4}})
	require.NoError(t, err)
	require.Greater(t, b.Distance, 0.01)
	require.Less(t, b.Distance, b.Score)
	same, err := matching.W2Bound(background, p, truth, truth, truth.Sample(10, 1), matching.BoundConfig{Tol: 1e-6, Power: matching.PowerConfig{Tol: 1e-4}})
	require.NoError(t, err)
	require.Zero(t, same.Score)
	require.InDelta(t, 0, same.Distance, 1e-3)
}

func TestErrors(t *testing.T) {
	g := isotropic(t, 1, 0)
	at := sde.Level{Alpha: 1, Sigma: 1}
	_, err := matching.Denoising(background, g, []float64{1}, at, matching.Config{})
	require.ErrorIs(t, err, score.ErrSamples)
	_, err = matching.Denoising(background, g, []float64{1, math.NaN()}, at, matching.Config{})
	require.ErrorIs(t, err, score.ErrNotFinite)
	_, err = matching.Denoising(background, g, []float64{1, 2}, sde.Level{Alpha: 1}, matching.Config{})
	require.ErrorIs(t, err, score.ErrLevel)
	_, err = matching.Denoising(background, isotropic(t, 1, 0, 0), []float64{1, 2, 3}, at, matching.Config{})
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = matching.Explicit(background, g, isotropic(t, 1, 0, 0), []float64{1, 2}, at, matching.Config{})
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = matching.Implicit(background, score.FromFunc(1, score.Data, g.Denoise), []float64{1, 2}, at, matching.Config{})
	require.ErrorIs(t, err, score.ErrConfig)
	stopped, cancel := context.WithCancel(background)
	cancel()
	_, err = matching.Denoising(stopped, g, []float64{1, 2}, at, matching.Config{})
	require.ErrorIs(t, err, context.Canceled)
	_, err = matching.Lipschitz(stopped, g, []float64{1, 2}, at, matching.PowerConfig{})
	require.ErrorIs(t, err, context.Canceled)

	for _, z := range []matching.Noise{{Input: -1}, {Dropout: 1}, {Gradient: math.NaN()}} {
		_, err = matching.Regress([]float64{1, 2}, 1, []float64{1, 2}, 1, z)
		require.ErrorIs(t, err, score.ErrConfig)
	}
	_, err = matching.Regress([]float64{1, 1}, 1, []float64{1, 2}, 1, matching.Noise{})
	require.ErrorIs(t, err, score.ErrIndefinite)
	_, err = matching.Regress([]float64{1, 2}, 1, []float64{1, 2, 3}, 1, matching.Noise{})
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = matching.Denoiser([]float64{1, 2}, 1, sde.Level{Sigma: 1})
	require.ErrorIs(t, err, score.ErrLevel)

	basis, err := ratio.Quadratic(1)
	require.NoError(t, err)
	_, err = matching.FitPotential(background, []float64{1, 2}, sde.Level{Alpha: 1}, basis, 1, 0, matching.Config{})
	require.ErrorIs(t, err, score.ErrLevel)
	_, err = matching.FitPotential(background, []float64{1, 2}, at, basis, 0, 0, matching.Config{})
	require.ErrorIs(t, err, score.ErrConfig)
	twice, err := ratio.Kernels([]float64{0, 0}, 1, 1)
	require.NoError(t, err)
	_, err = matching.FitPotential(background, []float64{1, 2}, at, twice, 1, 0, matching.Config{})
	require.ErrorIs(t, err, score.ErrIndefinite)
	_, err = matching.FitPotential(stopped, []float64{1, 2}, at, basis, 1, 0, matching.Config{})
	require.ErrorIs(t, err, context.Canceled)
	p, err := matching.FitPotential(background, []float64{1, 2}, at, basis, 1, 0.1, matching.Config{})
	require.NoError(t, err)
	require.ErrorIs(t, p.Denoise(make([]float64, 1), make([]float64, 1), sde.Level{Alpha: 1}), score.ErrLevel)
	require.Panics(t, func() { p.Energy(make([]float64, 2), make([]float64, 1)) })

	_, err = matching.Lipschitz(background, g, []float64{1}, at, matching.PowerConfig{MaxIter: -1})
	require.ErrorIs(t, err, score.ErrConfig)
	wells := twoWells(t)
	_, err = matching.Lipschitz(background, wells, []float64{0.3, 0.1}, at, matching.PowerConfig{MaxIter: 1})
	require.ErrorIs(t, err, score.ErrConvergence)
	_, err = matching.W2Bound(background, sde.VP{BetaMin: 0.1, BetaMax: 12, Cutoff: 1e-3}, g, g, []float64{1}, matching.BoundConfig{})
	require.ErrorIs(t, err, score.ErrConfig)
}

// Data of variance 2 at α = 0.6, σ = 0.8: the best linear score has the slope
// −1/(0.36·2 + 0.64).
func ExampleDenoiser() {
	at := sde.Level{Alpha: 0.6, Sigma: 0.8}
	m, err := matching.Denoiser([]float64{-2, 0, 0, 2}, 1, at)
	if err != nil {
		fmt.Println(err)
		return
	}
	s := make([]float64, 1)
	if err := score.Of(s, m, []float64{1}, at); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.6f %.6f\n", s[0], -1/(0.36*2+0.64))
	// Output: -0.735294 -0.735294
}

// The denoising loss of the true score of N(0, 1) at α = 1, σ = 1 is 1/σ² − 1/(α² + σ²).
func ExampleDenoising() {
	g, _ := score.NewIsotropic([]float64{0}, 1)
	e, err := matching.Denoising(context.Background(), g, g.Sample(100_000, 1), sde.Level{Alpha: 1, Sigma: 1}, matching.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f\n", e.Value)
	// Output: 0.50
}

// Noise of variance ¼ on the inputs of a regression is a ridge of ¼: the slope 2 of
// data with variance 1 becomes 2/(1 + ¼).
func ExampleRegress() {
	l, err := matching.Regress([]float64{-1, 1}, 1, []float64{-2, 2}, 1, matching.Noise{Input: 0.5})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f\n", l.Slope().At(0, 0))
	// Output: 1.60
}

// Noise adds half its variance times the Laplacian: 1 + ½·0.01·4 for |x|² in the plane.
func ExampleSmoothed() {
	square := func(x []float64) float64 { return x[0]*x[0] + x[1]*x[1] }
	fmt.Printf("%.3f\n", matching.Smoothed(square, []float64{1, 0}, 0.1))
	// Output: 1.020
}

// A quadratic potential of N(0, 1) at σ = 1: σ² ln p falls by x²/4.
func ExampleFitPotential() {
	g, _ := score.NewIsotropic([]float64{0}, 1)
	basis, _ := ratio.Quadratic(1)
	at := sde.Level{Alpha: 1, Sigma: 1}
	p, err := matching.FitPotential(context.Background(), g.Sample(50_000, 1), at, basis, 1, 0, matching.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	e := make([]float64, 2)
	p.Energy(e, []float64{0, 2})
	fmt.Printf("%.1f\n", e[1]-e[0])
	// Output: -1.0
}

// Between two atoms the score spreads: its Jacobian has the eigenvalue (1/σ² − 1)/σ²
// along the line through them.
func ExampleLipschitz() {
	atoms, _ := score.NewEmpirical([]float64{-1, 1}, 1)
	c, err := matching.Lipschitz(context.Background(), atoms, []float64{0}, sde.Level{Alpha: 1, Sigma: 0.5}, matching.PowerConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f\n", c[0].Highest)
	// Output: 12.000
}

// Both sides of the inequality for a Gaussian model of too small a variance.
func ExampleW2Bound() {
	truth, _ := score.NewIsotropic([]float64{0}, 1)
	model, _ := score.NewIsotropic([]float64{0}, 0.81)
	p := sde.VP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-5}
	b, err := matching.W2Bound(context.Background(), p, truth, model, []float64{-1, 1}, matching.BoundConfig{Tol: 1e-9})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.5f ≤ %.5f\n", b.Distance, b.Score)
	// Output: 0.10000 ≤ 0.10000
}

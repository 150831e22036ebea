package gradientflow_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/gradientflow"
	"github.com/ito-sde/ito/divergence/ratio"
	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/sde/noise"
)

var background = context.Background()

// quantiles are n particles of N(mean, variance) at equal shares.
func quantiles(n int, mean, variance float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = mean + math.Sqrt(variance)*distuv.UnitNormal.Quantile((float64(i)+0.5)/float64(n))
	}
	return x
}

func normals(n int, row uint64) []float64 {
	x := make([]float64, n)
	noise.Gaussian{}.Normal(x, 1, noise.Address{Seed: 8, Use: noise.Test, Row: row << 24})
	return x
}

func standard(t testing.TB) gradientflow.Density {
	g, err := divergence.NewGaussianDense([]float64{0}, []float64{1})
	require.NoError(t, err)
	p, err := gradientflow.Gaussian(g)
	require.NoError(t, err)
	return p
}

func flow(t testing.TB, f integrators.Field, x []float64, end float64) (mean, variance float64) {
	r, err := ode.Solve(background, integrators.DormandPrince, f, 0, end, x, ode.Config{RTol: 1e-10, ATol: 1e-10})
	require.NoError(t, err)
	return stat.PopMeanVariance(r.Y, nil)
}

// m = m_0 e^−t and v = 1 + (v_0 − 1)e^−2t, to the tolerance of the solver, from either
// side of the target's variance: a wrong sign or a lost factor misses it by far.
func TestClosedGaussianSolution(t *testing.T) {
	for _, v0 := range []float64{0.2, 3} {
		const m0, end = 1.5, 0.8
		x := quantiles(20, m0, v0)
		m, v := stat.PopMeanVariance(x, nil) // of these particles
		f := gradientflow.Field(gradientflow.Between(standard(t), gradientflow.Moments(1)), gradientflow.ReverseKL, 1)
		mean, variance := flow(t, f, x, end)
		require.InDelta(t, m*math.Exp(-end), mean, 1e-8)
		require.InDelta(t, 1+(v-1)*math.Exp(-2*end), variance, 1e-8)
	}
}

// In the plane: dm/dt = −P(m − μ), and the covariance S obeys S' = 2I − PS − SP with
// P = Σ⁻¹, so that S(t) = Σ + e^{−Pt}(S_0 − Σ)e^{−Pt}; diagonal P makes that numbers.
func TestGaussianInThePlane(t *testing.T) {
	target, err := divergence.NewGaussianDense([]float64{1, -1}, []float64{0.5, 0, 0, 2})
	require.NoError(t, err)
	p, err := gradientflow.Gaussian(target)
	require.NoError(t, err)
	x := normals(60, 1)
	const end = 0.7
	r, err := ode.Solve(background, integrators.DormandPrince, gradientflow.Field(gradientflow.Between(p, gradientflow.Moments(2)), gradientflow.ReverseKL, 2),
		0, end, x, ode.Config{RTol: 1e-10, ATol: 1e-10})
	require.NoError(t, err)
	before, after := moments(x), moments(r.Y)
	e := []float64{math.Exp(-end / 0.5), math.Exp(-end / 2)}
	for i, mu := range []float64{1, -1} {
		require.InDelta(t, mu+e[i]*(before.mean[i]-mu), after.mean[i], 1e-8)
		for j := range 2 {
			sigma := target.Cov().At(i, j)
			require.InDelta(t, sigma+e[i]*e[j]*(before.cov.At(i, j)-sigma), after.cov.At(i, j), 1e-8)
		}
	}
}

type law struct {
	mean []float64
	cov  mat.SymDense
}

func moments(x []float64) law {
	m := mat.NewDense(len(x)/2, 2, x)
	l := law{mean: []float64{stat.Mean(mat.Col(nil, 0, m), nil), stat.Mean(mat.Col(nil, 1, m), nil)}}
	stat.CovarianceMatrix(&l.cov, m, nil)
	l.cov.ScaleSym(float64(len(x)/2-1)/float64(len(x)/2), &l.cov)
	return l
}

// Every rate descends: KL to the target falls along the flow at the rate
// E h' |∇ ln p/q|², here of particles of a Gaussian with the gradient of its KL.
// Rates are increasing functions' slopes, those of their f by differences.
func TestRates(t *testing.T) {
	for _, r := range []struct {
		rate gradientflow.Rate
		f    func(u float64) float64
	}{
		{gradientflow.ReverseKL, func(u float64) float64 { return -math.Log(u) }},
		{gradientflow.ForwardKL, func(u float64) float64 { return u * math.Log(u) }},
		{gradientflow.Hellinger, func(u float64) float64 { return 0.5 * math.Pow(math.Sqrt(u)-1, 2) }},
		{gradientflow.JensenShannon, func(u float64) float64 { return 0.5 * (u*math.Log(u) - (1+u)*math.Log((1+u)/2)) }},
	} {
		for _, u := range []float64{0.3, 1, 2.5} {
			const h = 1e-4 // fourth differences of f are below 100, rounding 1e-8
			second := (r.f(u+h) - 2*r.f(u) + r.f(u-h)) / (h * h)
			require.InDelta(t, u*u*second, r.rate(math.Log(u)), 3e-6)
		}
	}
	require.InDelta(t, 1, gradientflow.NonSaturating(0.7)+2*gradientflow.JensenShannon(0.7), 1e-15)

	for i, rate := range []gradientflow.Rate{gradientflow.ReverseKL, gradientflow.ForwardKL, gradientflow.Hellinger, gradientflow.JensenShannon, gradientflow.NonSaturating} {
		between := gradientflow.Between(standard(t), gradientflow.Moments(1))
		x := quantiles(50, 0.5, 1.4)
		n := len(x)
		log, grad, v := make([]float64, n), make([]float64, n), make([]float64, n)
		require.NoError(t, between(log, grad, x))
		require.NoError(t, gradientflow.Field(between, rate, 1)(v, 0, x))
		dissipation := 0.0
		for j, l := range log {
			dissipation += rate(l) * grad[j] * grad[j] / float64(n)
		}
		require.Greater(t, dissipation, 0.0)
		// d/ds of KL(N(m, s²)‖N(0,1)) = ½(m² + s² − 1 − ln s²) along x + s v.
		kl := func(s float64) float64 {
			y := make([]float64, n)
			floats.AddScaledTo(y, x, s, v)
			m, variance := stat.PopMeanVariance(y, nil)
			return 0.5 * (m*m + variance - 1 - math.Log(variance))
		}
		const h = 1e-4
		require.InDelta(t, -dissipation, (kl(h)-kl(-h))/(2*h), 1e-6, "rate %d", i)
	}
}

// A kernel estimate is too wide by h²: the flow of many particles ends at variance
// 1 − h² instead of 1. Quantiles stand for infinitely many but for their tails, which
// take some per cent of the variance of a few hundred particles.
func TestSmoothedFlow(t *testing.T) {
	const h = 0.5
	x := quantiles(150, 0, 2)
	f := gradientflow.Field(gradientflow.Between(standard(t), gradientflow.Smoothed(1, h)), gradientflow.ReverseKL, 1)
	r, err := ode.Solve(background, integrators.BogackiShampine, f, 0, 8, x, ode.Config{RTol: 1e-4, ATol: 1e-6})
	require.NoError(t, err)
	mean, variance := stat.PopMeanVariance(r.Y, nil)
	require.InDelta(t, 0, mean, 1e-4)
	require.InDelta(t, 1-h*h, variance, 0.02)
	// The gradient is that of the logarithm.
	log, grad := make([]float64, 3), make([]float64, 3)
	q := gradientflow.Smoothed(1, h)
	at := []float64{0, 0.7, 1}
	require.NoError(t, q(log, grad, at))
	want := 0.0
	for _, c := range at {
		want += math.Exp(-0.5*(0.7-c)*(0.7-c)/(h*h)) / (3 * h * math.Sqrt(2*math.Pi))
	}
	require.InDelta(t, math.Log(want), log[1], 1e-14)
}

// A classifier finds the flow from samples of both alone. Its errors are those of two
// samples, whose means and variances differ from the laws' by 1/√n and √(2/n), and of
// the logit, as large again; six standard deviations of their sum.
func TestClassifiedFlow(t *testing.T) {
	const n, end = 2000, 0.5
	p, x := normals(n, 2), normals(n, 3)
	for i := range x {
		x[i] = 1 + 1.5*x[i]
	}
	basis, err := ratio.Quadratic(1)
	require.NoError(t, err)
	f := gradientflow.Field(gradientflow.Classified(background, p, basis, 0), gradientflow.ReverseKL, 1)
	r, err := ode.Solve(background, integrators.RK4, f, 0, end, x, ode.Config{Step: end / 4})
	require.NoError(t, err)
	mean, variance := stat.PopMeanVariance(r.Y, nil)
	require.InDelta(t, math.Exp(-end), mean, 6*math.Sqrt(6.0/n))
	require.InDelta(t, 1+1.25*math.Exp(-2*end), variance, 6*math.Sqrt(20.0/n))
}

// One particle of Stein's flow climbs to the mode: x' = ∇ ln p. With the kernel
// 1 + xy the moments of many obey m' = −m(v + m²), v' = 2v(1 − v − m²).
func TestStein(t *testing.T) {
	bumps, err := gradientflow.Bumps(0.7)
	require.NoError(t, err)
	v := make([]float64, 1)
	require.NoError(t, gradientflow.Stein(standard(t), bumps, 1)(v, 0, []float64{1.3}))
	require.InDelta(t, -1.3, v[0], 1e-15)

	for _, v0 := range []float64{0.3, 4} {
		x := quantiles(30, 0, v0)
		_, start := stat.PopMeanVariance(x, nil)
		const end = 0.6
		mean, variance := flow(t, gradientflow.Stein(standard(t), gradientflow.Bilinear, 1), x, end)
		require.InDelta(t, 0, mean, 1e-9)
		require.InDelta(t, 1/(1+(1/start-1)*math.Exp(-2*end)), variance, 1e-8)
	}
	x := quantiles(30, 0.8, 0.5)
	m, s := stat.PopMeanVariance(x, nil)
	moment, err := ode.Solve(background, integrators.DormandPrince, func(dst []float64, _ float64, y []float64) error {
		dst[0], dst[1] = -y[0]*(y[1]+y[0]*y[0]), 2*y[1]*(1-y[1]-y[0]*y[0])
		return nil
	}, 0, 1, []float64{m, s}, ode.Config{RTol: 1e-11, ATol: 1e-11})
	require.NoError(t, err)
	mean, variance := flow(t, gradientflow.Stein(standard(t), gradientflow.Bilinear, 1), x, 1)
	require.InDelta(t, moment.Y[0], mean, 1e-8)
	require.InDelta(t, moment.Y[1], variance, 1e-8)

	// Kernels' gradients in y, by differences of error h²/6.
	for _, k := range []gradientflow.Kernel{bumps, gradientflow.Bilinear} {
		const h = 1e-5
		y, at, gradient := []float64{0.3, -0.4}, []float64{-0.2, 0.5}, make([]float64, 2)
		k(gradient, y, at)
		for i, want := range append([]float64(nil), gradient...) {
			y[i] += h
			up := k(gradient, y, at)
			y[i] -= 2 * h
			down := k(gradient, y, at)
			y[i] += h
			require.InDelta(t, (up-down)/(2*h), want, 1e-9)
		}
	}
}

// A round with penalty λ is Euler's step of length 1/(2λ): many rounds give
// m_0(1 − 1/(2λ))^k to rounding. The loss itself, quadratic here, has the least
// x − m/(2λ + s) of its own; the two differ by 1/λ².
func TestAdversarial(t *testing.T) {
	const lambda = 10.0
	a := gradientflow.Adversarial{Rate: gradientflow.ReverseKL, Dim: 1, Lambda: lambda}
	x, next := quantiles(40, 2, 1.3), make([]float64, 40)
	m, v := stat.PopMeanVariance(x, nil)
	for range 25 {
		q, err := gradientflow.Matched(x, 1)
		require.NoError(t, err)
		require.NoError(t, a.Euler(next, x, gradientflow.Between(standard(t), q)))
		x, next = next, x
		stretch := 1 + 0.5/lambda*(1/v-1)
		m, v = m*(1-0.5/lambda), v*stretch*stretch
	}
	mean, variance := stat.PopMeanVariance(x, nil)
	require.InDelta(t, m, mean, 1e-12)
	require.InDelta(t, v, variance, 1e-12)

	// −d(y) + λ(y − x)² with d' = −y + (y − m)/v: y = (2λx − m/v)/(2λ + 1 − 1/v).
	q, err := gradientflow.Matched(x, 1)
	require.NoError(t, err)
	between := gradientflow.Between(standard(t), q)
	slope := math.NaN()
	for _, l := range []float64{10, 20, 40, 80} {
		a.Lambda = l
		require.NoError(t, a.Proximal(next, x, between))
		want := (2*l*x[3] - mean/variance) / (2*l + 1 - 1/variance)
		require.InDelta(t, want, next[3], 1e-12)
		euler := make([]float64, len(x))
		require.NoError(t, a.Euler(euler, x, between))
		difference := math.Abs(euler[3] - next[3])
		if l > 10 {
			// 1/(2λ)² to first order; the next is 1/(2λ) of it.
			require.InDelta(t, 2, math.Log2(slope/difference), 0.1)
		}
		slope = difference
	}
}

func TestErrors(t *testing.T) {
	singular, err := divergence.NewGaussianDense([]float64{0, 0}, []float64{1, 1, 1, 1})
	require.NoError(t, err)
	_, err = gradientflow.Gaussian(singular)
	require.ErrorIs(t, err, divergence.ErrIndefinite)
	_, err = gradientflow.Matched([]float64{1}, 1)
	require.ErrorIs(t, err, divergence.ErrSamples)
	_, err = gradientflow.Matched([]float64{1, 1, 1}, 1)
	require.ErrorIs(t, err, divergence.ErrIndefinite)
	_, err = gradientflow.Bumps(0)
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	two := make([]float64, 2)
	require.ErrorIs(t, gradientflow.Smoothed(1, -1)(two, two, two), divergence.ErrNotFinite)
	require.ErrorIs(t, gradientflow.Smoothed(1, 1)(two, two, []float64{math.NaN(), 0}), divergence.ErrNotFinite)
	require.ErrorIs(t, gradientflow.Moments(1)(two, two, []float64{math.Inf(1), 0}), divergence.ErrNotFinite)
	require.ErrorIs(t, gradientflow.Stein(standard(t), gradientflow.Bilinear, 1)(two, 0, []float64{math.NaN(), 0}), divergence.ErrNotFinite)
	far := gradientflow.Field(gradientflow.Between(standard(t), func(log, grad, _ []float64) error {
		log[0], grad[0] = -1e4, 1
		return nil
	}), gradientflow.ForwardKL, 1)
	require.ErrorIs(t, far(two[:1], 0, []float64{0}), divergence.ErrNotFinite)
	require.Panics(t, func() { _ = far(two, 0, []float64{0}) })
	a := gradientflow.Adversarial{Rate: gradientflow.ReverseKL, Dim: 1}
	between := gradientflow.Between(standard(t), gradientflow.Smoothed(1, 1))
	require.ErrorIs(t, a.Euler(two, []float64{0, 1}, between), divergence.ErrNotFinite)
	a.Lambda = 0.01 // −d + λ|·|² has no least
	narrow, err := gradientflow.Matched([]float64{-3, 3}, 1)
	require.NoError(t, err)
	require.ErrorIs(t, a.Proximal(two, []float64{0, 1}, gradientflow.Between(standard(t), narrow)), divergence.ErrConvergence)
	stopped, cancel := context.WithCancel(background)
	cancel()
	basis, err := ratio.Quadratic(1)
	require.NoError(t, err)
	require.ErrorIs(t, gradientflow.Classified(stopped, []float64{0, 1}, basis, 0)(two, two, []float64{0, 1}), context.Canceled)
}

// Ten particles of N(2, 3) after a time of 1 on their way to N(0, 1): the closed
// solution m e^−t, 1 + (v − 1)e^−2t.
func ExampleField() {
	g, _ := divergence.NewGaussianDense([]float64{0}, []float64{1})
	target, _ := gradientflow.Gaussian(g)
	x := quantiles(10, 2, 3)
	m, v := stat.PopMeanVariance(x, nil)
	f := gradientflow.Field(gradientflow.Between(target, gradientflow.Moments(1)), gradientflow.ReverseKL, 1)
	r, err := ode.Solve(context.Background(), integrators.DormandPrince, f, 0, 1, x, ode.Config{RTol: 1e-8, ATol: 1e-8})
	if err != nil {
		fmt.Println(err)
		return
	}
	mean, variance := stat.PopMeanVariance(r.Y, nil)
	fmt.Printf("%.5f %.5f\n", mean, variance)
	fmt.Printf("%.5f %.5f\n", m*math.Exp(-1), 1+(v-1)*math.Exp(-2))
	// Output:
	// 0.73576 1.22186
	// 0.73576 1.22186
}

// With the kernel 1 + xy particles come to rest with the moments of the target.
func ExampleStein() {
	g, _ := divergence.NewGaussianDense([]float64{3}, []float64{0.25})
	target, _ := gradientflow.Gaussian(g)
	f := gradientflow.Stein(target, gradientflow.Bilinear, 1)
	r, err := ode.Solve(context.Background(), integrators.DormandPrince, f, 0, 60, []float64{-1, 0, 1}, ode.Config{RTol: 1e-8, ATol: 1e-8})
	if err != nil {
		fmt.Println(err)
		return
	}
	mean, variance := stat.PopMeanVariance(r.Y, nil)
	fmt.Printf("%.4f %.4f\n", mean, variance)
	// Output: 3.0000 0.2500
}

// One round against the best discriminator with penalty λ = 5 is an Euler step of
// length 1/10 along the flow: the mean 1 becomes 0.9.
func ExampleAdversarial() {
	g, _ := divergence.NewGaussianDense([]float64{0}, []float64{1})
	target, _ := gradientflow.Gaussian(g)
	x, next := []float64{0, 2}, make([]float64, 2)
	q, err := gradientflow.Matched(x, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	round := gradientflow.Adversarial{Rate: gradientflow.ReverseKL, Dim: 1, Lambda: 5}
	if err := round.Euler(next, x, gradientflow.Between(target, q)); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.1f\n", stat.Mean(next, nil))
	// Output: 0.9
}

// A velocity allocates nothing once its scratch has grown, but for the ratios that
// are fitted anew.
func TestFieldsDoNotAllocate(t *testing.T) {
	g, err := divergence.NewGaussianDense([]float64{0, 0}, []float64{1, 0.2, 0.2, 2})
	require.NoError(t, err)
	p, err := gradientflow.Gaussian(g)
	require.NoError(t, err)
	q, err := gradientflow.Matched(normals(40, 5), 2)
	require.NoError(t, err)
	bumps, err := gradientflow.Bumps(1)
	require.NoError(t, err)
	x, v := normals(40, 6), make([]float64, 40)
	for name, f := range map[string]integrators.Field{
		"gaussian": gradientflow.Field(gradientflow.Between(p, q), gradientflow.Hellinger, 2),
		"smoothed": gradientflow.Field(gradientflow.Between(p, gradientflow.Smoothed(2, 0.5)), gradientflow.ReverseKL, 2),
		"stein":    gradientflow.Stein(p, bumps, 2),
	} {
		require.NoError(t, f(v, 0, x))
		require.Zero(t, testing.AllocsPerRun(10, func() { _ = f(v, 0, x) }), name)
	}
}

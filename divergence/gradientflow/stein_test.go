package gradientflow_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/gradientflow"
	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
)

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

// The logarithm of a Gaussian with its constant, and Stein's velocity in the plane by its
// definition.
func TestInThePlane(t *testing.T) {
	g, err := divergence.NewGaussianDense([]float64{1, -1}, []float64{0.5, 0, 0, 2})
	require.NoError(t, err)
	p, err := gradientflow.Gaussian(g)
	require.NoError(t, err)
	x := []float64{0.3, 0.2, -1, 0.5, 2, -2}
	log, grad := make([]float64, 3), make([]float64, 6)
	require.NoError(t, p(log, grad, x))
	for i := range log {
		a, b := x[2*i]-1, x[2*i+1]+1
		require.InDelta(t, -math.Log(2*math.Pi)-a*a-b*b/4, log[i], 1e-14)
		require.InDeltaSlice(t, []float64{-2 * a, -b / 2}, grad[2*i:2*i+2], 1e-14)
	}
	bumps, err := gradientflow.Bumps(0.8)
	require.NoError(t, err)
	v := make([]float64, 6)
	require.NoError(t, gradientflow.Stein(p, bumps, 2)(v, 0, x))
	for i := range 3 {
		var want [2]float64
		for j := range 3 {
			d := floats.Distance(x[2*i:2*i+2], x[2*j:2*j+2], 2)
			k := math.Exp(-d * d / (2 * 0.64))
			for c := range want {
				want[c] += k * (grad[2*j+c] + (x[2*i+c]-x[2*j+c])/0.64) / 3
			}
		}
		require.InDeltaSlice(t, want[:], v[2*i:2*i+2], 1e-14)
	}
}

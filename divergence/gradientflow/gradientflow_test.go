package gradientflow_test

import (
	"context"
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

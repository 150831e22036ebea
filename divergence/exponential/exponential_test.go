package exponential_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/exponential"
)

var background = context.Background()

func powers(dst []float64, x float64) {
	p := 1.0
	for j := range dst {
		p *= x
		dst[j] = p
	}
}

// Two moments give the Gaussian: θ = (m/v, −1/2v) and entropy ½ ln 2πe v. The ends are
// twelve standard deviations away, whose mass is 1e-32.
func TestTwoMomentsGiveTheGaussian(t *testing.T) {
	for _, law := range []struct{ m, v float64 }{{0, 1}, {0.7, 0.3}} {
		f, err := exponential.OnLine(-12, 12, 400, 2, powers)
		require.NoError(t, err)
		got, err := f.Solve(background, []float64{law.m, law.v + law.m*law.m})
		require.NoError(t, err)
		require.InDelta(t, law.m/law.v, got.Theta[0], 1e-9)
		require.InDelta(t, -0.5/law.v, got.Theta[1], 1e-9)
		require.InDelta(t, 0.5*math.Log(2*math.Pi*math.E*law.v), got.Entropy, 1e-11)
		log := make([]float64, 400)
		f.Log(log, got.Theta)
		for i, x := range f.Points() {
			require.InDelta(t, -0.5*math.Log(2*math.Pi*law.v)-0.5*(x-law.m)*(x-law.m)/law.v, log[i], 1e-6)
		}
	}
}

// KL(p‖matched Gaussian) = H_Gauss − H_p: for a member with four moments, against the
// Gaussian member with the first two.
func TestEntropyGap(t *testing.T) {
	f, err := exponential.OnLine(-4, 4, 300, 4, powers)
	require.NoError(t, err)
	quartic := []float64{0, 2, 0, -1} // two wells
	_, mean, _ := f.Moments(quartic)
	two, err := exponential.OnLine(-40, 40, 2000, 2, powers)
	require.NoError(t, err)
	matched, err := two.Solve(background, mean[:2])
	require.NoError(t, err)
	gauss, err := divergence.NewGaussianDense([]float64{mean[0]}, []float64{mean[1] - mean[0]*mean[0]})
	require.NoError(t, err)
	require.InDelta(t, gauss.Entropy(), matched.Entropy, 1e-9)
	log := make([]float64, 300)
	f.Log(log, quartic)
	kl := 0.0
	w := make([]float64, 300)
	quad.Legendre{}.FixedLocations(make([]float64, 300), w, -4, 4)
	for i, x := range f.Points() {
		q := -0.5*math.Log(2*math.Pi*mean[1]) - 0.5*x*x/mean[1]
		kl += w[i] * math.Exp(log[i]) * (log[i] - q)
	}
	require.InDelta(t, gauss.Entropy()-f.Entropy(quartic), kl, 1e-9)
	require.Greater(t, kl, 0.05)
	// And the four moments give the member back.
	again, err := f.Solve(background, mean)
	require.NoError(t, err)
	require.InDeltaSlice(t, quartic, again.Theta, 1e-8)
}

// Jaynes's die with mean 4.5: the probabilities he printed (1978, eq. D-10), five
// digits.
func TestBrandeisDie(t *testing.T) {
	f, err := exponential.New([]float64{1, 2, 3, 4, 5, 6}, 1, nil)
	require.NoError(t, err)
	got, err := f.Solve(background, []float64{4.5})
	require.NoError(t, err)
	log := make([]float64, 6)
	f.Log(log, got.Theta)
	for i, want := range []float64{0.05435, 0.07877, 0.11416, 0.16545, 0.23977, 0.34749} {
		require.InDelta(t, want, math.Exp(log[i]), 6e-6)
	}
	require.InDelta(t, 1.61358, got.Entropy, 6e-6)
}

// The derivatives of A are the moments; Bregman's form of KL; a base of weights.
func TestFamily(t *testing.T) {
	f, err := exponential.New([]float64{0, 1, 1, 0, 2, 1, -1, 3}, 2, []float64{1, 0.5, 2, 0.3})
	require.NoError(t, err)
	require.Equal(t, 2, f.Len())
	require.Nil(t, f.Points())
	theta, eta := []float64{0.3, -0.2}, []float64{-0.4, 0.5}
	a, mean, cov := f.Moments(theta)
	for j := range theta {
		const h = 1e-5
		up, down := append([]float64(nil), theta...), append([]float64(nil), theta...)
		up[j] += h
		down[j] -= h
		ua, um, _ := f.Moments(up)
		da, dm, _ := f.Moments(down)
		require.InDelta(t, (ua-da)/(2*h), mean[j], 1e-9)
		for i := range theta {
			require.InDelta(t, (um[i]-dm[i])/(2*h), cov.At(i, j), 1e-9)
		}
	}
	b, other, _ := f.Moments(eta)
	diff := []float64{eta[0] - theta[0], eta[1] - theta[1]}
	kl, back := f.KL(theta, eta), f.KL(eta, theta)
	require.InDelta(t, b-a-floats.Dot(diff, mean), kl, 1e-14)
	require.InDelta(t, kl+back, f.Jeffreys(theta, eta), 1e-14)
	floats.Sub(other, mean)
	require.InDelta(t, floats.Dot(diff, other), f.Jeffreys(theta, eta), 1e-14)
	require.InDelta(t, a-floats.Dot(theta, mean), f.Entropy(theta), 1e-14)

	// Points that one law has and the other hardly: p at both of two points and q at one
	// have KL(p‖q) = 500 − ln 2, and KL(q‖p) = ln 2.
	coin, err := exponential.New([]float64{0, 1}, 1, nil)
	require.NoError(t, err)
	require.InDelta(t, 500-math.Ln2, coin.KL([]float64{0}, []float64{1000}), 1e-11)
	require.InDelta(t, math.Ln2, coin.KL([]float64{1000}, []float64{0}), 1e-14)
}

// ⟨p − q, s − t⟩ is both Kullback–Leibler divergences, on logits small, close, shifted
// and enormous.
func TestLogits(t *testing.T) {
	s, u := []float64{1, -2, 0.5, 3}, []float64{0.2, 1, -1, 2}
	softmax := func(s []float64) []float64 {
		p := make([]float64, len(s))
		for i, v := range s {
			p[i] = math.Exp(v - floats.LogSumExp(s))
		}
		return p
	}
	p, q := softmax(s), softmax(u)
	want, several := 0.0, 0.0
	for i := range p {
		want += (p[i] - q[i]) * math.Log(p[i]/q[i])
		a, b := 1/(1+math.Exp(-s[i])), 1/(1+math.Exp(-u[i]))
		several += a*math.Log(a/b) + (1-a)*math.Log((1-a)/(1-b)) + b*math.Log(b/a) + (1-b)*math.Log((1-b)/(1-a))
	}
	require.InDelta(t, want, exponential.Categorical(s, u), 1e-14)
	require.InDelta(t, several, exponential.Bernoulli(s, u), 1e-14)
	require.InDelta(t, want, exponential.Categorical([]float64{1001, 998, 1000.5, 1003}, u), 1e-11)

	// Close: to second order ½·2 of the variance of the difference, digits kept.
	const e = 1e-9
	near := []float64{1 + e, -2, 0.5, 3}
	require.InEpsilon(t, e*e*p[0]*(1-p[0]), exponential.Categorical(near, s), 1e-6)
	a := 1 / (1 + math.Exp(-1))
	require.InEpsilon(t, e*e*a*(1-a), exponential.Bernoulli(near, s), 1e-6)
	require.Zero(t, exponential.Categorical(s, s))
	require.Zero(t, exponential.Bernoulli(s, s))
	require.Zero(t, exponential.Categorical(nil, nil))

	// Far: certain answers that differ cost the distance of their logits.
	require.InEpsilon(t, 4000, exponential.Categorical([]float64{1000, -1000}, []float64{-1000, 1000}), 1e-12)
	require.InEpsilon(t, 2000, exponential.Bernoulli([]float64{1000}, []float64{-1000}), 1e-12)
	require.InEpsilon(t, 2000*math.Exp(-600), exponential.Bernoulli([]float64{600}, []float64{2600}), 1e-10)
	require.Panics(t, func() { exponential.Categorical(s, u[:1]) })
	require.Panics(t, func() { exponential.Bernoulli(s, u[:1]) })
}

// ½ ln(2π/(c+1)) + 3ε/(c+1)² for the quartic, below the integral by quadrature; equal
// for a quadratic, from any start.
func TestExtremum(t *testing.T) {
	for _, e := range []float64{0, 0.01, 1, 50} {
		v := func(x float64) float64 { return x*x + e*x*x*x*x }
		b, err := exponential.Extremum(v, 0.3, 2)
		require.NoError(t, err)
		c := math.Sqrt(12*e + 1)
		require.InDelta(t, 0.5*math.Log(2*math.Pi/(c+1))+3*e/((c+1)*(c+1)), b.Log, 1e-12)
		require.InDelta(t, 1/(c+1), b.SD*b.SD, 1e-9)
		require.InDelta(t, 0, b.Mean, 1e-9)
		exact := math.Log(quad.Fixed(func(x float64) float64 { return math.Exp(-v(x)) }, -7, 7, 400, nil, 0))
		require.LessOrEqual(t, b.Log, exact+1e-13)
		if e == 0 {
			require.InDelta(t, exact, b.Log, 1e-12)
		}
		if e == 1 {
			require.Greater(t, exact-b.Log, 1e-3)
		}
	}
	// An evidence: p(x, z) with z ~ N(0, 1), x | z ~ N(2z, ½), x = 3, is Gaussian in z,
	// so that the bound is ln N(3; 0, 4.5), at the posterior N(4/3, 1/9).
	joint := func(z float64) float64 {
		return 0.5*z*z + (3-2*z)*(3-2*z) + 0.5*math.Log(2*math.Pi) + 0.5*math.Log(math.Pi)
	}
	b, err := exponential.Extremum(joint, 0, 1)
	require.NoError(t, err)
	require.InDelta(t, -0.5*math.Log(2*math.Pi*4.5)-1, b.Log, 1e-12)
	require.InDelta(t, 4.0/3, b.Mean, 1e-10)
	require.InDelta(t, 1.0/3, b.SD, 1e-10)

	// V = e^x − x, where E V' = E V″ s² − 1 = 0 at s = 1, m = −½: a bound of ½ ln 2π − 1 on
	// ln Γ(1) = 0, from far away on either side.
	for _, start := range []float64{-5, 2} {
		b, err = exponential.Extremum(func(x float64) float64 { return math.Exp(x) - x }, start, 0.5)
		require.NoError(t, err)
		require.InDelta(t, 0.5*math.Log(2*math.Pi)-1, b.Log, 1e-12)
		require.InDelta(t, -0.5, b.Mean, 1e-9)
		require.InDelta(t, 1, b.SD, 1e-9)
	}

	_, err = exponential.Extremum(joint, 0, 0)
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	_, err = exponential.Extremum(func(float64) float64 { return math.NaN() }, 0, 1)
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	_, err = exponential.Extremum(func(float64) float64 { return 0 }, 0, 1) // no integral
	require.ErrorIs(t, err, divergence.ErrConvergence)
}

func TestErrors(t *testing.T) {
	_, err := exponential.New(nil, 1, nil)
	require.ErrorIs(t, err, divergence.ErrSamples)
	_, err = exponential.New([]float64{1, 2}, 1, []float64{1})
	require.ErrorIs(t, err, divergence.ErrDimension)
	_, err = exponential.New([]float64{1, 2}, 1, []float64{1, 0})
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	_, err = exponential.OnLine(1, 0, 10, 1, powers)
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	_, err = exponential.OnLine(-1, 1, 10, 1, func(dst []float64, _ float64) { dst[0] = math.Inf(1) })
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	f, err := exponential.New([]float64{1, 2, 3}, 1, nil)
	require.NoError(t, err)
	for _, moments := range [][]float64{{4}, {0.5}} { // outside
		_, err = f.Solve(background, moments)
		require.ErrorIs(t, err, divergence.ErrConvergence)
	}
	_, err = f.Solve(background, []float64{1, 2})
	require.ErrorIs(t, err, divergence.ErrDimension)
	_, err = f.Solve(background, []float64{math.NaN()})
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	stopped, cancel := context.WithCancel(background)
	cancel()
	_, err = f.Solve(stopped, []float64{2.5})
	require.ErrorIs(t, err, context.Canceled)
	require.Panics(t, func() { f.Log(make([]float64, 2), []float64{0}) })
	require.Panics(t, func() { f.Entropy(nil) })
}

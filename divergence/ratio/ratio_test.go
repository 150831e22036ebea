package ratio_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/validity"
	"github.com/ito-sde/ito/divergence/ratio"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

var background = context.Background()

func normals(n int, row uint64) []float64 {
	x := make([]float64, n)
	noise.Gaussian{}.Normal(x, 1, noise.Address{Seed: 4, Use: noise.Test, Row: row << 24})
	return x
}

func both(t testing.TB, dim int) []ratio.Basis {
	q, err := ratio.Quadratic(dim)
	require.NoError(t, err)
	k, err := ratio.Kernels(normals(5*dim, 9), dim, 0.8)
	require.NoError(t, err)
	return []ratio.Basis{q, k}
}

// A bump has fallen to e^−½ a width away; x², halved, and the products.
func TestBasisByHand(t *testing.T) {
	k, err := ratio.Kernels([]float64{1, 2}, 2, 0.5)
	require.NoError(t, err)
	v := make([]float64, 1)
	k.Values(v, []float64{1, 2.5})
	require.InDelta(t, math.Exp(-0.5), v[0], 1e-15)
	q, err := ratio.Quadratic(2)
	require.NoError(t, err)
	v = make([]float64, 5)
	q.Values(v, []float64{2, 3})
	require.Equal(t, []float64{2, 3, 2, 6, 4.5}, v)
}

// Gradients and Laplacians of both bases by central differences, whose errors are
// h²/6 of a third derivative and h²/12 of a fourth, plus rounding.
func TestBasis(t *testing.T) {
	const h = 1e-4
	for _, dim := range []int{1, 3} {
		for _, b := range both(t, dim) {
			require.Equal(t, dim, b.Dim())
			k := b.Len()
			x := normals(dim, 1)
			gradient, laplacian := make([]float64, k*dim), make([]float64, k)
			b.Gradients(gradient, x)
			b.Laplacians(laplacian, x)
			at, up, down, second := make([]float64, k), make([]float64, k), make([]float64, k), make([]float64, k)
			b.Values(at, x)
			for i := range dim {
				keep := x[i]
				x[i] = keep + h
				b.Values(up, x)
				x[i] = keep - h
				b.Values(down, x)
				x[i] = keep
				for j := range k {
					require.InDelta(t, (up[j]-down[j])/(2*h), gradient[j*dim+i], 1e-7)
					second[j] += (up[j] - 2*at[j] + down[j]) / (h * h)
				}
			}
			require.InDeltaSlice(t, second, laplacian, 1e-6)
		}
	}
}

// Samples that are their own laws: p has 0 three times and 1 once, q the other way
// round, and ln p/q = ±ln 3 at the two points.
func TestFitOnTwoPoints(t *testing.T) {
	basis, err := ratio.Kernels([]float64{0}, 1, 1)
	require.NoError(t, err)
	l, err := ratio.Fit(background, []float64{0, 0, 0, 1}, []float64{0, 1, 1, 1}, basis, 0)
	require.NoError(t, err)
	got := make([]float64, 2)
	l.Log(got, []float64{0, 1})
	// Newton ends where half the square of what is missing is 1e-24.
	require.InDeltaSlice(t, []float64{math.Log(3), -math.Log(3)}, got, 1e-10)
	b, err := l.Bounds([]float64{0, 0, 0, 1}, []float64{0, 1, 1, 1})
	require.NoError(t, err)
	// JS = ln 2 − H(3/4), KL = ½ ln 3.
	require.InDelta(t, math.Ln2+0.75*math.Log(0.75)+0.25*math.Log(0.25), b.JensenShannon.Value, 1e-12)
	require.InDelta(t, 0.5*math.Log(3), b.KL.Value, 1e-10)
}

// N(0, 1) against N(1, 2²): ln p/q = ln 2 − ½x² + ⅛(x−1)². Logistic regression is
// the maximum likelihood of a correct model, so that its errors are normal with
// standard deviations of a few 1/√n; six of them are a false alarm of 2e-9 each.
func TestFitOfGaussians(t *testing.T) {
	const n = 20_000
	x, y := normals(n, 0), normals(n, 1)
	for i := range y {
		y[i] = 1 + 2*y[i]
	}
	basis, err := ratio.Quadratic(1)
	require.NoError(t, err)
	l, err := ratio.Fit(background, x, y, basis, 0)
	require.NoError(t, err)
	want := []float64{math.Ln2 + 0.125, -0.25, -0.75}
	// Standard deviations by Fisher's information, at most 5/√n.
	require.InDeltaSlice(t, want, l.Weights(), 6*5/math.Sqrt(n))
	gradient := make([]float64, 1)
	l.Gradient(gradient, []float64{0.5})
	w := l.Weights()
	require.InDelta(t, w[1]+0.5*w[2], gradient[0], 1e-15)

	// The bounds on other rows, against KL in closed form.
	fresh, other := normals(n, 2), normals(n, 3)
	for i := range other {
		other[i] = 1 + 2*other[i]
	}
	b, err := l.Bounds(fresh, other)
	require.NoError(t, err)
	p, err := divergence.NewGaussianDense([]float64{0}, []float64{1})
	require.NoError(t, err)
	q, err := divergence.NewGaussianDense([]float64{1}, []float64{4})
	require.NoError(t, err)
	kl, err := divergence.KL(p, q)
	require.NoError(t, err)
	// The bound falls short by the square of the errors of w, some 3/n.
	require.InDelta(t, kl, b.KL.Value, 6*b.KL.Error+1e-3)
}

// I = −½ ln(1 − ρ²) by the classifier that tells pairs from shuffled pairs, and its
// Jensen–Shannon bound, which even pairs that determine each other leave below ln 2.
func TestDependence(t *testing.T) {
	const n, rho = 20_000, 0.6
	x, y := normals(n, 4), normals(n, 5)
	for i := range y {
		y[i] = rho*x[i] + math.Sqrt(1-rho*rho)*y[i]
	}
	basis, err := ratio.Quadratic(2)
	require.NoError(t, err)
	joint, product := ratio.Shuffled(x, 1, y, 1, n/2)
	l, err := ratio.Fit(background, joint[:n], product[:n], basis, 0)
	require.NoError(t, err)
	b, err := l.Bounds(joint[n:], product[n:])
	require.NoError(t, err)
	require.InDelta(t, -0.5*math.Log(1-rho*rho), b.KL.Value, 6*b.KL.Error+2e-3)
	require.Less(t, b.JensenShannon.Value, math.Ln2)

	joint, product = ratio.Shuffled(x, 1, x, 1, n/2)
	l, err = ratio.Fit(background, joint, product, basis, 1e-6)
	require.NoError(t, err)
	b, err = l.Bounds(joint, product)
	require.NoError(t, err)
	require.Less(t, b.JensenShannon.Value, math.Ln2)
	// Pairs at exactly x = y against pairs of variance 2 across: nearly told apart.
	require.Greater(t, b.JensenShannon.Value, 0.75*math.Ln2)
}

// The standard errors of the bounds are honest: of coins that show heads three times
// and once in four, with the exact logit.
func TestBoundsCover(t *testing.T) {
	basis, err := ratio.Kernels([]float64{0}, 1, 1)
	require.NoError(t, err)
	l, err := ratio.Fit(background, []float64{1, 1, 1, 0}, []float64{0, 0, 0, 1}, basis, 0)
	require.NoError(t, err)
	toss := func(repeat int) ratio.Bounds {
		s := noise.NewStream(noise.Address{Seed: 3, Use: noise.Test, Step: uint64(repeat)})
		coins := [2][]float64{make([]float64, 300), make([]float64, 400)}
		for i, heads := range []float64{0.75, 0.25} {
			for j := range coins[i] {
				if s.Uniform() < heads {
					coins[i][j] = 1
				}
			}
		}
		b, err := l.Bounds(coins[0], coins[1])
		require.NoError(t, err)
		return b
	}
	validity.Covers(t, 600, math.Ln2+0.75*math.Log(0.75)+0.25*math.Log(0.25), func(r int) statistics.Estimate { return toss(r).JensenShannon })
	validity.Covers(t, 600, 0.5*math.Log(3), func(r int) statistics.Estimate { return toss(r).KL })
}

// The gradient is that of the logit, in the plane, by differences of error h²/6; and
// pairs keep their parts.
func TestGradient(t *testing.T) {
	for _, basis := range both(t, 2) {
		l, err := ratio.Fit(background, normals(80, 6), normals(60, 7), basis, 0.01)
		require.NoError(t, err)
		const h = 1e-5
		x, gradient, log := []float64{0.3, -0.4, 1, 0.2}, make([]float64, 4), make([]float64, 4)
		l.Gradient(gradient, x)
		for i := range 4 {
			up, down := append([]float64(nil), x...), append([]float64(nil), x...)
			up[i] += h
			down[i] -= h
			l.Log(log, append(up, down...))
			require.InDelta(t, (log[i/2]-log[2+i/2])/(2*h), gradient[i], 1e-9)
		}
	}
	joint, product := ratio.Shuffled([]float64{1, 2, 3, 4, 5, 6}, 2, []float64{7, 8, 9}, 1, 1)
	require.Equal(t, []float64{1, 2, 7, 3, 4, 8, 5, 6, 9}, joint)
	require.Equal(t, []float64{1, 2, 8, 3, 4, 9, 5, 6, 7}, product)
}

func TestRatioErrors(t *testing.T) {
	_, err := ratio.Quadratic(0)
	require.ErrorIs(t, err, divergence.ErrDimension)
	_, err = ratio.Kernels(nil, 1, 1)
	require.ErrorIs(t, err, divergence.ErrSamples)
	_, err = ratio.Kernels([]float64{0}, 1, 0)
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	basis, err := ratio.Quadratic(1)
	require.NoError(t, err)
	x := []float64{-1, 0, 1}
	_, err = ratio.Fit(background, nil, x, basis, 0)
	require.ErrorIs(t, err, divergence.ErrSamples)
	_, err = ratio.Fit(background, x, []float64{math.NaN()}, basis, 0)
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	_, err = ratio.Fit(background, x, x, basis, -1)
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	// Samples that a plane parts, and functions that do not differ on the rows.
	_, err = ratio.Fit(background, []float64{-3, -2, -1}, []float64{1, 2, 3}, basis, 0)
	require.ErrorIs(t, err, divergence.ErrConvergence)
	_, err = ratio.Fit(background, []float64{1, 1}, []float64{1, 1}, basis, 0)
	require.ErrorIs(t, err, divergence.ErrConvergence)
	l, err := ratio.Fit(background, []float64{-3, -2, -1}, []float64{1, 2, 3}, basis, 0.01)
	require.NoError(t, err)
	_, err = l.Bounds(x, x[:1])
	require.ErrorIs(t, err, divergence.ErrSamples)
	stopped, cancel := context.WithCancel(background)
	cancel()
	_, err = ratio.Fit(stopped, x, x, basis, 0)
	require.ErrorIs(t, err, context.Canceled)
	require.Panics(t, func() { ratio.Shuffled(x, 1, x, 1, 3) })
	require.Panics(t, func() { l.Log(make([]float64, 2), x) })
	require.Panics(t, func() { l.Gradient(make([]float64, 2), x) })
}

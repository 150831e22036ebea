package transport_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/transport"
	"github.com/ito-sde/ito/sde/noise"
)

func standardNormals(seed uint64, n, dim int) []float64 {
	x := make([]float64, n*dim)
	noise.Gaussian{}.Normal(x, dim, noise.Address{Seed: seed})
	return x
}

func affine(x, m, a []float64) []float64 {
	dim := len(m)
	y := make([]float64, len(x))
	for i := range x {
		row := i / dim * dim
		y[i] = m[i%dim]
		for k := range dim {
			y[i] += a[i%dim*dim+k] * x[row+k]
		}
	}
	return y
}

// φᶜ(y) − φ(x) ≤ ½|x − y|² for every pair, with equality at y = x + ∇φ(x): there
// every pair counts |∇φ|², and nothing is left to chance.
func TestPotentialIsADualOne(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		number := rapid.Float64Range(-2, 2)
		b := rapid.SliceOfN(number, 2, 2).Draw(rt, "b")
		c := mat.NewSymDense(2, []float64{number.Draw(rt, "c11"), 0, 0, number.Draw(rt, "c22")})
		c.SetSym(0, 1, number.Draw(rt, "c12"))
		p, err := transport.NewPotential(b, c)
		if err != nil {
			require.ErrorIs(rt, err, divergence.ErrIndefinite)
			require.False(rt, 1+c.At(0, 0) > 1e-9 && (1+c.At(0, 0))*(1+c.At(1, 1))-c.At(0, 1)*c.At(0, 1) > 1e-9)
			return
		}
		x := rapid.SliceOfN(number, 2, 2).Draw(rt, "x")
		y := rapid.SliceOfN(number, 2, 2).Draw(rt, "y")
		twice := func(x, y []float64) float64 {
			e, err := p.Bound(append(x, x...), append(y, y...))
			require.NoError(rt, err)
			require.InDelta(rt, 0, e.Error, 1e-6*(1+math.Abs(e.Value)))
			return e.Value
		}
		square := func(x, y []float64) float64 { return (x[0]-y[0])*(x[0]-y[0]) + (x[1]-y[1])*(x[1]-y[1]) }
		require.LessOrEqual(rt, twice(x, y), square(x, y)+1e-9*(1+math.Abs(twice(x, y))))
		there := []float64{
			x[0] + b[0] + c.At(0, 0)*x[0] + c.At(0, 1)*x[1],
			x[1] + b[1] + c.At(0, 1)*x[0] + c.At(1, 1)*x[1],
		}
		// (I + C)⁻¹ loses digits where it is large, as 1/det is.
		det := (1+c.At(0, 0))*(1+c.At(1, 1)) - c.At(0, 1)*c.At(0, 1)
		require.InDelta(rt, square(x, there), twice(x, there), 1e-11*(1+square(x, there))*(1+1/det))
	})
}

// A shift costs its length, to rounding; a rotation nothing, though every row is
// moved; and the potential of the shift backwards would make a distance out of none.
func TestPotentialOfShiftsAndRotations(t *testing.T) {
	p, err := divergence.NewGaussian([]float64{0, 0}, mat.NewSymDense(2, []float64{1, 0, 0, 1}))
	require.NoError(t, err)
	q, err := divergence.NewGaussian([]float64{3, -4}, mat.NewSymDense(2, []float64{1, 0, 0, 1}))
	require.NoError(t, err)
	x := standardNormals(1, 500, 2)
	there, err := transport.FitPotential(p, q)
	require.NoError(t, err)
	e, err := there.Bound(x, affine(x, []float64{3, -4}, []float64{1, 0, 0, 1}))
	require.NoError(t, err)
	require.InDelta(t, 25, e.Value, 1e-12)
	require.InDelta(t, 0, e.Error, 1e-12)
	back, err := transport.FitPotential(q, p)
	require.NoError(t, err)
	e, err = back.Bound(x, affine(x, []float64{3, -4}, []float64{1, 0, 0, 1}))
	require.NoError(t, err)
	require.InDelta(t, -75, e.Value, 1e-11, "2(−δ·δ) − |δ|²")

	turned := affine(x, []float64{0, 0}, []float64{0.6, -0.8, 0.8, 0.6})
	half := len(x) / 2
	a, err := divergence.Fit(x[:half], 2)
	require.NoError(t, err)
	b, err := divergence.Fit(turned[:half], 2)
	require.NoError(t, err)
	fitted, err := transport.FitPotential(a, b)
	require.NoError(t, err)
	e, err = fitted.Bound(x[half:], turned[half:])
	require.NoError(t, err)
	require.LessOrEqual(t, e.Value, 6*e.Error, "W2 is 0: a false alarm with probability 1e-9")
	require.Less(t, e.Error, 0.1, "where rows moved by √0.8 in the mean of squares")
}

// Between Gaussians the bound is W2² itself, from independent samples too; six
// standard errors are passed with probability 2e-9. A symmetric map paired with its
// own rows does far better, and a potential of half the map gives a lower bound.
func TestPotentialOfGaussians(t *testing.T) {
	p, err := divergence.NewGaussian([]float64{0.5, 0}, mat.NewSymDense(2, []float64{1, 0.3, 0.3, 0.5}))
	require.NoError(t, err)
	q, err := divergence.NewGaussian([]float64{0, 1}, mat.NewSymDense(2, []float64{0.4, -0.2, -0.2, 2}))
	require.NoError(t, err)
	want, err := divergence.W2Squared(p, q)
	require.NoError(t, err)
	phi, err := transport.FitPotential(p, q)
	require.NoError(t, err)
	const n = 20000
	factor := func(g *divergence.Gaussian) []float64 {
		var chol mat.Cholesky
		require.True(t, chol.Factorize(g.Cov()))
		var l mat.TriDense
		chol.LTo(&l)
		return []float64{l.At(0, 0), 0, l.At(1, 0), l.At(1, 1)}
	}
	x := affine(standardNormals(3, n, 2), p.Mean(nil), factor(p))
	y := affine(standardNormals(4, n, 2), q.Mean(nil), factor(q))
	apart, err := phi.Bound(x, y)
	require.NoError(t, err)
	require.InDelta(t, want, apart.Value, 6*apart.Error)
	require.Less(t, apart.Error, 0.05*want)

	half, err := transport.NewPotential([]float64{-0.25, 0.5}, mat.NewSymDense(2, nil))
	require.NoError(t, err)
	lower, err := half.Bound(x, y)
	require.NoError(t, err)
	require.Less(t, lower.Value+6*lower.Error, want)
	require.InDelta(t, 0.75*1.25, lower.Value, 6*lower.Error, "2 b·δ − |b|² for b = δ/2, δ² = 1.25")
}

func TestPotentialRefuses(t *testing.T) {
	unit := mat.NewSymDense(2, []float64{1, 0, 0, 1})
	for want, do := range map[error]func() error{
		divergence.ErrIndefinite: func() error {
			_, err := transport.NewPotential([]float64{0, 0}, mat.NewSymDense(2, []float64{-1, 0, 0, 1}))
			return err
		},
		divergence.ErrDimension: func() error { _, err := transport.NewPotential([]float64{0}, unit); return err },
		divergence.ErrNotFinite: func() error { _, err := transport.NewPotential([]float64{0, math.NaN()}, unit); return err },
	} {
		require.ErrorIs(t, do(), want)
	}
	_, err := transport.NewPotential(nil, nil)
	require.ErrorIs(t, err, divergence.ErrDimension)
	_, err = transport.NewPotential([]float64{0, 0}, mat.NewSymDense(2, []float64{1, math.Inf(1), 0, 1}))
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	p, err := transport.NewPotential([]float64{0, 0}, unit)
	require.NoError(t, err)
	_, err = p.Bound([]float64{1, 2, 3, 4}, []float64{1, 2, 3, 4, 5, 6})
	require.ErrorIs(t, err, divergence.ErrDimension)
	_, err = p.Bound([]float64{1, 2}, []float64{1, 2})
	require.ErrorIs(t, err, divergence.ErrSamples)
	_, err = p.Bound([]float64{1, 2, 3, 4}, []float64{1, 2, 3, math.Inf(1)})
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	flat, err := divergence.NewGaussian([]float64{0, 0}, mat.NewSymDense(2, []float64{1, 0, 0, 0}))
	require.NoError(t, err)
	full, err := divergence.NewGaussian([]float64{0, 0}, unit)
	require.NoError(t, err)
	_, err = transport.FitPotential(flat, full)
	require.ErrorIs(t, err, divergence.ErrIndefinite)
	_, err = transport.FitPotential(full, flat)
	require.ErrorIs(t, err, divergence.ErrIndefinite)
}

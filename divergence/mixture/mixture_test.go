package mixture

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/validity"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

var ctx = context.Background()

func line(t *testing.T, weights, means, sds []float64) *Mixture {
	var parts []*divergence.Gaussian
	for i, m := range means {
		g, err := divergence.NewGaussianDense([]float64{m}, []float64{sds[i] * sds[i]})
		require.NoError(t, err)
		parts = append(parts, g)
	}
	x, err := New(weights, parts)
	require.NoError(t, err)
	return x
}

func pair(t *testing.T) (p, q *Mixture) {
	return line(t, []float64{1, 3}, []float64{-2, 1}, []float64{0.5, 1}), line(t, []float64{2, 1, 1}, []float64{-1, 1, 3}, []float64{1, 0.8, 1})
}

func integral(p, q *Mixture, f func(p, q float64) float64) float64 {
	a, b := make([]float64, 1), make([]float64, 1)
	return quad.Fixed(func(x float64) float64 {
		p.LogDensity(a, []float64{x})
		q.LogDensity(b, []float64{x})
		return f(math.Exp(a[0]), math.Exp(b[0]))
	}, -10, 12, 600, nil, 0)
}

// Six standard errors: false alarm below 2e-9.
func TestMonteCarloCovers(t *testing.T) {
	p, q := pair(t)
	require.InDelta(t, 1, integral(p, q, func(a, _ float64) float64 { return a }), 1e-12)
	kl := integral(p, q, func(a, b float64) float64 { return a * math.Log(a/b) })
	for _, c := range []struct {
		want float64
		f    func(context.Context, *Mixture, *Mixture, int, uint64) (statistics.Estimate, error)
	}{
		{kl, KL},
		{integral(p, q, func(a, b float64) float64 {
			return (a*math.Log(2*a/(a+b)) + b*math.Log(2*b/(a+b))) / 2
		}), JensenShannon},
		{integral(p, q, func(a, b float64) float64 { return math.Abs(a-b) / 2 }), TotalVariation},
	} {
		got, err := c.f(ctx, p, q, 20000, 1)
		require.NoError(t, err)
		require.InDelta(t, c.want, got.Value, 6*got.Error+1e-3)
		require.Less(t, got.Error, 0.02)
		validity.Covers(t, 200, c.want, func(r int) statistics.Estimate {
			e, err := c.f(ctx, p, q, 500, uint64(r))
			require.NoError(t, err)
			return e
		})
		same, err := c.f(ctx, p, p, 100, 1)
		require.NoError(t, err)
		require.Zero(t, same.Value)
		_, err = c.f(ctx, p, q, 1, 1)
		require.ErrorIs(t, err, divergence.ErrSamples)
	}
	lower, upper, err := KLBounds(p, q)
	require.NoError(t, err)
	require.Less(t, lower, kl)
	require.Greater(t, upper, kl)
	require.Less(t, upper, 4*kl)
	lower, upper, err = KLBounds(p, p)
	require.NoError(t, err)
	require.Zero(t, lower)
	require.InDelta(t, 0, upper, 1e-9)
}

// Of single Gaussians the variational bound is exact, and so is the transport.
func TestSingle(t *testing.T) {
	p, q := line(t, []float64{1}, []float64{1}, []float64{2}), line(t, []float64{5}, []float64{0}, []float64{1})
	_, upper, err := KLBounds(p, q)
	require.NoError(t, err)
	require.InDelta(t, 0.5*(4+1-1-math.Log(4)), upper, 1e-12)
	w, _, err := W2(ctx, p, q)
	require.NoError(t, err)
	require.InDelta(t, math.Sqrt2, w, 1e-12)
}

// Point-like parts: the transport of their masses, here ¼·1² + ¼·2² + ½·0.
func TestW2(t *testing.T) {
	p := line(t, []float64{1, 1}, []float64{0, 5}, []float64{1, 1})
	q := line(t, []float64{1, 1, 2}, []float64{1, -2, 5}, []float64{1, 1, 1})
	w, plan, err := W2(ctx, p, q)
	require.NoError(t, err)
	require.InDelta(t, math.Sqrt(0.25+1), w, 1e-12)
	require.InDeltaSlice(t, []float64{0.25, 0.25, 0, 0, 0, 0.5}, plan, 1e-14)
}

// The law of the sample: mean and covariance in the plane within six standard errors.
func TestSample(t *testing.T) {
	g, err := divergence.NewGaussianDense([]float64{1, -1}, []float64{2, 0.6, 0.6, 1})
	require.NoError(t, err)
	x, err := New([]float64{1}, []*divergence.Gaussian{g})
	require.NoError(t, err)
	const n = 20000
	rows := make([]float64, 2*n)
	x.Sample(rows, noise.Address{Seed: 3, Use: noise.Test})
	fit, err := divergence.Fit(rows, 2)
	require.NoError(t, err)
	kl, err := divergence.KL(fit, g)
	require.NoError(t, err)
	// 2n·KL is χ² of 5 degrees of freedom.
	require.Less(t, 2*n*kl, 60.0)
}

func TestErrors(t *testing.T) {
	p, _ := pair(t)
	plane, err := divergence.NewGaussianDense([]float64{0, 0}, []float64{1, 0, 0, 1})
	require.NoError(t, err)
	q, err := New([]float64{1}, []*divergence.Gaussian{plane})
	require.NoError(t, err)
	_, err = KL(ctx, p, q, 10, 1)
	require.ErrorIs(t, err, divergence.ErrDimension)
	_, _, err = KLBounds(p, q)
	require.ErrorIs(t, err, divergence.ErrDimension)
	_, _, err = W2(ctx, p, q)
	require.ErrorIs(t, err, divergence.ErrDimension)
	flat, err := divergence.NewGaussianDense([]float64{0}, []float64{0})
	require.NoError(t, err)
	_, err = New([]float64{1}, []*divergence.Gaussian{flat})
	require.ErrorIs(t, err, divergence.ErrIndefinite)
	_, err = New([]float64{-1}, []*divergence.Gaussian{plane})
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	_, err = New(nil, nil)
	require.ErrorIs(t, err, divergence.ErrDimension)
}

package geometry

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/validity"
)

func random(t *testing.T, n, seed int) *divergence.Gaussian {
	m := mat.NewDense(n, n, validity.Normals(n*n, seed, 0))
	var c mat.SymDense
	c.SymOuterK(0.5, m)
	for i := range n {
		c.SetSym(i, i, c.At(i, i)+0.5)
	}
	g, err := divergence.NewGaussian(validity.Normals(n, seed, 1), &c)
	require.NoError(t, err)
	return g
}

// Central differences along a random direction of mean and covariance: their error
// is h² + ε/h, with h = 1e-5 about 1e-10.
func TestGradients(t *testing.T) {
	for name, c := range map[string]struct {
		f func(p, q *divergence.Gaussian) (float64, error)
		g func(p, q *divergence.Gaussian) (Gradient, error)
	}{
		"kl":            {divergence.KL, KL},
		"jeffreys":      {divergence.Jeffreys, Jeffreys},
		"bhattacharyya": {divergence.Bhattacharyya, Bhattacharyya},
		"w2":            {divergence.W2Squared, W2Squared},
		"hellinger2": {func(p, q *divergence.Gaussian) (float64, error) {
			h, err := divergence.Hellinger(p, q)
			return h * h, err
		}, Hellinger},
		"renyi": {
			func(p, q *divergence.Gaussian) (float64, error) { return divergence.Renyi(p, q, 0.3) },
			func(p, q *divergence.Gaussian) (Gradient, error) { return Renyi(p, q, 0.3) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			for n := 1; n < 5; n++ {
				p, q := random(t, n, n), random(t, n, n+10)
				g, err := c.g(p, q)
				require.NoError(t, err)
				dm := mat.NewVecDense(n, validity.Normals(n, n, 2))
				ds := symmetric(mat.NewDense(n, n, validity.Normals(n*n, n, 3)))
				for _, first := range []bool{true, false} {
					s, base := g.P, p
					if !first {
						s, base = g.Q, q
					}
					at := func(h float64) float64 {
						mean := mat.NewVecDense(n, base.Mean(nil))
						mean.AddScaledVec(mean, h, dm)
						var cov mat.SymDense
						cov.ScaleSym(h, ds)
						cov.AddSym(&cov, base.Cov())
						moved, err := divergence.NewGaussian(mean.RawVector().Data, &cov)
						require.NoError(t, err)
						if first {
							v, err := c.f(moved, q)
							require.NoError(t, err)
							return v
						}
						v, err := c.f(p, moved)
						require.NoError(t, err)
						return v
					}
					const h = 1e-5
					want := (at(h) - at(-h)) / (2 * h)
					var product mat.Dense
					product.Mul(s.Cov, ds)
					require.InDelta(t, want, mat.Dot(s.Mean, dm)+mat.Trace(&product), 1e-7*(1+math.Abs(want)))
				}
			}
		})
	}
	_, err := Renyi(random(t, 2, 0), random(t, 2, 1), 1)
	require.ErrorIs(t, err, divergence.ErrOrder)
}

func TestGeodesic(t *testing.T) {
	p, q := random(t, 4, 1), random(t, 4, 2)
	m, err := OptimalMap(p, q)
	require.NoError(t, err)
	require.True(t, mat.EqualApprox(q.Cov(), congruence(m, p.Cov()), 1e-12))
	whole, err := divergence.W2(p, q)
	require.NoError(t, err)
	for _, at := range []float64{0, 0.3, 1} {
		g, err := Geodesic(p, q, at)
		require.NoError(t, err)
		a, err := divergence.W2(p, g)
		require.NoError(t, err)
		b, err := divergence.W2(g, q)
		require.NoError(t, err)
		require.InDelta(t, at*whole, a, 1e-7)
		require.InDelta(t, (1-at)*whole, b, 1e-7)
	}
	_, err = Geodesic(p, q, 1.5)
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	_, err = OptimalMap(p, random(t, 3, 1))
	require.ErrorIs(t, err, divergence.ErrDimension)
	flat, err := divergence.NewGaussianDense([]float64{0}, []float64{0})
	require.NoError(t, err)
	_, err = OptimalMap(flat, random(t, 1, 1))
	require.ErrorIs(t, err, divergence.ErrIndefinite)
}

func TestBarycentre(t *testing.T) {
	// Of two it lies on their geodesic.
	p, q := random(t, 3, 1), random(t, 3, 2)
	want, err := Geodesic(p, q, 0.25)
	require.NoError(t, err)
	got, err := Barycentre([]float64{3, 1}, []*divergence.Gaussian{p, q})
	require.NoError(t, err)
	require.True(t, mat.EqualApprox(want.Cov(), got.Cov(), 1e-12))
	require.InDeltaSlice(t, want.Mean(nil), got.Mean(nil), 1e-14)
	// On the line standard deviations are averaged.
	var parts []*divergence.Gaussian
	for _, s := range []float64{1, 2, 6} {
		g, err := divergence.NewGaussianDense([]float64{s}, []float64{s * s})
		require.NoError(t, err)
		parts = append(parts, g)
	}
	got, err = Barycentre([]float64{1, 1, 1}, parts)
	require.NoError(t, err)
	require.InDelta(t, 9, got.Cov().At(0, 0), 1e-12)
	// Stationary for five in six dimensions: the gradients cancel.
	parts = nil
	total := mat.NewSymDense(6, nil)
	for i := range 5 {
		parts = append(parts, random(t, 6, i))
	}
	got, err = Barycentre([]float64{1, 1, 1, 1, 1}, parts)
	require.NoError(t, err)
	for _, p := range parts {
		g, err := W2Squared(got, p)
		require.NoError(t, err)
		total.AddSym(total, g.P.Cov)
	}
	require.InDelta(t, 0, mat.Norm(total, 2), 1e-11)
	_, err = Barycentre([]float64{1}, nil)
	require.ErrorIs(t, err, divergence.ErrDimension)
	_, err = Barycentre([]float64{-1}, parts[:1])
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	_, err = Barycentre([]float64{0}, parts[:1])
	require.ErrorIs(t, err, divergence.ErrSamples)
}

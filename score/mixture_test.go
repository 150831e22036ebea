package score_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

func randomMixture(t testing.TB, seed uint64, dim, k int) *score.Mixture {
	var parts []*score.Gaussian
	var weights []float64
	for i := range k {
		parts = append(parts, randomGaussian(t, seed+10*uint64(i), dim))
		weights = append(weights, 1+float64(i))
	}
	m, err := score.NewMixture(weights, parts)
	require.NoError(t, err)
	return m
}

// mixed has components of every build: full, low-rank, isotropic.
func mixed(t testing.TB, dim int) *score.Mixture {
	low, err := score.NewLowRank(normals(20, dim), mat.NewDense(dim, 2, normals(21, 2*dim)), []float64{1, 0.5}, 0.1)
	require.NoError(t, err)
	ball, err := score.NewIsotropic(normals(22, dim), 0.3)
	require.NoError(t, err)
	m, err := score.NewMixture([]float64{0.5, 0.3, 0.2}, []*score.Gaussian{randomGaussian(t, 23, dim), low, ball})
	require.NoError(t, err)
	return m
}

func TestMixtureOfOneIsItsGaussian(t *testing.T) {
	const dim, rows = 7, 35
	g := randomGaussian(t, 5, dim)
	m, err := score.NewMixture([]float64{3}, []*score.Gaussian{g})
	require.NoError(t, err)
	x := normals(6, rows*dim)
	a, b := make([]float64, rows*dim), make([]float64, rows*dim)
	for _, at := range append(levels, sde.Level{Alpha: 1}, sde.Level{Sigma: 1}) {
		require.NoError(t, g.Denoise(a, x, at))
		require.NoError(t, m.Denoise(b, x, at))
		require.InDeltaSlice(t, a, b, 1e-13)
		require.NoError(t, g.LogDensity(a[:rows], x, at))
		require.NoError(t, m.LogDensity(b[:rows], x, at))
		require.InDeltaSlice(t, a[:rows], b[:rows], 1e-9)
		require.NoError(t, g.Score(a, x, at))
		require.NoError(t, m.Score(b, x, at))
		for i := range a {
			require.InDelta(t, a[i], b[i], 1e-12*(1+math.Abs(a[i])))
		}
	}
}

// Tweedie: D = (x + σ² ∇ log p)/α, the gradient by Richardson-extrapolated
// central differences of the log density.
func TestTweedie(t *testing.T) {
	const dim = 4
	for name, m := range map[string]interface {
		score.Model
		score.Scorer
		LogDensity(dst, x []float64, at sde.Level) error
	}{"gaussian": randomGaussian(t, 1, dim), "mixture": randomMixture(t, 2, dim, 4), "mixed": mixed(t, dim)} {
		for _, at := range []sde.Level{{Alpha: 0.999, Sigma: 0.05}, {Alpha: 0.8, Sigma: 0.6}, {Alpha: 1, Sigma: 3}, {Alpha: 0.3, Sigma: 0.7}} {
			x := normals(7, 10*dim)
			d, s := make([]float64, len(x)), make([]float64, len(x))
			require.NoError(t, m.Denoise(d, x, at))
			require.NoError(t, m.Score(s, x, at))
			for i := range x {
				row := i / dim * dim
				diff := func(h float64) float64 {
					p := append(append([]float64(nil), x[row:row+dim]...), x[row:row+dim]...)
					p[i-row] += h
					p[dim+i-row] -= h
					var l [2]float64
					require.NoError(t, m.LogDensity(l[:], p, at))
					return (l[0] - l[1]) / (2 * h)
				}
				const h = 1e-3
				want := (4*diff(h/2) - diff(h)) / 3
				// Rounding ε|log p|/h ~ 1e-12 and truncation h⁴ f⁗'/480 with
				// derivatives up to σ⁻⁵.
				tolerance := 1e-9*(1+math.Abs(want)) + math.Pow(h, 4)/480*math.Pow(at.Sigma, -5)
				require.InDelta(t, want, s[i], tolerance, "%s %v", name, at)
				require.InDelta(t, want, (at.Alpha*d[i]-x[i])/(at.Sigma*at.Sigma), tolerance, "%s %v", name, at)
			}
		}
	}
}

func ExampleMixture() {
	// Two atoms at ±1, seen through unit noise: D(x) = tanh(x).
	var parts []*score.Gaussian
	for _, mean := range []float64{-1, 1} {
		g, err := score.NewIsotropic([]float64{mean}, 0)
		if err != nil {
			fmt.Println(err)
			return
		}
		parts = append(parts, g)
	}
	m, err := score.NewMixture([]float64{0.5, 0.5}, parts)
	if err != nil {
		fmt.Println(err)
		return
	}
	d := make([]float64, 1)
	if err := m.Denoise(d, []float64{0.5}, sde.Level{Alpha: 1, Sigma: 1}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.12f %.12f\n", d[0], math.Tanh(0.5))
	// Output: 0.462117157260 0.462117157260
}

func TestMixtureMoments(t *testing.T) {
	// ½N(−1, 1) + ½N(3, 2): mean 1, variance 1.5 + 4.
	a, err := score.NewIsotropic([]float64{-1}, 1)
	require.NoError(t, err)
	b, err := score.NewIsotropic([]float64{3}, 2)
	require.NoError(t, err)
	m, err := score.NewMixture([]float64{2, 2}, []*score.Gaussian{a, b})
	require.NoError(t, err)
	require.Equal(t, []float64{0.5, 0.5}, m.Weights())
	require.Equal(t, []float64{1}, m.Mean())
	require.InDelta(t, 5.5, m.Cov().At(0, 0), 1e-15)
	mean, cov := m.Marginal(sde.Level{Alpha: 2, Sigma: 3})
	require.Equal(t, []float64{2}, mean)
	require.InDelta(t, 4*5.5+9, cov.At(0, 0), 1e-14)
	g, err := m.Gaussian()
	require.NoError(t, err)
	require.Equal(t, m.Mean(), g.Mean())
	require.True(t, floats.EqualApprox([]float64{5.5}, []float64{g.Cov().At(0, 0)}, 1e-14))
}

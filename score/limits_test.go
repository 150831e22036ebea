package score_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// σ = 0 is the limit of small σ, for components of different dimension: a plane,
// a line in it, an atom on the line, and a ball.
func TestMixtureAtZeroNoiseIsTheLimit(t *testing.T) {
	plane, err := score.NewLowRank([]float64{0, 0, 0}, mat.NewDense(3, 2, []float64{1, 0, 0, 1, 0, 0}), []float64{1, 2}, 0)
	require.NoError(t, err)
	line, err := score.NewLowRank([]float64{0, 0, 0}, mat.NewDense(3, 1, []float64{1, 1, 0}), []float64{1}, 0)
	require.NoError(t, err)
	atom, err := score.NewIsotropic([]float64{2, 2, 0}, 0)
	require.NoError(t, err)
	ball, err := score.NewIsotropic([]float64{0, 0, 1}, 0.5)
	require.NoError(t, err)
	x := []float64{
		2, 2, 0, // on the atom, the line and the plane: the atom
		1, 1, 0, // on the line and the plane: the line
		1, 3, 0, // on the plane
		1, 3, 0.5, // off all but the ball, or nearest to the plane
		2.1, 2.1, 3, // nearest to plane and line alike: the line
	}
	for _, c := range []struct {
		parts []*score.Gaussian
		want  []int
	}{
		{[]*score.Gaussian{plane, line, atom}, []int{2, 1, 0, 0, 1}},
		{[]*score.Gaussian{plane, line, atom, ball}, []int{2, 1, 0, 3, 3}},
	} {
		k := len(c.parts)
		m, err := score.NewMixture(make1(k), c.parts)
		require.NoError(t, err)
		zero, small := make([]float64, 5*k), make([]float64, 5*k)
		require.NoError(t, m.Responsibilities(zero, x, sde.Level{Alpha: 1}))
		require.NoError(t, m.Responsibilities(small, x, sde.Level{Alpha: 1, Sigma: 1e-6}))
		for i, want := range c.want {
			require.Equal(t, 1.0, zero[i*k+want], "row %d: %v", i, zero[i*k:][:k])
			// A support of one dimension less wins by a factor of order 1/σ.
			require.InDelta(t, 1, small[i*k+want], 1e-4, "row %d: %v", i, small[i*k:][:k])
		}
		d, near := make([]float64, len(x)), make([]float64, len(x))
		require.NoError(t, m.Denoise(d, x, sde.Level{Alpha: 1}))
		require.NoError(t, m.Denoise(near, x, sde.Level{Alpha: 1, Sigma: 1e-6}))
		require.InDeltaSlice(t, near, d, 1e-3)
		lp := make([]float64, 5)
		require.NoError(t, m.LogDensity(lp, x, sde.Level{Alpha: 1}))
		require.Equal(t, math.Inf(1), lp[0])
		require.Equal(t, k == 3, math.IsInf(lp[3], -1))
	}
}

func make1(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = 1
	}
	return w
}

// No level and no distance makes NaN, and the answer is the right one: the
// denoiser of the far component in the tails, the mean at α = 0.
func TestMixtureEverywhere(t *testing.T) {
	m := mixed(t, 3)
	two := atoms(t, -1, 1)
	for _, alpha := range []float64{0, 1e-150, 1e-8, 0.5, 1, 1e8} {
		for _, sigma := range []float64{0, 1e-300, 1e-160, 1e-8, 0.5, 1, 1e8} {
			at := sde.Level{Alpha: alpha, Sigma: sigma}
			if alpha+sigma == 0 {
				continue // refused
			}
			for _, size := range []float64{0, 1e-300, 1, 1e8, 1e100} {
				x := []float64{size, -size, size / 2}
				d := make([]float64, 3)
				require.NoError(t, m.Denoise(d, x, at))
				for _, v := range d {
					require.False(t, math.IsNaN(v), "%v, x = %v: %v", at, x, d)
				}
				require.NoError(t, two.Denoise(d[:1], x[:1], at))
				require.True(t, d[0] >= -1 && d[0] <= 1, "%v, x = %v: %v", at, size, d[0])
				if size == 1e8 && alpha >= 0.5 && sigma <= 1 {
					require.Equal(t, 1.0, d[0], "%v", at)
				}
				if alpha == 0 {
					require.Equal(t, 0.0, d[0])
				}
			}
		}
	}
	d := make([]float64, 3)
	require.NoError(t, m.Denoise(d, []float64{5, 6, 7}, sde.Level{Sigma: 3}))
	require.InDeltaSlice(t, m.Mean(), d, 1e-14) // the log densities agree to ε·10
}

// A NaN stays in its row, and rows do not see their neighbours, to the last bit.
func TestRowsAreIndependent(t *testing.T) {
	const dim, rows = 3, 70
	e, err := score.NewEmpirical(normals(1, 200*dim), dim)
	require.NoError(t, err)
	for name, m := range map[string]score.Model{"mixture": mixed(t, dim), "gaussian": randomGaussian(t, 1, dim), "empirical": e} {
		x := normals(2, rows*dim)
		x[10*dim+1] = math.NaN()
		for _, at := range append(levels, sde.Level{Alpha: 1}, sde.Level{Sigma: 1}) {
			all, one := make([]float64, rows*dim), make([]float64, dim)
			require.NoError(t, m.Denoise(all, x, at))
			for i := range rows {
				if i == 10 {
					require.True(t, math.IsNaN(all[i*dim+1]) || at.Alpha == 0, name)
					continue
				}
				require.NoError(t, m.Denoise(one, x[i*dim:][:dim], at))
				require.Equal(t, one, all[i*dim:][:dim], "%s row %d", name, i)
			}
		}
	}
}

// The mixture is symmetric: x → −x maps D to −D when the data are symmetric, and
// the order of components does not matter.
func TestMixtureInvariances(t *testing.T) {
	const dim = 3
	a := randomGaussian(t, 1, dim)
	minus := a.Mean()
	for i := range minus {
		minus[i] = -minus[i]
	}
	b, err := score.NewGaussian(minus, a.Cov())
	require.NoError(t, err)
	m, err := score.NewMixture([]float64{1, 1}, []*score.Gaussian{a, b})
	require.NoError(t, err)
	swapped, err := score.NewMixture([]float64{1, 1}, []*score.Gaussian{b, a})
	require.NoError(t, err)
	split, err := score.NewMixture([]float64{1, 3, 4, 0}, []*score.Gaussian{a, a, b, randomGaussian(t, 9, dim)})
	require.NoError(t, err)
	x := normals(3, 20*dim)
	neg := make([]float64, len(x))
	for i := range x {
		neg[i] = -x[i]
	}
	d, other := make([]float64, len(x)), make([]float64, len(x))
	for _, at := range levels {
		require.NoError(t, m.Denoise(d, x, at))
		require.NoError(t, m.Denoise(other, neg, at))
		for i := range d {
			require.InDelta(t, d[i], -other[i], 1e-9)
		}
		for _, same := range []*score.Mixture{swapped, split} {
			require.NoError(t, same.Denoise(other, x, at))
			require.InDeltaSlice(t, d, other, 1e-9)
		}
	}
}

func TestMixtureErrors(t *testing.T) {
	a, b := randomGaussian(t, 1, 2), randomGaussian(t, 2, 3)
	for _, w := range [][]float64{{-1}, {math.NaN()}, {math.Inf(1)}, {0}} {
		_, err := score.NewMixture(w, []*score.Gaussian{a})
		require.ErrorIs(t, err, score.ErrWeights)
	}
	_, err := score.NewMixture([]float64{1, 1}, []*score.Gaussian{a, b})
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = score.NewMixture(nil, nil)
	require.ErrorIs(t, err, score.ErrDimension)
}

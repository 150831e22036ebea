package score_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// levels reach from nearly clean to nearly pure noise, on and off the unit circle.
var levels = []sde.Level{
	{Alpha: 1, Sigma: 1e-3}, {Alpha: 0.999, Sigma: 0.05}, {Alpha: 0.8, Sigma: 0.6},
	{Alpha: 1, Sigma: 3}, {Alpha: 0.3, Sigma: 0.7}, {Alpha: 0.01, Sigma: 1}, {Alpha: 1e-8, Sigma: 1},
}

func normals(seed uint64, n int) []float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

// randomCov is AAᵀ/rank for a dim×rank matrix A of normals.
func randomCov(seed uint64, dim, rank int) *mat.SymDense {
	var c mat.SymDense
	c.SymOuterK(1/float64(rank), mat.NewDense(dim, rank, normals(seed, dim*rank)))
	return &c
}

func randomGaussian(t testing.TB, seed uint64, dim int) *score.Gaussian {
	mean := normals(seed, dim)
	floats.Scale(2, mean)
	g, err := score.NewGaussian(mean, randomCov(seed+1, dim, dim+2))
	require.NoError(t, err)
	return g
}

// The closed form through a linear solve, with nothing in common with the
// eigenvector form: D = μ + αΣ(α²Σ + σ²I)⁻¹(x − αμ).
func solvedDenoise(t *testing.T, mean []float64, cov mat.Symmetric, x []float64, at sde.Level) []float64 {
	n := len(mean)
	var marginal, all mat.Dense
	marginal.Scale(at.Alpha*at.Alpha, cov)
	for i := range n {
		marginal.Set(i, i, marginal.At(i, i)+at.Sigma*at.Sigma)
	}
	y := append([]float64(nil), x...)
	floats.AddScaled(y, -at.Alpha, mean)
	require.NoError(t, all.Solve(&marginal, mat.NewVecDense(n, y)))
	var d mat.Dense
	d.Mul(cov, &all)
	out := mat.Col(nil, 0, &d)
	floats.Scale(at.Alpha, out)
	floats.Add(out, mean)
	return out
}

func TestGaussianDenoiseAgainstSolve(t *testing.T) {
	for _, dim := range []int{1, 2, 5, 33} {
		g := randomGaussian(t, uint64(dim), dim)
		x, d := normals(9, 20*dim), make([]float64, 20*dim)
		for _, at := range levels {
			require.NoError(t, g.Denoise(d, x, at))
			for i := 0; i < len(x); i += dim {
				want := solvedDenoise(t, g.Mean(), g.Cov(), x[i:i+dim], at)
				// The solve loses up to the condition number of the marginal, < 1e7.
				require.InDeltaSlice(t, want, d[i:i+dim], 1e-8*(1+floats.Norm(x[i:i+dim], 2)), "%v", at)
			}
		}
	}
}

func TestGaussianLogDensityAgainstGonum(t *testing.T) {
	const dim = 6
	g := randomGaussian(t, 3, dim)
	x, got := normals(4, 40*dim), make([]float64, 40)
	for _, at := range levels {
		mean, cov := g.Marginal(at)
		n, ok := distmv.NewNormal(mean, cov, nil)
		require.True(t, ok)
		require.NoError(t, g.LogDensity(got, x, at))
		for i := range got {
			want := n.LogProb(x[i*dim : (i+1)*dim])
			require.InEpsilon(t, want, got[i], 1e-9) // the Cholesky factor's condition
		}
	}
}

// A clean and a wholly noisy row, without a limit taken by the caller.
func TestGaussianEndsOfTheLevel(t *testing.T) {
	const dim = 5
	g := randomGaussian(t, 8, dim)
	x, d := normals(5, 3*dim), make([]float64, 3*dim)
	require.NoError(t, g.Denoise(d, x, sde.Level{Alpha: 0, Sigma: 2}))
	for i := 0; i < len(d); i += dim {
		require.Equal(t, g.Mean(), d[i:i+dim])
	}
	require.NoError(t, g.Denoise(d, x, sde.Level{Alpha: 0.5, Sigma: 0}))
	for i, v := range x {
		require.InDelta(t, v/0.5, d[i], 1e-13)
	}
	// On a plane, σ = 0 projects on it.
	plane, err := score.NewLowRank([]float64{1, 1, 1}, mat.NewDense(3, 2, []float64{1, 1, 0, 1, 0, 0}), []float64{2, 3}, 0)
	require.NoError(t, err)
	d = d[:3]
	require.NoError(t, plane.Denoise(d, []float64{4, -2, 7}, sde.Level{Alpha: 2, Sigma: 0}))
	require.InDeltaSlice(t, []float64{2, -1, 1}, d, 1e-14)
	full, err := score.NewGaussian(plane.Mean(), plane.Cov())
	require.NoError(t, err)
	require.NoError(t, full.Denoise(d, []float64{4, -2, 7}, sde.Level{Alpha: 2, Sigma: 0}))
	require.InDeltaSlice(t, []float64{2, -1, 1}, d, 1e-14)
	for _, m := range []*score.Gaussian{plane, full} {
		lp := make([]float64, 2)
		require.NoError(t, m.LogDensity(lp, []float64{4, -2, 7, 4, -2, 2}, sde.Level{Alpha: 2, Sigma: 0}))
		require.Equal(t, []float64{math.Inf(-1), math.Inf(1)}, lp)
		require.ErrorIs(t, m.Score(d, []float64{4, -2, 7}, sde.Level{Alpha: 2, Sigma: 0}), score.ErrLevel)
	}
}

func TestLowRankIsTheFullCovariance(t *testing.T) {
	const dim, r = 12, 3
	basis := mat.NewDense(dim, r, normals(1, dim*r)) // not orthonormal
	low, err := score.NewLowRank(normals(2, dim), basis, []float64{4, 1, 0.3}, 0.2)
	require.NoError(t, err)
	want := mat.NewSymDense(dim, nil)
	for j, v := range []float64{4, 1, 0.3} {
		want.SymRankOne(want, v, basis.ColView(j))
	}
	for i := range dim {
		want.SetSym(i, i, want.At(i, i)+0.2)
	}
	require.True(t, mat.EqualApprox(want, low.Cov(), 1e-12))
	full, err := score.NewGaussian(low.Mean(), want)
	require.NoError(t, err)
	const rows = 37
	x := normals(3, rows*dim)
	a, b := make([]float64, rows*dim), make([]float64, rows*dim)
	for _, at := range levels {
		require.NoError(t, low.Denoise(a, x, at))
		require.NoError(t, full.Denoise(b, x, at))
		require.InDeltaSlice(t, b, a, 1e-11)
		require.NoError(t, low.Score(a, x, at))
		require.NoError(t, full.Score(b, x, at))
		require.InDeltaSlice(t, b, a, 1e-11/min(0.2, at.Sigma*at.Sigma+0.2*at.Alpha*at.Alpha))
		require.NoError(t, low.LogDensity(a[:rows], x, at))
		require.NoError(t, full.LogDensity(b[:rows], x, at))
		for i := range rows {
			require.InEpsilon(t, b[i], a[i], 1e-12)
		}
	}
}

func TestFitGaussianAndLowRank(t *testing.T) {
	x := []float64{0, 0, 2, 0, 0, 4, 2, 4}
	g, err := score.FitGaussian(x, 2)
	require.NoError(t, err)
	require.Equal(t, []float64{1, 2}, g.Mean())
	require.True(t, mat.EqualApprox(mat.NewSymDense(2, []float64{4. / 3, 0, 0, 16. / 3}), g.Cov(), 1e-15))
	l, err := score.FitLowRank(x, 2, 1)
	require.NoError(t, err)
	require.True(t, mat.EqualApprox(g.Cov(), l.Cov(), 1e-14)) // one discarded eigenvalue: nothing lost
	l, err = score.FitLowRank(x, 2, 0)
	require.NoError(t, err)
	require.True(t, mat.EqualApprox(mat.NewSymDense(2, []float64{10. / 3, 0, 0, 10. / 3}), l.Cov(), 1e-14))
	same, err := score.FitGaussian([]float64{0.1, 0.7, 0.1, 0.7, 0.1, 0.7}, 2)
	require.NoError(t, err)
	require.Equal(t, mat.NewSymDense(2, nil), same.Cov())
}

func TestGaussianErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	eye := mat.NewSymDense(2, []float64{1, 0, 0, 1})
	_, err := score.NewGaussian([]float64{1, nan}, eye)
	require.ErrorIs(t, err, score.ErrNotFinite)
	_, err = score.NewGaussian([]float64{1, 2}, mat.NewSymDense(2, []float64{1, inf, inf, 1}))
	require.ErrorIs(t, err, score.ErrNotFinite)
	_, err = score.NewGaussian([]float64{1, 2, 3}, eye)
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = score.NewGaussian(nil, eye)
	require.Error(t, err)
	_, err = score.NewGaussian([]float64{1, 2}, mat.NewSymDense(2, []float64{1, 2, 2, 1}))
	require.ErrorIs(t, err, score.ErrIndefinite)
	_, err = score.NewGaussian([]float64{1, 2}, skew{})
	require.ErrorIs(t, err, score.ErrNotSymmetric)
	_, err = score.NewLowRank([]float64{1, 2}, mat.NewDense(2, 1, []float64{1, 0}), []float64{-1}, 0)
	require.ErrorIs(t, err, score.ErrIndefinite)
	_, err = score.NewLowRank([]float64{1, 2}, mat.NewDense(1, 1, []float64{1}), []float64{1}, 0)
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = score.FitGaussian([]float64{1, 2}, 2)
	require.ErrorIs(t, err, score.ErrSamples)
	_, err = score.FitGaussian([]float64{1, 2, 3}, 2)
	require.ErrorIs(t, err, score.ErrDimension)

	g := randomGaussian(t, 1, 2)
	d := make([]float64, 2)
	for _, at := range []sde.Level{{}, {Alpha: -1, Sigma: 1}, {Alpha: 1, Sigma: nan}, {Alpha: inf, Sigma: 1}} {
		require.ErrorIs(t, g.Denoise(d, d, at), score.ErrLevel)
		require.ErrorIs(t, g.Score(d, d, at), score.ErrLevel)
		require.ErrorIs(t, g.LogDensity(d[:1], d, at), score.ErrLevel)
	}
	require.Panics(t, func() { _ = g.Denoise(d, make([]float64, 4), levels[0]) })
}

// skew claims to be symmetric and is not.
type skew struct{}

func (skew) Dims() (int, int)  { return 2, 2 }
func (skew) SymmetricDim() int { return 2 }
func (s skew) T() mat.Matrix   { return mat.Transpose{Matrix: s} }
func (skew) At(i, j int) float64 {
	return []float64{1, 0.1, 0.2, 1}[2*i+j]
}

func ExampleGaussian() {
	// Data N(3, 4) seen through x = 0.5 x_0 + ε: the marginal is N(1.5, 2), and
	// D(4) = 3 + 0.5·4/2·(4 − 1.5).
	g, err := score.NewGaussian([]float64{3}, mat.NewSymDense(1, []float64{4}))
	if err != nil {
		fmt.Println(err)
		return
	}
	d := make([]float64, 1)
	if err := g.Denoise(d, []float64{4}, sde.Level{Alpha: 0.5, Sigma: 1}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d[0])
	// Output: 5.5
}

package divergence

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distmv"
)

// skew is a mat.Symmetric that is none.
type skew struct{ *mat.SymDense }

func (s skew) At(i, j int) float64 { return s.SymDense.At(i, j) + float64(i-j) }

func TestNewGaussianErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, c := range map[string]struct {
		mean, cov []float64
		want      error
	}{
		"empty":        {nil, nil, ErrDimension},
		"size":         {[]float64{0, 0}, []float64{1}, ErrDimension},
		"nan mean":     {[]float64{nan}, []float64{1}, ErrNotFinite},
		"inf mean":     {[]float64{inf}, []float64{1}, ErrNotFinite},
		"nan cov":      {[]float64{0, 0}, []float64{1, nan, 0, 1}, ErrNotFinite},
		"inf cov":      {[]float64{0, 0}, []float64{1, 0, 0, inf}, ErrNotFinite},
		"asymmetric":   {[]float64{0, 0}, []float64{1, 0.5, 0.4, 1}, ErrNotSymmetric},
		"negative":     {[]float64{0}, []float64{-1}, ErrIndefinite},
		"indefinite":   {[]float64{0, 0}, []float64{1, 2, 2, 1}, ErrIndefinite},
		"slightly":     {[]float64{0, 0}, []float64{1, 0, 0, -1e-13}, ErrIndefinite},
		"all negative": {[]float64{0, 0}, []float64{0, 1, 1, 0}, ErrIndefinite},
	} {
		_, err := NewGaussianDense(c.mean, c.cov)
		require.ErrorIs(t, err, c.want, name)
	}
	_, err := NewGaussian(nil, mat.NewSymDense(1, nil))
	require.ErrorIs(t, err, ErrDimension)
	_, err = NewGaussian([]float64{1}, mat.NewSymDense(2, nil))
	require.ErrorIs(t, err, ErrDimension)
	_, err = NewGaussian([]float64{1, 2}, skew{mat.NewSymDense(2, []float64{9, 0, 0, 9})})
	require.ErrorIs(t, err, ErrNotSymmetric)

	// Rounding is no reason to refuse.
	g, err := NewGaussianDense([]float64{0, 0}, []float64{1, 0.1 + 1e-16, 0.1, -1e-17 + 1})
	require.NoError(t, err)
	require.Equal(t, g.Cov().At(0, 1), g.Cov().At(1, 0))
	g, err = NewGaussianDense([]float64{0, 0}, []float64{1, 0, 0, -1e-17})
	require.NoError(t, err)
	require.Equal(t, 1, g.Rank())
}

func TestMismatchedDimensions(t *testing.T) {
	p, err := NewGaussianDense([]float64{0}, []float64{1})
	require.NoError(t, err)
	q, err := NewGaussianDense([]float64{0, 0}, []float64{1, 0, 0, 1})
	require.NoError(t, err)
	for _, e := range Catalogue() {
		v, err := e.Func(p, q)
		require.ErrorIs(t, err, ErrDimension, e.Name)
		require.True(t, math.IsNaN(v), e.Name)
	}
	for _, alpha := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		_, err := Renyi(p, p, alpha)
		require.ErrorIs(t, err, ErrOrder)
	}
}

func TestImmutable(t *testing.T) {
	mean, cov := []float64{1, 2}, []float64{2, 1, 1, 3}
	g, err := NewGaussianDense(mean, cov)
	require.NoError(t, err)
	mean[0], cov[0] = 7, 7
	g.Mean(nil)[0] = 7
	g.Cov().SetSym(0, 0, 7)
	require.Equal(t, []float64{1, 2}, g.Mean(make([]float64, 2)))
	require.Equal(t, 2.0, g.Cov().At(0, 0))
	require.Panics(t, func() { g.Mean(make([]float64, 3)) })
	// |Σ| = 5
	require.InDelta(t, math.Log(5), g.LogDet(), 4e-16)
}

func TestEntropyAgainstGonum(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	g := random(t, r, 9, 100)
	n, ok := distmv.NewNormal(g.mean, g.cov, nil)
	require.True(t, ok)
	require.InEpsilon(t, n.Entropy(), g.Entropy(), 1e-12)
}

func TestConcurrentUse(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	p := random(t, r, 6, 1e9)
	q := near(t, r, p, 1e-4)
	fresh := func(g *Gaussian) *Gaussian {
		h, err := NewGaussian(g.mean, g.cov)
		require.NoError(t, err)
		return h
	}
	for _, e := range Catalogue() {
		want := must(t)(e.Func(fresh(p), fresh(q)))
		a, b := fresh(p), fresh(q)
		got := make([]float64, 8)
		var wg sync.WaitGroup
		for i := range got {
			wg.Go(func() { got[i], _ = e.Func(a, b) })
		}
		wg.Wait()
		for _, v := range got {
			require.Equal(t, want, v, e.Name)
		}
	}
}

func TestFit(t *testing.T) {
	// Mean (2, 3), variances 1 and 4, covariance 1 with divisor 2.
	g, err := Fit([]float64{1, 1, 2, 5, 3, 3}, 2)
	require.NoError(t, err)
	require.Equal(t, []float64{2, 3}, g.Mean(nil))
	require.Equal(t, []float64{1, 1, 1, 4}, mat.DenseCopyOf(g.Cov()).RawMatrix().Data)

	// A large offset costs no digits: the same up to rounding of the offset, and
	// integers are shifted exactly.
	h, err := Fit([]float64{1 + 1<<50, 1, 2 + 1<<50, 5, 3 + 1<<50, 3}, 2)
	require.NoError(t, err)
	require.Equal(t, g.Cov(), h.Cov())

	// Equal rows are a point mass.
	h, err = Fit([]float64{0.1, 0.3, 0.1, 0.3, 0.1, 0.3}, 2)
	require.NoError(t, err)
	require.Equal(t, 0, h.Rank())
	require.Equal(t, []float64{0.1, 0.3}, h.Mean(nil))

	// N rows span at most N−1 dimensions.
	r := rand.New(rand.NewPCG(9, 10))
	x := make([]float64, 5*8)
	for i := range x {
		x[i] = 100 + r.NormFloat64()
	}
	h, err = Fit(x, 8)
	require.NoError(t, err)
	require.Equal(t, 4, h.Rank())
	var want mat.SymDense
	stat.CovarianceMatrix(&want, mat.NewDense(5, 8, x), nil)
	require.True(t, mat.EqualApprox(&want, h.Cov(), 1e-12))

	for _, c := range []struct {
		x    []float64
		dim  int
		want error
	}{
		{[]float64{1, 2}, 0, ErrDimension},
		{[]float64{1, 2, 3}, 2, ErrDimension},
		{[]float64{1, 2}, 2, ErrSamples},
		{nil, 2, ErrSamples},
		{[]float64{1, math.NaN()}, 1, ErrNotFinite},
		{[]float64{1, math.Inf(-1)}, 1, ErrNotFinite},
		{[]float64{-1e200, 1e200}, 1, ErrNotFinite}, // the variance overflows
	} {
		_, err := Fit(c.x, c.dim)
		require.ErrorIs(t, err, c.want)
	}
}

func TestSlicedErrors(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		x, y            []float64
		dim, directions int
		want            error
	}{
		{[]float64{1}, []float64{1}, 0, 1, ErrDimension},
		{[]float64{1, 2, 3}, []float64{1, 2}, 2, 1, ErrDimension},
		{[]float64{1, 2}, []float64{1, 2}, 2, 0, ErrDimension},
		{[]float64{1, 2}, nil, 2, 1, ErrSamples},
		{nil, []float64{1, 2}, 2, 1, ErrSamples},
		{[]float64{1, 2}, []float64{math.NaN(), 2}, 2, 1, ErrNotFinite},
	} {
		_, err := SlicedW2(ctx, c.x, c.y, c.dim, c.directions, 1)
		require.ErrorIs(t, err, c.want)
	}
	_, err := W2Empirical1D(nil, []float64{1})
	require.ErrorIs(t, err, ErrSamples)
	_, err = W2Empirical1D([]float64{1}, []float64{math.Inf(1)})
	require.ErrorIs(t, err, ErrNotFinite)
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err = SlicedW2(ended, []float64{1}, []float64{2}, 1, 3, 1)
	require.ErrorIs(t, err, context.Canceled)
}

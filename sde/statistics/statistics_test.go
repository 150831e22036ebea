package statistics_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/sde/statistics"
	"github.com/ito-sde/ito/sde/statistics/quantiles"
)

const width = 3

// skewed are rows of width correlated, skewed numbers far from 0.
func skewed(n int) []float64 {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float64, n*width)
	for i := 0; i < len(x); i += width {
		a, b := r.ExpFloat64(), r.NormFloat64()
		x[i], x[i+1], x[i+2] = 1e6+a, b-a*a, 3*b+a
	}
	return x
}

func column(x []float64, j int) []float64 {
	var c []float64
	for i := j; i < len(x); i += width {
		c = append(c, x[i])
	}
	return c
}

func reducers(t *testing.T) map[string]statistics.Reducer {
	m, err := statistics.NewMoments(width, 4)
	require.NoError(t, err)
	m8, err := statistics.NewMoments(width, 8)
	require.NoError(t, err)
	c, err := statistics.NewCovariance(width)
	require.NoError(t, err)
	h, err := statistics.NewHistogram(width, 1, -4, 2, 13)
	require.NoError(t, err)
	q, err := quantiles.New(width, 1, 0.01)
	require.NoError(t, err)
	g, err := statistics.NewMeans(2, m8.New())
	require.NoError(t, err)
	return map[string]statistics.Reducer{"means": g, "moments": m, "moments to 8": m8, "covariance": c, "histogram": h, "quantiles": q}
}

func state(t *testing.T, r statistics.Reducer) []byte {
	b, err := r.AppendBinary([]byte("x"))
	require.NoError(t, err)
	return b[1:]
}

// Pieces merged in one order are the whole to rounding; a state written and read
// goes on to the same bits; nothing is left by Reset.
func TestReducersMergeAndResume(t *testing.T) {
	x := skewed(3000)
	for name, r := range reducers(t) {
		require.Equal(t, width, r.Width())
		empty := state(t, r)
		total := r.New()
		for _, cut := range [][2]int{{0, 700}, {700, 700}, {700, 702}, {702, 3000}} {
			part := r.New()
			part.Add(x[cut[0]*width : cut[1]*width])
			before := state(t, part)
			total.Merge(part)
			require.Equal(t, before, state(t, part), name)
		}
		again := r.New()
		require.NoError(t, again.UnmarshalBinary(state(t, total)), name)
		require.Equal(t, state(t, total), state(t, again), name)
		total.Add(x)
		again.Add(x)
		require.Equal(t, state(t, total), state(t, again), name)
		total.Reset()
		total.Add(x)
		r.Add(x)
		require.Equal(t, state(t, r), state(t, total), name)
		r.Reset()
		require.Equal(t, empty, state(t, r), name)

		for _, bad := range [][]byte{nil, state(t, again)[8:], append(state(t, again), 0), make([]byte, len(empty))} {
			require.ErrorIs(t, r.UnmarshalBinary(bad), statistics.ErrEncoding, name)
		}
		require.Panics(t, func() { r.Add(make([]float64, width+1)) }, name)
		for other, o := range reducers(t) {
			if other != name {
				require.Panics(t, func() { r.Merge(o) }, name)
				require.Error(t, r.UnmarshalBinary(state(t, o)), name)
			}
		}
		part := r.New()
		part.Add(x)
		r.Merge(part)
		allocs := testing.AllocsPerRun(5, func() {
			r.Merge(part)
			part.Reset()
			part.Add(x)
		})
		if name != "quantiles" { // whose library allocates under the race detector
			require.Zero(t, allocs, name)
		}
	}
}

// Moments are those of gonum's two passes over all rows, to rounding: the mean
// of 1e6 is known to 1e-10, deviations to as much.
func TestMomentsAreExact(t *testing.T) {
	x := skewed(5000)
	m, err := statistics.NewMoments(width, 8)
	require.NoError(t, err)
	four, err := statistics.NewMoments(width, 4)
	require.NoError(t, err)
	c, err := statistics.NewCovariance(width)
	require.NoError(t, err)
	for lo, piece := 0, 1; lo < len(x); piece = piece*2 + 1 {
		hi := min(len(x), lo+piece*width)
		part := m.New()
		part.Add(x[lo:hi])
		m.Merge(part)
		pairs := c.New()
		pairs.Add(x[lo:hi])
		c.Merge(pairs)
		lo = hi
	}
	four.Add(x)
	for j := range width {
		v := column(x, j)
		mean, variance := stat.MeanVariance(v, nil)
		require.InEpsilon(t, mean, m.Mean(j).Value, 1e-13)
		require.InEpsilon(t, math.Sqrt(variance/5000), m.Mean(j).Error, 1e-9)
		require.InEpsilon(t, variance, m.Variance(j).Value, 1e-9)
		require.InEpsilon(t, four.Variance(j).Error, m.Variance(j).Error, 1e-9)
		for p := 2; p <= 8; p++ {
			require.InEpsilon(t, stat.Moment(float64(p), v, nil), m.Central(j, p), 1e-8)
		}
		require.True(t, math.IsNaN(four.Skewness(j).Error))
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, a := range v {
			lo, hi = min(lo, a), max(hi, a)
		}
		require.Equal(t, []float64{lo, hi}, []float64{m.Min(j), m.Max(j)})
		for i := range width {
			u := column(x, i)
			require.InDelta(t, stat.Covariance(u, v, nil), c.Of(i, j).Value, 1e-8)
			require.Equal(t, c.Of(i, j), c.Of(j, i))
			require.Equal(t, c.Of(i, j).Value, c.Matrix().At(i, j))
			// μ_22 with its own two passes.
			mu, mv, k := stat.Mean(u, nil), stat.Mean(v, nil), 0.0
			for l := range u {
				k += (u[l] - mu) * (u[l] - mu) * (v[l] - mv) * (v[l] - mv) / 5000
			}
			s := c.Of(i, j).Value
			want := math.Sqrt((k - s*s*4998/4999 + c.Of(i, i).Value*c.Of(j, j).Value/4999) / 5000)
			require.InEpsilon(t, want, c.Of(i, j).Error, 1e-8)
		}
		require.InEpsilon(t, m.Mean(j).Error, c.Mean(j).Error, 1e-9)
		require.InEpsilon(t, m.Variance(j).Error, c.Of(j, j).Error, 1e-7)
	}
	require.EqualValues(t, 5000, m.Count())
	require.EqualValues(t, 5000, c.Count())
}

// A fault of one part in 1e16 a row would show: 1e6 ± 1 in 4e6 rows.
func TestMomentsAreStable(t *testing.T) {
	m, err := statistics.NewMoments(1, 4)
	require.NoError(t, err)
	block := make([]float64, 4096)
	for i := range block {
		block[i] = 1e6 + float64(i%2*2-1)
	}
	for range 1000 {
		m.Add(block)
	}
	n := 4096e3
	require.InDelta(t, 1e6, m.Mean(0).Value, 1e-9)
	require.InDelta(t, n/(n-1), m.Variance(0).Value, 1e-12)
	require.InDelta(t, 1, m.Kurtosis(0).Value, 1e-12)
}

// The standard errors are those of many repeats: the mean square of deviations
// in units of the error is 1 ± √(2/R), here to five times that; the seed is fixed.
func TestErrorsAreHonest(t *testing.T) {
	const repeats, rows = 400, 4000
	r := rand.New(rand.NewPCG(3, 4))
	square := map[string]float64{}
	for range repeats {
		m, err := statistics.NewMoments(2, 8)
		require.NoError(t, err)
		c, err := statistics.NewCovariance(2)
		require.NoError(t, err)
		h, err := statistics.NewHistogram(2, 0, 0, 1, 4)
		require.NoError(t, err)
		x := make([]float64, 2*rows)
		for i := 0; i < len(x); i += 2 {
			u := r.Float64()
			x[i], x[i+1] = u, u*u+r.Float64()
		}
		m.Add(x)
		c.Add(x)
		h.Add(x)
		for name, d := range map[string]float64{
			"mean":        m.Mean(0).Deviations(0.5),
			"variance":    m.Variance(0).Deviations(1. / 12),
			"skewness":    m.Skewness(0).Deviations(0),
			"kurtosis":    m.Kurtosis(0).Deviations(1.8),
			"covariance":  c.Of(0, 1).Deviations(1. / 12), // Cov(u, u²) = 1/4 − 1/6
			"probability": h.Probability(1).Deviations(0.25),
			"density":     h.Density(2).Deviations(1),
		} {
			square[name] += d * d / repeats
		}
	}
	for name, v := range square {
		require.InDelta(t, 1, v, 5*math.Sqrt(2./repeats), name)
	}
}

func TestHistogram(t *testing.T) {
	h, err := statistics.NewHistogram(1, 0, -1, 1, 4)
	require.NoError(t, err)
	h.Add([]float64{-2, -1, -0.51, -0.5, 0, 0.999, math.Nextafter(1, 0), 1, math.Inf(1)})
	p := func(k float64) float64 { return k / 9 }
	require.InDeltaSlice(t, []float64{p(1), p(2), p(1), p(1), p(2), p(2)}, []float64{
		h.Below().Value, h.Probability(0).Value, h.Probability(1).Value, h.Probability(2).Value, h.Probability(3).Value, h.Above().Value}, 1e-15)
	require.Equal(t, 4, h.Bins())
	lo, hi := h.Edges(2)
	require.Equal(t, []float64{0, 0.5}, []float64{lo, hi})
	require.EqualValues(t, 9, h.Count())
}

// The mean of antithetic pairs has the error of pairs, not of rows.
func TestMeans(t *testing.T) {
	m, err := statistics.NewMoments(1, 4)
	require.NoError(t, err)
	g, err := statistics.NewMeans(2, m)
	require.NoError(t, err)
	g.Add([]float64{1, -1, 2, -4, 5})
	require.EqualValues(t, 3, m.Count())
	require.InEpsilon(t, 4./3, m.Mean(0).Value, 1e-15) // of 0, −1 and 5
	require.Equal(t, 5.0, m.Max(0))
	require.Same(t, m, g.Of())
	other, err := statistics.NewMeans(3, m)
	require.NoError(t, err)
	require.Panics(t, func() { g.Merge(other) })
	require.ErrorIs(t, g.UnmarshalBinary(state(t, other)), statistics.ErrEncoding)
}

func TestShapesAreRefused(t *testing.T) {
	_, err := statistics.NewMeans(0, nil)
	require.ErrorIs(t, err, statistics.ErrShape)
	_, err = statistics.NewMoments(0, 4)
	require.ErrorIs(t, err, statistics.ErrShape)
	_, err = statistics.NewMoments(1, 9)
	require.ErrorIs(t, err, statistics.ErrShape)
	_, err = statistics.NewCovariance(0)
	require.ErrorIs(t, err, statistics.ErrShape)
	_, err = statistics.NewHistogram(1, 1, 0, 1, 1)
	require.ErrorIs(t, err, statistics.ErrShape)
	_, err = statistics.NewHistogram(1, 0, 1, math.NaN(), 1)
	require.ErrorIs(t, err, statistics.ErrShape)
	_, err = quantiles.New(1, 0, 0)
	require.ErrorIs(t, err, statistics.ErrShape)
}

package sample

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/validity"
	"github.com/ito-sde/ito/sde/statistics"
)

func TestCounts(t *testing.T) {
	got, err := Counts([]float64{30, 10, 0}, []float64{10, 10, 20})
	require.NoError(t, err)
	// p = (¾, ¼, 0), q = (¼, ¼, ½).
	require.InDelta(t, 0.75*math.Log(3), got.KL.Value, 1e-15)
	require.InDelta(t, 0.5, got.TotalVariation.Value, 1e-15)
	require.InDelta(t, 1-math.Sqrt(3)/4-0.25, got.Hellinger2.Value, 1e-15)
	js := 0.5*(0.75*math.Log(1.5)) + 0.5*(0.25*math.Log(0.5)+0.5*math.Ln2)
	require.InDelta(t, js-2*(2.0/40)/8, got.JensenShannon.Value, 1e-15)
	same, err := Counts([]float64{1, 2}, []float64{2, 4})
	require.NoError(t, err)
	require.Zero(t, same.KL.Value)
	require.True(t, math.IsNaN(same.TotalVariation.Error))
	apart, err := Counts([]float64{5, 0}, []float64{0, 5})
	require.NoError(t, err)
	require.True(t, math.IsInf(apart.KL.Value, 1))
	require.Equal(t, 1.0, apart.TotalVariation.Value)
	_, err = Counts([]float64{1}, []float64{1, 2})
	require.ErrorIs(t, err, divergence.ErrDimension)
	_, err = Counts([]float64{1.5}, []float64{1})
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	_, err = Counts([]float64{0}, []float64{1})
	require.ErrorIs(t, err, divergence.ErrSamples)
}

// Draws from p = (0.5, 0.3, 0.2) and q = (0.2, 0.3, 0.5).
func TestCountsCover(t *testing.T) {
	draw := func(n, r, stage int, first, second float64) []float64 {
		c := make([]float64, 3)
		for _, z := range validity.Normals(n, r, stage) {
			u := distuv.UnitNormal.CDF(z)
			switch {
			case u < first:
				c[0]++
			case u < first+second:
				c[1]++
			default:
				c[2]++
			}
		}
		return c
	}
	js := 0.5*math.Log(0.5/0.35) + 0.2*math.Log(0.2/0.35)
	for name, c := range map[string]struct {
		truth float64
		of    func(Binned) statistics.Estimate
	}{
		"kl": {0.3 * math.Log(2.5), func(b Binned) statistics.Estimate { return b.KL }},
		"js": {js, func(b Binned) statistics.Estimate { return b.JensenShannon }},
		"tv": {0.3, func(b Binned) statistics.Estimate { return b.TotalVariation }},
		"h2": {1 - 2*math.Sqrt(0.1) - 0.3, func(b Binned) statistics.Estimate { return b.Hellinger2 }},
	} {
		t.Run(name, func(t *testing.T) {
			validity.Covers(t, 500, c.truth, func(r int) statistics.Estimate {
				b, err := Counts(draw(400, r, 0, 0.5, 0.3), draw(300, r, 1, 0.2, 0.3))
				require.NoError(t, err)
				return c.of(b)
			})
		})
	}
}

func TestHistogramUniform(t *testing.T) {
	validity.Uniform(t, 300, 99, func(r int) float64 {
		got, err := Histogram(background, validity.Normals(2*60, r, 0), validity.Normals(2*50, r, 1), 2, 4, Config{Permutations: 99, Seed: uint64(r)})
		require.NoError(t, err)
		return got.P
	})
}

func TestHistogram(t *testing.T) {
	got, err := Histogram(background, []float64{0, 0.1, 0.9}, []float64{1, 1}, 1, 2, Config{})
	require.NoError(t, err)
	require.InDelta(t, 2.0/3, got.TotalVariation.Value, 1e-15)
	_, err = Histogram(background, []float64{0}, []float64{1}, 1, 0, Config{})
	require.ErrorIs(t, err, divergence.ErrDimension)
	_, err = Histogram(background, []float64{0}, nil, 1, 3, Config{})
	require.ErrorIs(t, err, divergence.ErrSamples)
}

func TestDensity(t *testing.T) {
	x := validity.Normals(500, 0, 0)
	d, err := NewDensity(x, 1, 0)
	require.NoError(t, err)
	// It integrates to 1 and has the sample's mean.
	at := make([]float64, 1)
	p := func(v float64) float64 {
		require.NoError(t, d.Log(background, at, []float64{v}, false))
		return math.Exp(at[0])
	}
	require.InDelta(t, 1, quad.Fixed(p, -8, 8, 400, nil, 0), 1e-10)
	// At a normal law's mode, to the bias and four standard deviations.
	require.InDelta(t, 1/math.Sqrt(2*math.Pi), p(0), 0.08)
	// Two rows, by hand: width h = ½·√2, leaving out the row itself.
	d, err = NewDensity([]float64{0, 2}, 1, 0.5)
	require.NoError(t, err)
	h := 0.5 * math.Sqrt2
	require.InDelta(t, h, d.Bandwidth()[0], 1e-15)
	two := make([]float64, 2)
	require.NoError(t, d.Log(background, two, []float64{0, 2}, true))
	require.InDelta(t, distuv.Normal{Sigma: h}.LogProb(2), two[0], 1e-12)
	require.InDelta(t, two[0], two[1], 1e-12)
	_, err = NewDensity([]float64{1, 1}, 1, 0)
	require.ErrorIs(t, err, divergence.ErrTies)
	_, err = NewDensity([]float64{1, 2}, 1, -1)
	require.ErrorIs(t, err, divergence.ErrNotFinite)
}

// N(0, 1) against N(1, 1): TV = 2Φ(½) − 1, KL = ½. Smoothing biases by a few
// hundredths at this size.
func TestKernel(t *testing.T) {
	got, err := Kernel(background, validity.Normals(4000, 0, 0), affine(validity.Normals(3000, 0, 1), 1, 1), 1)
	require.NoError(t, err)
	require.InDelta(t, 2*distuv.UnitNormal.CDF(0.5)-1, got.TotalVariation.Value, 0.02+4*got.TotalVariation.Error)
	require.InDelta(t, 0.5, got.KL.Value, 0.05+4*got.KL.Error)
	js := quad.Fixed(func(v float64) float64 {
		p, q := distuv.UnitNormal.Prob(v), distuv.Normal{Mu: 1, Sigma: 1}.Prob(v)
		return 0.5*xlogy(p, 2*p/(p+q)) + 0.5*xlogy(q, 2*q/(p+q))
	}, -8, 9, 200, nil, 0)
	require.InDelta(t, js, got.JensenShannon.Value, 0.01+4*got.JensenShannon.Error)
	_, err = Kernel(background, []float64{1, 2}, nil, 1)
	require.ErrorIs(t, err, divergence.ErrSamples)
}

// The errors are honest about the spread; the bias of smoothing is not their matter.
func TestKernelCovers(t *testing.T) {
	var all []Smoothed
	for r := range validity.Repeats(150) {
		got, err := Kernel(background, validity.Normals(600, r, 0), affine(validity.Normals(500, r, 1), 1, 1.2), 1)
		require.NoError(t, err)
		all = append(all, got)
	}
	for name, of := range map[string]func(Smoothed) statistics.Estimate{
		"kl": func(s Smoothed) statistics.Estimate { return s.KL },
		"js": func(s Smoothed) statistics.Estimate { return s.JensenShannon },
		"tv": func(s Smoothed) statistics.Estimate { return s.TotalVariation },
	} {
		t.Run(name, func(t *testing.T) {
			validity.CoversMean(t, 150, func(r int) statistics.Estimate { return of(all[r]) })
		})
	}
}

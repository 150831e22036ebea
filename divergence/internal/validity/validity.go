// Package validity tests p-values and standard errors by repetition. It is for
// tests alone.
package validity

import (
	"math"
	"os"
	"slices"
	"strconv"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// TB is what is needed of testing.TB.
type TB interface {
	require.TestingT
	Helper()
	Logf(format string, args ...any)
}

// Repeats returns few, or the number in ITO_DIVERGENCE_STUDY.
func Repeats(few int) int {
	if n, err := strconv.Atoi(os.Getenv("ITO_DIVERGENCE_STUDY")); err == nil && n > 0 {
		return n
	}
	return few
}

// Normals returns n normal numbers of a repeat.
func Normals(n, repeat, stage int) []float64 {
	x := make([]float64, n)
	noise.Gaussian{}.Normal(x, n, noise.Address{Seed: 2026, Use: noise.Test, Step: uint64(repeat), Stage: uint64(stage)})
	return x
}

// Uniform requires that p-values of permutations deals are uniform under the
// hypothesis. A uniform number within the atom makes them continuous, and the
// Kolmogorov–Smirnov distance D of n repeats then has P(D ≥ d) ≤ 2 exp(−2nd²)
// (Massart, 1990): the false-alarm rate is 1e-7.
func Uniform(t TB, few, permutations int, p func(repeat int) float64) {
	t.Helper()
	n := Repeats(few)
	u := make([]float64, n)
	for r := range u {
		s := noise.NewStream(noise.Address{Seed: 7, Use: noise.Test, Step: uint64(r)})
		u[r] = p(r) - s.Uniform()/float64(permutations+1)
	}
	slices.Sort(u)
	var d float64
	for i, v := range u {
		d = max(d, v-float64(i)/float64(n), float64(i+1)/float64(n)-v)
	}
	t.Logf("KS distance %.4f over %d repeats, √n·D = %.2f", d, n, d*math.Sqrt(float64(n)))
	require.Less(t, d, math.Sqrt(math.Log(2e7)/2/float64(n)))
}

// Covers requires that intervals of ±1.96 standard errors have the truth in 95 ± 2
// per cent of cases, up to 5.3 standard deviations of the count: a false-alarm rate
// of 1e-7.
func Covers(t TB, few int, truth float64, estimate func(repeat int) statistics.Estimate) {
	t.Helper()
	covers(t, truth, all(few, estimate))
}

// CoversMean is Covers for an estimate with a bias that its error does not speak of: the
// truth is the mean of all repeats.
func CoversMean(t TB, few int, estimate func(repeat int) statistics.Estimate) {
	t.Helper()
	e := all(few, estimate)
	var mean float64
	for _, v := range e {
		mean += v.Value / float64(len(e))
	}
	covers(t, mean, e)
}

func all(few int, estimate func(repeat int) statistics.Estimate) []statistics.Estimate {
	e := make([]statistics.Estimate, Repeats(few))
	for r := range e {
		e[r] = estimate(r)
	}
	return e
}

func covers(t TB, truth float64, all []statistics.Estimate) {
	t.Helper()
	n := float64(len(all))
	var hits, bias, size float64
	for _, e := range all {
		if math.Abs(e.Value-truth) <= 1.96*e.Error {
			hits++
		}
		bias += (e.Value - truth) / n
		size += e.Error / n
	}
	t.Logf("coverage %.4f over %v repeats; mean error %.2g, mean standard error %.2g", hits/n, n, bias, size)
	require.InDelta(t, 0.95, hits/n, 0.02+5.3*math.Sqrt(0.95*0.05/n))
}

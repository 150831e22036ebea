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
	n := Repeats(few)
	hits := 0
	var bias, size float64
	for r := range n {
		e := estimate(r)
		if math.Abs(e.Value-truth) <= 1.96*e.Error {
			hits++
		}
		bias += (e.Value - truth) / float64(n)
		size += e.Error / float64(n)
	}
	share := float64(hits) / float64(n)
	t.Logf("coverage %.4f over %d repeats; mean error %.2g, mean standard error %.2g", share, n, bias, size)
	require.InDelta(t, 0.95, share, 0.02+5.3*math.Sqrt(0.95*0.05/float64(n)))
}

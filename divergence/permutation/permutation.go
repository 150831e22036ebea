// Package permutation tests whether two samples come from one distribution: under
// that hypothesis every way to deal the pooled rows to the two samples is as likely
// as the one that was seen, so that for any statistic T, with B random deals,
//
//	p = (1 + #{b: T_b ≥ T_0}) / (B + 1)
//
// is valid, P(p ≤ u) ≤ u, for every number of rows, with equality at the multiples
// of 1/(B+1) where T has no ties. Phipson, Smyth (2010), "Permutation p-values
// should never be zero", eq. 2; Fisher (1935).
package permutation

import (
	"math"

	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// Deal fills index, which has the length of the pooled sample, with permutation b
// of 0, 1, ...: its first n belong to the first sample. It depends on seed, b and
// the length alone; b = 0 is what was seen.
//
// Fisher, Yates (1938), as Durstenfeld (1964), algorithm 235.
func Deal(index []int, seed uint64, b int) {
	for i := range index {
		index[i] = i
	}
	if b == 0 {
		return
	}
	s := noise.NewStream(noise.Address{Seed: seed, Use: noise.Data, Step: uint64(b), Stage: stage})
	for i := len(index) - 1; i > 0; i-- {
		j := s.Index(i + 1)
		index[i], index[j] = index[j], index[i]
	}
}

// stage keeps deals apart from the other uses of noise.Data.
const stage = 1 << 32

// P returns the p-value of t[0] against the others, NaN if there are none. Values
// that differ from t[0] by rounding, 2⁻⁴⁰ of the largest, count as ties.
func P(t []float64) float64 {
	if len(t) < 2 {
		return math.NaN()
	}
	var size float64
	for _, v := range t {
		size = max(size, math.Abs(v))
	}
	count := 1
	for _, v := range t[1:] {
		if !(v < t[0]-0x1p-40*size) {
			count++
		}
	}
	return float64(count) / float64(len(t))
}

// Result is a distance with its standard error and p-value, NaN where that was not
// asked for.
type Result struct {
	statistics.Estimate
	P float64
}

// Failed is the result that goes with an error.
var Failed = Result{statistics.Estimate{Value: math.NaN(), Error: math.NaN()}, math.NaN()}

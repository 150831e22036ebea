package validation

import (
	"math"
	"slices"
	"testing"
)

// kolmogorov is the Kolmogorov–Smirnov statistic of x against cdf; x is sorted.
func kolmogorov(x []float64, cdf func(float64) float64) float64 {
	slices.Sort(x)
	var d float64
	n := float64(len(x))
	for i, v := range x {
		u := cdf(v)
		d = max(d, math.Abs(u-float64(i)/n), math.Abs(u-float64(i+1)/n))
	}
	return d
}

// quick asks for smaller tests: in short mode, and under the race detector, which
// slows arithmetic tenfold.
func quick() bool { return raceEnabled || testing.Short() }

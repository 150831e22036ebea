package divergence

import (
	"fmt"
	"math"
	"slices"
)

// W2Empirical1D returns the Wasserstein distance of order 2 between the
// empirical distributions of two samples on the line, by coupling quantiles:
//
//	W2² = ∫₀¹ (F_x⁻¹(u) − F_y⁻¹(u))² du
//
// The sizes N = len(x), M = len(y) may differ. x and y are left as they are.
// Errors: [ErrSamples] if one is empty, [ErrNotFinite].
//
// Villani (2003), theorem 2.18.
func W2Empirical1D(x, y []float64) (float64, error) {
	for _, s := range [][]float64{x, y} {
		if len(s) == 0 {
			return math.NaN(), fmt.Errorf("%w: a sample is empty", ErrSamples)
		}
		if err := checkRows(s, 1); err != nil {
			return math.NaN(), err
		}
	}
	a, b := slices.Clone(x), slices.Clone(y)
	slices.Sort(a)
	slices.Sort(b)
	size, mean := w2Sorted(a, b)
	return size * math.Sqrt(mean), nil
}

// w2Sorted returns W2² of two sorted samples as size²·mean, where size is the
// largest distance between coupled points, so that nothing over- or underflows.
func w2Sorted(a, b []float64) (size, mean float64) {
	for d := range coupled(a, b) {
		size = max(size, math.Abs(d))
	}
	if size == 0 {
		return 0, 0
	}
	inverse := 1 / size
	var sum, lost float64 // Neumaier
	for d, w := range coupled(a, b) {
		d *= inverse
		v := d * d * float64(w)
		s := sum + v
		if sum >= v {
			lost += (sum - s) + v
		} else {
			lost += (v - s) + sum
		}
		sum = s
	}
	return size, (sum + lost) / (float64(len(a)) * float64(len(b)))
}

// coupled yields the differences of coupled points with their mass in units of
// 1/(N·M).
func coupled(a, b []float64) func(yield func(d float64, mass int) bool) {
	return func(yield func(float64, int) bool) {
		n, m := len(a), len(b)
		i, j, left, right := 0, 0, m, n
		for i < n && j < m {
			w := min(left, right)
			if !yield(a[i]-b[j], w) {
				return
			}
			if left -= w; left == 0 {
				i, left = i+1, m
			}
			if right -= w; right == 0 {
				j, right = j+1, n
			}
		}
	}
}

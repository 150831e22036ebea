package fokkerplanck

import "math"

func negative(m []float64) bool {
	for _, v := range m {
		if v < 0 {
			return true
		}
	}
	return false
}

// limit moves low ≥ 0 towards high, of the same sum, as far as nothing becomes
// negative: low becomes high where that has no negative mass nearby, and the sum
// stays. high − low is what amounts a_i carry from place i to i+1,
//
//	high_i − low_i = a_(i−1) − a_i,
//
// and each is cut by the part of what leaves its origin that low can give.
// Boris, Book (1973); Zalesak (1979). a is scratch.
func limit(low, high, a []float64) {
	n := len(low)
	// Summed from both ends towards the top, so that what tails receive is of
	// their own size to rounding.
	top := 0
	for i, v := range low {
		if v > low[top] {
			top = i
		}
	}
	sum := 0.0
	for i := range top {
		sum -= high[i] - low[i]
		a[i] = sum
	}
	sum = 0
	for i := n - 1; i > top; i-- {
		sum += high[i] - low[i]
		a[i-1] = sum
	}
	// part of place i: what it gives is at most itself.
	part := func(i int) float64 {
		var out float64
		if i < n-1 {
			out = math.Max(a[i], 0)
		}
		if i > 0 {
			out += math.Max(-a[i-1], 0)
		}
		if out <= low[i] {
			return 1
		}
		return low[i] / out
	}
	here := part(0)
	moved := 0.0 // from i−1 to i, cut
	for i := range n - 1 {
		next := part(i + 1)
		c := a[i]
		if c > 0 {
			c *= here
		} else {
			c *= next
		}
		// a[i−1] and low[i] are needed uncut for part(i+1) no more.
		low[i] = math.Max(low[i]+moved-c, 0)
		moved, here = c, next
	}
	low[n-1] = math.Max(low[n-1]+moved, 0)
}

package divergence

import "math"

// phi returns φ(x) = x − ln(1+x) ≥ 0 to full relative precision.
func phi(x float64) float64 {
	if math.Abs(x) >= 0.1 {
		return x - math.Log1p(x)
	}
	// x²/2 − x³/3 + …
	var sum float64
	for power, k := x*x, 2.0; ; k++ {
		term := power / k
		sum += term
		if math.Abs(term) <= 0x1p-54*sum {
			return sum
		}
		power *= -x
	}
}

// tracePhi returns tr φ(E) from s and the sums below the diagonal of the factor of I + E.
func tracePhi(s, below []float64) float64 {
	var sum float64
	for i, v := range s {
		sum += phi(v) + below[i]
	}
	return sum
}

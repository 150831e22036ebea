package vec

import "math"

// Exponents sets e[j] = g[j] − cost[j]·inverse and returns the largest of them and of most.
// e may be cost. It panics if lengths differ. NaN may be lost.
func Exponents(e, g, cost []float64, inverse, most float64) float64 {
	same("g", len(e), len(g))
	same("cost", len(e), len(cost))
	return exponents(best, e, g, cost, inverse, most)
}

// SumExp returns Σ_j e^(x[j]−shift) for numbers that are not above shift, each to 2e-14;
// those more than 708 below it count as e^−708. A NaN makes it one.
func SumExp(x []float64, shift float64) float64 { return sumExp(best, x, shift) }

func exponentsPortable(e, g, cost []float64, inverse, most float64) float64 {
	g, cost = g[:len(e)], cost[:len(e)]
	for j, v := range cost {
		x := g[j] - v*inverse
		e[j] = x
		if x > most {
			most = x
		}
	}
	return most
}

// The range reduction x = k ln 2 + r with ln 2 in two parts, the first of so few digits
// that its product with k is exact.
const (
	leastExponent = -708
	roundShift    = 3 << 51 // adding it rounds to an integer, which is then in the low bits
	ln2High       = 0x1.62e42feep-1
	ln2Low        = 0x1.a39ef35793c76p-33
)

// expTable is the constants of the kernels, as vectors of equal numbers: bounds, the
// reduction, the exponent's bias as an integer, and 1/k! for k to 11. The remainder of
// the series on |r| ≤ ½ ln 2 is 6e-15.
var expTable = func() (t [18][8]float64) {
	values := []float64{leastExponent, math.Log2E, roundShift, ln2High, ln2Low, math.Float64frombits(1023)}
	for k, v := 0, 1.0; k < 12; k++ {
		values = append(values, v)
		v /= float64(k + 1)
	}
	for i, v := range values {
		for j := range t[i] {
			t[i][j] = v
		}
	}
	return t
}()

func sumExpPortable(x []float64, shift float64) (sum float64) {
	const (
		c2, c3, c4, c5, c6 = 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720
		c7, c8, c9         = 1.0 / 5040, 1.0 / 40320, 1.0 / 362880
		c10, c11           = 1.0 / 3628800, 1.0 / 39916800
	)
	for _, v := range x {
		v -= shift
		if v < leastExponent {
			v = leastExponent
		}
		t := v*math.Log2E + roundShift
		k := t - roundShift
		r := (v - k*ln2High) - k*ln2Low
		r2 := r * r
		r4 := r2 * r2
		p := (1 + r) + r2*(c2+r*c3) + r4*((c4+r*c5)+r2*(c6+r*c7)+r4*((c8+r*c9)+r2*(c10+r*c11)))
		sum += p * math.Float64frombits((math.Float64bits(t)+1023)<<52)
	}
	return sum
}

package vec

// Finite reports whether no number of x is infinite or NaN.
func Finite(x []float64) bool { return finite(best, x) }

// finitePortable adds up v − v, which is 0 for finite v alone and NaN otherwise, in
// four sums at a time.
func finitePortable(x []float64) bool {
	var a, b, c, d float64
	for ; len(x) >= 4; x = x[4:] {
		a += x[0] - x[0]
		b += x[1] - x[1]
		c += x[2] - x[2]
		d += x[3] - x[3]
	}
	for _, v := range x {
		a += v - v
	}
	return a+b+c+d == 0
}

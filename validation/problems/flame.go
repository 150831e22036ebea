package problems

import "math"

var (
	flame      = flameTo("flame", 2e4)
	flameFront = flameTo("flame-front", 1e4+8)
)

// flameTo is the radius of a flame as a share of its last one. It grows slowly
// until t = 10⁴, jumps, and is stiff from then on.
func flameTo(name string, t1 float64) Problem {
	return Problem{
		Name: name, Doc: "a flame after a match is lit, y' = y² − y³. O'Malley (1991); Shampine, Gladwell, Thompson (2003)",
		Stiff: true, T1: t1, Y0: []float64{1e-4}, AbsScale: 1e-4,
		F: func(dst []float64, _ float64, y []float64) error { dst[0] = y[0] * y[0] * (1 - y[0]); return nil },
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			set(0, 0, y[0]*(2-3*y[0]))
		},
		// 1/y − 1 is W(a e^(a−t)) with a = 1/y(0) − 1: the w of w + ln w = a − t + ln a.
		Exact: func(dst []float64, t float64) {
			const a = 9999
			c := a - t + math.Log(a)
			x := c // = ln w, or w itself where that is large
			if c > 1 {
				x = math.Log(c)
			}
			for range 60 { // Newton's method on e^x + x = c, which is convex
				e := math.Exp(x)
				x -= (e + x - c) / (e + 1)
			}
			dst[0] = 1 / (math.Exp(x) + 1)
		},
	}
}

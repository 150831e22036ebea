package problems

import "math"

// robertsonDAE has the sum of the substances in place of the third equation.
var robertsonDAE = Problem{
	Name: "robertson-dae", Doc: "Robertson's reaction with the sum of the substances as an algebraic equation of index 1. Robertson (1966); Hairer, Wanner (1996), eq. IV.1.4",
	Stiff: true, T1: 1e11, Y0: []float64{1, 0, 0}, AbsScale: 1e-8, Mass: []float64{1, 1, 0},
	F: func(dst []float64, _ float64, y []float64) error {
		d, s := (*[3]float64)(dst), (*[3]float64)(y)
		a, b, c := 0.04*s[0], 1e4*s[1]*s[2], 3e7*s[1]*s[1]
		d[0], d[1], d[2] = b-a, a-b-c, s[0]+s[1]+s[2]-1
		return nil
	},
	Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
		b1, b2, c := 1e4*y[2], 1e4*y[1], 6e7*y[1]
		set(0, 0, -0.04)
		set(0, 1, b1)
		set(0, 2, b2)
		set(1, 0, 0.04)
		set(1, 1, -b1-c)
		set(1, 2, -b2)
		set(2, 0, 1)
		set(2, 1, 1)
		set(2, 2, 1)
	},
}

var akzo = Problem{
	Name: "akzo", Doc: "a chemical process of Akzo Nobel, index 1. Stortelder (1995); Test Set for IVP Solvers (2008)",
	Stiff: true, T1: 180, Y0: []float64{0.444, 0.00123, 0, 0.007, 0, 115.83 * 0.444 * 0.007}, AbsScale: 1e-2,
	Mass: []float64{1, 1, 1, 1, 1, 0},
	F: func(dst []float64, _ float64, y []float64) error {
		d, s := (*[6]float64)(dst), (*[6]float64)(y)
		root := math.Sqrt(s[1])
		r1, r2, r3 := 18.7*s[0]*s[0]*s[0]*s[0]*root, 0.58*s[2]*s[3], 0.58/34.4*s[0]*s[4]
		r4, r5 := 0.09*s[0]*s[3]*s[3], 0.42*s[5]*s[5]*root
		d[0] = -2*r1 + r2 - r3 - r4
		d[1] = -0.5*r1 - r4 - 0.5*r5 + 3.3*(0.9/737-s[1])
		d[2] = r1 - r2 + r3
		d[3] = -r2 + r3 - 2*r4
		d[4] = r2 - r3 + r5
		d[5] = 115.83*s[0]*s[3] - s[5]
		return nil
	},
	Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
		root := math.Sqrt(y[1])
		cube := y[0] * y[0] * y[0]
		r10, r11 := 4*18.7*cube*root, 18.7*cube*y[0]/(2*root)
		r22, r23 := 0.58*y[3], 0.58*y[2]
		r30, r34 := 0.58/34.4*y[4], 0.58/34.4*y[0]
		r40, r43 := 0.09*y[3]*y[3], 0.18*y[0]*y[3]
		r51, r55 := 0.42*y[5]*y[5]/(2*root), 0.84*y[5]*root
		set(0, 0, -2*r10-r30-r40)
		set(0, 1, -2*r11)
		set(0, 2, r22)
		set(0, 3, r23-r43)
		set(0, 4, -r34)
		set(1, 0, -0.5*r10-r40)
		set(1, 1, -0.5*r11-0.5*r51-3.3)
		set(1, 3, -r43)
		set(1, 5, -0.5*r55)
		set(2, 0, r10+r30)
		set(2, 1, r11)
		set(2, 2, -r22)
		set(2, 3, -r23)
		set(2, 4, r34)
		set(3, 0, r30-2*r40)
		set(3, 2, -r22)
		set(3, 3, -r23-2*r43)
		set(3, 4, r34)
		set(4, 0, -r30)
		set(4, 1, r51)
		set(4, 2, r22)
		set(4, 3, r23)
		set(4, 4, -r34)
		set(4, 5, r55)
		set(5, 0, 115.83*y[3])
		set(5, 3, 115.83*y[0])
		set(5, 5, -1)
	},
}

package problems

import "math"

var kepler10 = Problem{
	Name: "kepler10",
	Doc:  "two bodies, eccentricity 0.6, ten periods. Kepler (1609); Hairer, Lubich, Wanner (2006), eqs. I.2.2 and I.2.11",
	F:    kepler, Jacobian: keplerJacobian, T1: 20 * math.Pi, Y0: []float64{0.4, 0, 0, 2},
	Exact: func(dst []float64, t float64) { ellipse(dst, t, 0.6) },
	Invariants: []func(y []float64) float64{
		func(y []float64) float64 { return (y[2]*y[2]+y[3]*y[3])/2 - 1/math.Hypot(y[0], y[1]) },
		func(y []float64) float64 { return y[0]*y[3] - y[1]*y[2] },
	},
}

func kepler(dst []float64, _ float64, y []float64) error {
	d, s := (*[4]float64)(dst), (*[4]float64)(y)
	x, z := s[0], s[1]
	r := x*x + z*z
	w := -1 / (r * math.Sqrt(r))
	d[0], d[1], d[2], d[3] = s[2], s[3], w*x, w*z
	return nil
}

func keplerJacobian(set func(i, j int, v float64), _ float64, y []float64) {
	x, z := y[0], y[1]
	r := x*x + z*z
	w := 1 / (r * math.Sqrt(r))
	q := 3 * w / r
	set(0, 2, 1)
	set(1, 3, 1)
	set(2, 0, q*x*x-w)
	set(2, 1, q*x*z)
	set(3, 0, q*x*z)
	set(3, 1, q*z*z-w)
}

// ellipse is the orbit with semi-axis 1 and eccentricity e from its perihelion:
//
//	x = cos E − e,  y = √(1−e²) sin E,  E − e sin E = t.
//
// Newton's method from t + e sin t stays in the basin for e ≤ 0.9.
func ellipse(dst []float64, t, e float64) {
	m := math.Remainder(t, 2*math.Pi)
	a := m + e*math.Sin(m)
	for range 20 {
		sin, cos := math.Sincos(a)
		a -= (a - e*sin - m) / (1 - e*cos)
	}
	sin, cos := math.Sincos(a)
	b, w := math.Sqrt(1-e*e), 1/(1-e*cos)
	dst[0], dst[1], dst[2], dst[3] = cos-e, b*sin, -w*sin, w*b*cos
}

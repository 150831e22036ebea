package problems

import "math"

var arenstorf = Problem{
	Name: "arenstorf",
	Doc:  "periodic orbit of a satellite about earth and moon, one period. Arenstorf (1963); Hairer, Nørsett, Wanner (1993), eqs. II.0.1-0.2",
	F:    restrictedThreeBody, Jacobian: restrictedJacobian, T1: 17.0652165601579625588917206249,
	Y0: []float64{0.994, 0, 0, -2.00158510637908252240537862224},
	Invariants: []func(y []float64) float64{
		func(y []float64) float64 { // Jacobi's integral
			a, b := y[0]+moon, y[0]-earth
			return y[0]*y[0] + y[1]*y[1] + 2*earth/math.Hypot(a, y[1]) + 2*moon/math.Hypot(b, y[1]) - y[2]*y[2] - y[3]*y[3]
		},
	},
}

// The shares of the mass.
const (
	moon  = 0.012277471
	earth = 1 - moon
)

func restrictedThreeBody(dst []float64, _ float64, y []float64) error {
	d, s := (*[4]float64)(dst), (*[4]float64)(y)
	x, z, u, v := s[0], s[1], s[2], s[3]
	a, b, q := x+moon, x-earth, z*z
	ra, rb := a*a+q, b*b+q
	wa, wb := earth/(ra*math.Sqrt(ra)), moon/(rb*math.Sqrt(rb))
	d[0], d[1] = u, v
	d[2] = x + 2*v - wa*a - wb*b
	d[3] = z - 2*u - (wa+wb)*z
	return nil
}

func restrictedJacobian(set func(i, j int, v float64), _ float64, y []float64) {
	z := y[1]
	var xx, xz, zz float64 // of both attractions
	for _, body := range []struct{ mass, x float64 }{{earth, y[0] + moon}, {moon, y[0] - earth}} {
		r := body.x*body.x + z*z
		w := body.mass / (r * math.Sqrt(r))
		xx += w * (3*body.x*body.x/r - 1)
		xz += w * 3 * body.x * z / r
		zz += w * (3*z*z/r - 1)
	}
	set(0, 2, 1)
	set(1, 3, 1)
	set(2, 0, 1+xx)
	set(2, 1, xz)
	set(2, 3, 2)
	set(3, 0, xz)
	set(3, 1, 1+zz)
	set(3, 2, -2)
}

package problems

import (
	"fmt"
	"math"
)

var stiffB = []Problem{
	{
		Name: "stiff-b1", Doc: "two oscillations, of eigenvalues −1 ± 10i and −100 ± 100i. " + stiffSource + "B1",
		Stiff: true, T1: 20, Y0: []float64{1, 0, 1, 0}, Lower: 1, Upper: 1, Floor: 1,
		F: func(dst []float64, _ float64, y []float64) error {
			d, s := (*[4]float64)(dst), (*[4]float64)(y)
			d[0], d[1] = s[1]-s[0], -100*s[0]-s[1]
			d[2], d[3] = s[3]-100*s[2], -1e4*s[2]-100*s[3]
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, _ []float64) {
			set(0, 0, -1)
			set(0, 1, 1)
			set(1, 0, -100)
			set(1, 1, -1)
			set(2, 2, -100)
			set(2, 3, 1)
			set(3, 2, -1e4)
			set(3, 3, -100)
		},
		Exact: func(dst []float64, t float64) {
			for i, w := range []struct{ a, b float64 }{{1, 10}, {100, 100}} {
				sin, cos := math.Sincos(w.b * t)
				e := math.Exp(-w.a * t)
				dst[2*i], dst[2*i+1] = e*cos, -w.b*e*sin
			}
		},
	},
	rotation("B2", 3), rotation("B3", 8), rotation("B4", 25), rotation("B5", 100),
}

// rotation has the eigenvalues −10 ± αi, the imaginary part of which troubles
// methods that are not A-stable.
func rotation(name string, alpha float64) Problem {
	p := decays("stiff-b"+name[1:], fmt.Sprintf("eigenvalues −10 ± %gi, −4, −1, −0.5, −0.1. %s%s", alpha, stiffSource, name), 20,
		10, 10, 4, 1, 0.5, 0.1)
	p.Lower, p.Upper = 1, 1
	f, jacobian, exact := p.F, p.Jacobian, p.Exact
	p.F = func(dst []float64, t float64, y []float64) error {
		_ = f(dst, t, y) // never an error
		dst[0] += alpha * y[1]
		dst[1] -= alpha * y[0]
		return nil
	}
	p.Jacobian = func(set func(i, j int, v float64), t float64, y []float64) {
		jacobian(set, t, y)
		set(0, 1, alpha)
		set(1, 0, -alpha)
	}
	p.Exact = func(dst []float64, t float64) {
		exact(dst, t)
		sin, cos := math.Sincos(alpha * t)
		dst[0], dst[1] = dst[0]*(cos+sin), dst[1]*(cos-sin)
	}
	return p
}

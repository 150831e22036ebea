package symplectic_test

import (
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators/symplectic"
)

// Kepler's problem in Cartesian coordinates, (x, y, p_x, p_y), over a hundred
// periods: neither energy nor angular momentum drifts.
func ExampleComposition() {
	field := func(dst []float64, _ float64, y []float64) error {
		r := math.Hypot(y[0], y[1])
		dst[0], dst[1] = y[2], y[3]
		dst[2], dst[3] = -y[0]/(r*r*r), -y[1]/(r*r*r)
		return nil
	}
	const e, perPeriod = 0.5, 200
	y := []float64{1 - e, 0, 0, math.Sqrt((1 + e) / (1 - e))}
	s := symplectic.BlanesMoan4.Stepper(field, 4)
	if err := s.Reset(0, y); err != nil {
		fmt.Println(err)
		return
	}
	for range 100 * perPeriod {
		if err := s.Try(y, nil, 2*math.Pi/perPeriod); err != nil {
			fmt.Println(err)
			return
		}
		s.Accept()
	}
	fmt.Printf("energy           %.6f\n", (y[2]*y[2]+y[3]*y[3])/2-1/math.Hypot(y[0], y[1]))
	fmt.Printf("angular momentum %.12f, exactly √¾ = %.12f\n", y[0]*y[3]-y[1]*y[2], math.Sqrt(0.75))
	// Output:
	// energy           -0.500000
	// angular momentum 0.866025403784, exactly √¾ = 0.866025403784
}

// Kepler's problem in polar coordinates. Its H = (p_r² + L²/r²)/2 − 1/r does not
// separate in (r, φ; p_r, L), but does in (r, L; p_r, −φ), which is as canonical:
// drifts change r alone, kicks p_r and −φ, and nothing L.
func ExampleSplit() {
	kepler := &symplectic.Split{
		Composition: symplectic.KahanLi8,
		Velocity: func(dst []float64, _ float64, p []float64) error {
			dst[0], dst[1] = p[0], 0
			return nil
		},
		Force: func(dst []float64, _ float64, q []float64) error {
			r, l := q[0], q[1]
			dst[0], dst[1] = (l*l/r-1)/(r*r), -l/(r*r)
			return nil
		},
	}
	const e = 0.5
	y := []float64{1 - e, math.Sqrt(1 - e*e), 0, 0} // at the pericentre
	s := kepler.Stepper(nil, 4)
	if err := s.Reset(0, y); err != nil {
		fmt.Println(err)
		return
	}
	for range 100 {
		if err := s.Try(y, nil, 2*math.Pi/200); err != nil {
			fmt.Println(err)
			return
		}
		s.Accept()
	}
	fmt.Printf("after half a period: r = %.6f, φ = %.6f, L changed by %v\n", y[0], -y[3], y[1]-math.Sqrt(1-e*e))
	// Output:
	// after half a period: r = 1.500000, φ = 3.141593, L changed by 0
}

// Euler's equations of a free rigid body have no halves to split. Both of their
// invariants are quadratic, so Gauss's methods keep them.
func ExampleGauss() {
	inertia := [3]float64{1, 2, 3}
	body := func(dst []float64, _ float64, m []float64) error {
		w := [3]float64{m[0] / inertia[0], m[1] / inertia[1], m[2] / inertia[2]}
		dst[0], dst[1], dst[2] = m[1]*w[2]-m[2]*w[1], m[2]*w[0]-m[0]*w[2], m[0]*w[1]-m[1]*w[0]
		return nil
	}
	m := []float64{0.1, 1, 0.1}
	s := symplectic.Gauss4.Stepper(body, 3)
	if err := s.Reset(0, m); err != nil {
		fmt.Println(err)
		return
	}
	for range 1000 {
		if err := s.Try(m, nil, 0.1); err != nil {
			fmt.Println(err)
			return
		}
		s.Accept()
	}
	fmt.Printf("|m|² = %.12f\n", m[0]*m[0]+m[1]*m[1]+m[2]*m[2])
	fmt.Printf("2H   = %.12f\n", m[0]*m[0]/1+m[1]*m[1]/2+m[2]*m[2]/3)
	// Output:
	// |m|² = 1.020000000000
	// 2H   = 0.513333333333
}

// In polar coordinates the rate of the angle, L/r², depends on a position and a
// momentum both.
func ExampleSeparable() {
	polar := func(dst []float64, _ float64, y []float64) error {
		r, pr, l := y[0], y[2], y[3]
		dst[0], dst[1], dst[2], dst[3] = pr, l/(r*r), (l*l/r-1)/(r*r), 0
		return nil
	}
	err := symplectic.Separable(polar, 0, []float64{1, 0, 0, 1})
	fmt.Println(errors.Is(err, symplectic.ErrSeparable))
	// Output:
	// true
}

// The order conditions find a coefficient that is wrong in its sixth digit.
func ExampleComposition_Validate() {
	c := symplectic.Composition{Name: "ruth", P: 3,
		Kick:  []float64{7. / 24, 3. / 4, -1. / 24},
		Drift: []float64{0.666667, -0.666667, 1},
	}
	fmt.Println(c.Validate())
	fmt.Println(symplectic.Ruth3.Validate())
	// Output:
	// symplectic: bad composition: ruth is of order 1: the word 01 (A = 1, B = 0) is off its coefficient 1/2! by -2.50e-07
	// <nil>
}

package symplectic_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/symplectic"
)

// kepler is the two-body problem in the plane, reduced to the relative motion, in
// Cartesian coordinates:
//
//	H = (p_x² + p_y²)/2 − 1/r.
func kepler(dst []float64, _ float64, y []float64) error {
	dst[0], dst[1] = y[2], y[3]
	return gravity(dst[2:], 0, y)
}

// gravity is its force alone.
func gravity(dst []float64, _ float64, q []float64) error {
	r2 := q[0]*q[0] + q[1]*q[1]
	w := -1 / (r2 * math.Sqrt(r2))
	dst[0], dst[1] = w*q[0], w*q[1]
	return nil
}

// orbit is the exact Kepler motion of eccentricity e and period 2π from its
// pericentre, by Newton's iteration on Kepler's equation E − e sin E = t.
func orbit(dst []float64, t, e float64) {
	E := t
	for range 50 {
		E -= (E - e*math.Sin(E) - t) / (1 - e*math.Cos(E))
	}
	s, c := math.Sincos(E)
	b, r := math.Sqrt(1-e*e), 1-e*c
	dst[0], dst[1], dst[2], dst[3] = c-e, b*s, -s/r, b*c/r
}

func keplerEnergy(y []float64) float64 {
	return (y[2]*y[2]+y[3]*y[3])/2 - 1/math.Hypot(y[0], y[1])
}

func angularMomentum(y []float64) float64 { return y[0]*y[3] - y[1]*y[2] }

// polar is the same problem in the state (r, φ, p_r, L):
//
//	H = (p_r² + L²/r²)/2 − 1/r.
//
// Its kinetic energy depends on r, so q = (r, φ) and p do not separate.
func polar(dst []float64, _ float64, y []float64) error {
	r, pr, l := y[0], y[2], y[3]
	dst[0], dst[1] = pr, l/(r*r)
	dst[2], dst[3] = (l*l/r-1)/(r*r), 0
	return nil
}

// splitPolar is polar after the canonical exchange (φ, L) → (L, −φ), in the state
// (r, L, p_r, −φ). Now L is a position, and
//
//	H = p_r²/2 + [L²/(2r²) − 1/r]
//
// separates: kicks change p_r and φ, drifts only r.
var splitPolar = symplectic.Split{
	Velocity: func(dst []float64, _ float64, p []float64) error { dst[0], dst[1] = p[0], 0; return nil },
	Force: func(dst []float64, _ float64, q []float64) error {
		r, l := q[0], q[1]
		dst[0], dst[1] = (l*l/r-1)/(r*r), -l/(r*r)
		return nil
	},
}

func polarEnergy(r, pr, l float64) float64 { return (pr*pr+l*l/(r*r))/2 - 1/r }

// henonHeiles has H = |p|²/2 + |q|²/2 + x²y − y³/3; dst and y have a row of
// positions and one of momenta, each (x, y).
func henonHeiles(dst []float64, _ float64, y []float64) error {
	dst[0], dst[1] = y[2], y[3]
	dst[2], dst[3] = -y[0]-2*y[0]*y[1], -y[1]-y[0]*y[0]+y[1]*y[1]
	return nil
}

func henonHeilesEnergy(y []float64) float64 {
	return (y[0]*y[0]+y[1]*y[1]+y[2]*y[2]+y[3]*y[3])/2 + y[0]*y[0]*y[1] - y[1]*y[1]*y[1]/3
}

func pendulum(dst []float64, _ float64, y []float64) error {
	dst[0], dst[1] = y[1], -math.Sin(y[0])
	return nil
}

func pendulumEnergy(y []float64) float64 { return y[1]*y[1]/2 - math.Cos(y[0]) }

type problem struct {
	name  string
	f     integrators.Field
	exact func(dst []float64, t float64)
	y0    []float64
	end   float64
	// general: T is not |p|²/2.
	general bool
}

var problems = []problem{
	{name: "kepler", f: kepler, end: 5, y0: []float64{0.7, 0, 0, math.Sqrt(1.3 / 0.7)},
		exact: func(d []float64, t float64) { orbit(d, t, 0.3) }},
	{name: "kepler in momenta", general: true, end: 5, // H = |q|²/2 − 1/|p|: p moves as positions do, −q as velocities
		f: func(d []float64, _ float64, y []float64) error {
			d[2], d[3] = -y[0], -y[1]
			err := gravity(d, 0, y[2:])
			d[0], d[1] = -d[0], -d[1]
			return err
		},
		y0: []float64{0, -math.Sqrt(1.3 / 0.7), 0.7, 0},
		exact: func(d []float64, t float64) {
			orbit(d, t, 0.3)
			d[0], d[1], d[2], d[3] = -d[2], -d[3], d[0], d[1]
		}},
	{name: "forced oscillator", end: 20, y0: []float64{1, 0}, // q'' = −q + sin 2t
		f: func(d []float64, t float64, y []float64) error { d[0], d[1] = y[1], math.Sin(2*t)-y[0]; return nil },
		exact: func(d []float64, t float64) {
			d[0] = math.Cos(t) + 2./3*math.Sin(t) - math.Sin(2*t)/3
			d[1] = -math.Sin(t) + 2./3*math.Cos(t) - 2./3*math.Cos(2*t)
		}},
	{name: "varying clock", general: true, end: 20, y0: []float64{1, 0}, // H = (1 + cos t / 2)(q² + p²)/2: time in both halves
		f: func(d []float64, t float64, y []float64) error {
			a := 1 + math.Cos(t)/2
			d[0], d[1] = a*y[1], -a*y[0]
			return nil
		},
		exact: func(d []float64, t float64) {
			s, c := math.Sincos(t + math.Sin(t)/2)
			d[0], d[1] = c, -s
		}},
}

// split is the stepper of a Split on states of four numbers.
func split(c *symplectic.Composition, velocity, force integrators.Field) integrators.Stepper {
	return (&symplectic.Split{Composition: c, Velocity: velocity, Force: force}).Stepper(nil, 4)
}

// run takes n steps of length h from (t, y) and returns the last state.
func run(t testing.TB, s integrators.Stepper, at float64, y []float64, h float64, n int) []float64 {
	out, err := steps(s, at, y, h, n)
	require.NoError(t, err)
	return out
}

func steps(s integrators.Stepper, at float64, y []float64, h float64, n int) ([]float64, error) {
	if err := s.Reset(at, y); err != nil {
		return nil, err
	}
	out := append([]float64(nil), y...)
	for range n {
		if err := s.Try(out, nil, h); err != nil {
			return nil, err
		}
		s.Accept()
	}
	return out, nil
}

func distance(a, b []float64) float64 {
	d := 0.0
	for i := range a {
		d = max(d, math.Abs(a[i]-b[i]))
	}
	return d
}

// compositions are the explicit methods of the catalogue.
func compositions() []*symplectic.Composition {
	var out []*symplectic.Composition
	for _, e := range symplectic.Catalogue {
		if c, ok := e.Method.(*symplectic.Composition); ok {
			out = append(out, c)
		}
	}
	return out
}

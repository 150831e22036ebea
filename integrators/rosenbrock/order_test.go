package rosenbrock_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/rosenbrock"
)

// family is a family of problems over a phase: a single one's error may vanish
// to leading order somewhere, the root mean square over a family's does not.
type family struct {
	name  string
	f     func(phase float64) integrators.Field
	j     func(phase float64) jacobian.Func
	mass  []float64 // nil: the identity
	exact func(phase, t float64) []float64
	end   float64
}

// Riccati's equation y' = c y² with c = cos(t+φ) has y = 1/(3 − sin(t+φ) + sin φ).
var riccati = family{
	name: "Riccati",
	f: func(phase float64) integrators.Field {
		return func(d []float64, t float64, y []float64) error { d[0] = math.Cos(t+phase) * y[0] * y[0]; return nil }
	},
	j: func(phase float64) jacobian.Func {
		return func(m *jacobian.Matrix, t float64, y []float64) error {
			m.Set(0, 0, 2*math.Cos(t+phase)*y[0])
			return nil
		}
	},
	exact: func(phase, t float64) []float64 { return []float64{1 / (3 - math.Sin(t+phase) + math.Sin(phase))} },
	end:   3,
}

// The same with z = c y² + 2 by an equation without derivative, of index 1:
//
//	y' = z − 2,   0 = (c y² + 2)² − z².
var constrained = family{
	name: "Riccati, index 1",
	f: func(phase float64) integrators.Field {
		return func(d []float64, t float64, y []float64) error {
			v := math.Cos(t+phase)*y[0]*y[0] + 2
			d[0], d[1] = y[1]-2, v*v-y[1]*y[1]
			return nil
		}
	},
	j: func(phase float64) jacobian.Func {
		return func(m *jacobian.Matrix, t float64, y []float64) error {
			c := math.Cos(t + phase)
			m.Set(0, 1, 1)
			m.Set(1, 0, 4*(c*y[0]*y[0]+2)*c*y[0])
			m.Set(1, 1, -2*y[1])
			return nil
		}
	},
	mass: []float64{1, 0},
	exact: func(phase, t float64) []float64 {
		y := riccati.exact(phase, t)[0]
		return []float64{y, math.Cos(t+phase)*y*y + 2}
	},
	end: 3,
}

var kepler = family{
	name: "Kepler",
	f: func(float64) integrators.Field {
		return func(d []float64, _ float64, y []float64) error {
			r := math.Hypot(y[0], y[1])
			d[0], d[1], d[2], d[3] = y[2], y[3], -y[0]/(r*r*r), -y[1]/(r*r*r)
			return nil
		}
	},
	j: func(float64) jacobian.Func {
		return func(m *jacobian.Matrix, _ float64, y []float64) error {
			r := math.Hypot(y[0], y[1])
			r3, r5 := r*r*r, r*r*r*r*r
			m.Set(0, 2, 1)
			m.Set(1, 3, 1)
			m.Set(2, 0, 3*y[0]*y[0]/r5-1/r3)
			m.Set(2, 1, 3*y[0]*y[1]/r5)
			m.Set(3, 0, 3*y[0]*y[1]/r5)
			m.Set(3, 1, 3*y[1]*y[1]/r5-1/r3)
			return nil
		}
	},
	// The orbit of eccentricity 0.2 by Kepler's equation M = E − e sin E.
	exact: func(phase, t float64) []float64 {
		const e = 0.2
		m := t + phase
		E := m
		for range 50 {
			E -= (E - e*math.Sin(E) - m) / (1 - e*math.Cos(E))
		}
		b, rate := math.Sqrt(1-e*e), 1/(1-e*math.Cos(E))
		return []float64{math.Cos(E) - e, b * math.Sin(E), -math.Sin(E) * rate, b * math.Cos(E) * rate}
	},
	end: 2,
}

// Van der Pol's equation with μ = 3, from (2 cos φ, 2 sin φ), by the ninth-order
// method of Verner in steps of 1/400, whose error is rounding.
var vanDerPol = family{
	name: "van der Pol",
	f:    func(float64) integrators.Field { return vanDerPolField },
	j: func(float64) jacobian.Func {
		return func(m *jacobian.Matrix, _ float64, y []float64) error {
			m.Set(0, 1, 1)
			m.Set(1, 0, -6*y[0]*y[1]-1)
			m.Set(1, 1, 3*(1-y[0]*y[0]))
			return nil
		}
	},
	exact: func(phase, t float64) []float64 {
		sin, cos := math.Sincos(phase)
		y := []float64{2 * cos, 2 * sin}
		s := integrators.Verner9.Stepper(vanDerPolField, 2)
		if err := s.Reset(0, y); err != nil {
			panic(err)
		}
		n := math.Ceil(400 * t)
		for range int(n) {
			if err := s.Try(y, nil, t/n); err != nil {
				panic(err)
			}
			s.Accept()
		}
		return y
	},
	end: 0.5,
}

func vanDerPolField(d []float64, _ float64, y []float64) error {
	d[0], d[1] = y[1], 3*(1-y[0]*y[0])*y[1]-y[0]
	return nil
}

// The equation of Prothero and Robinson (1974), y' = λ (y − sin(t+φ)) + cos(t+φ).
func protheroRobinson(lambda float64) family {
	return family{
		name: "Prothero, Robinson",
		f: func(phase float64) integrators.Field {
			return func(d []float64, t float64, y []float64) error {
				sin, cos := math.Sincos(t + phase)
				d[0] = lambda*(y[0]-sin) + cos
				return nil
			}
		},
		j: func(float64) jacobian.Func {
			return func(m *jacobian.Matrix, _ float64, _ []float64) error { m.Set(0, 0, lambda); return nil }
		},
		exact: func(phase, t float64) []float64 { return []float64{math.Sin(t + phase)} },
		end:   2,
	}
}

const phases = 12

// The fields depend on time, are not linear, or are constrained: a wrong ∂f/∂t or
// a wrong Jacobian costs two orders and more.
func TestOrders(t *testing.T) {
	for _, e := range rosenbrock.Catalogue {
		for _, p := range []family{riccati, kepler, vanDerPol, constrained} {
			require.InDelta(t, e.Method.P, slope(t, e.Method, p, 1e-12, false), 0.1, "%s, %s", e.Name, p.name)
			// Inside a step the interpolant's local error has one order more than
			// it, but for components without derivative.
			want, floor := min(e.Method.P, e.Method.DenseOrder()+1), 1e-12
			if p.mass != nil {
				want, floor = e.Method.DenseOrder(), 1e-11
			}
			require.Greater(t, slope(t, e.Method, p, floor, true), float64(want)-0.15, "%s inside, %s", e.Name, p.name)
		}
	}
	require.Less(t, slope(t, rosenbrock.Autonomous{Tableau: rosenbrock.Rodas5P}, riccati, 1e-12, false), 2.5, "without ∂f/∂t")
}

// Where h λ → −∞ the error of the equation of Prothero and Robinson is
// C h^q/(h λ), q = 4 for Rodas4P2 and Rodas5P by construction, 2 for a method
// that is only stiffly accurate (Hairer, Wanner 1996, section IV.15). A ∂f/∂t by
// differences of first order would end these at 1e-8/(h λ).
func TestOrdersProtheroRobinson(t *testing.T) {
	q := map[string]float64{"rodas3p": 3, "rodas4": 2, "rodas4p2": 4, "rodas5p": 4, "rodas5pe": 4, "rodas6p": 3}
	for _, e := range rosenbrock.Catalogue {
		soft, stiff := protheroRobinson(-1e6), protheroRobinson(-1e8)
		coarse, fine := failure(t, e.Method, soft, 20, false), failure(t, e.Method, soft, 40, false)
		require.InDelta(t, q[e.Name]-1, math.Log2(coarse/fine), 0.15, e.Name)
		require.InEpsilon(t, 100, coarse/failure(t, e.Method, stiff, 20, false), 0.1, e.Name)
	}
}

// failure is the root mean square error of a family at the end of n steps, or at
// two fifths of the last one.
func failure(t *testing.T, m integrators.Implicit, p family, n int, inside bool) float64 {
	h := p.end / float64(n)
	sum := 0.0
	for k := range phases {
		phase := 2 * math.Pi * float64(k) / phases
		got := p.exact(phase, 0)
		l := integrators.Linearisation{Jacobian: p.j(phase)}
		if p.mass != nil {
			l.Mass = jacobian.Diagonal(p.mass)
		}
		s, err := m.Implicit(p.f(phase), len(got), l)
		require.NoError(t, err)
		require.NoError(t, s.Reset(0, got))
		for range n {
			require.NoError(t, s.Try(got, nil, h))
			s.Accept()
		}
		at := p.end
		if inside {
			require.NoError(t, s.(integrators.Interpolator).Interpolate(got, 0.4))
			at -= 0.6 * h
		}
		e := floats.Distance(got, p.exact(phase, at), 2)
		sum += e * e
	}
	return math.Sqrt(sum / phases)
}

// slope fits log error = a + p log h + c h, where c takes up the next order, to
// the eight finest of a ladder of steps that ends at errors of floor.
func slope(t *testing.T, m integrators.Implicit, p family, floor float64, inside bool) float64 {
	var h, e []float64
	for n := 3.0; n < 200; n *= 1.15 {
		if math.Floor(n) == math.Floor(n/1.15) {
			continue
		}
		v := failure(t, m, p, int(n), inside)
		if v < floor {
			break
		}
		h, e = append(h, p.end/math.Floor(n)), append(e, v)
	}
	first := max(0, len(h)-8)
	x, y := mat.NewDense(len(h)-first, 3, nil), mat.NewVecDense(len(h)-first, nil)
	for i := range h[first:] {
		x.SetRow(i, []float64{1, math.Log(h[first+i]), h[first+i]})
		y.SetVec(i, math.Log(e[first+i]))
	}
	var c mat.VecDense
	require.NoError(t, c.SolveVec(x, y))
	return c.AtVec(1)
}

// Package switching changes between an explicit and an implicit method as a
// problem turns stiff and back.
package switching

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
)

// Method starts with Explicit. It goes over to Stiff when h|λ|, estimated from
// two stages at one time, has been near the edge of Explicit's stability in most
// of the last steps: then stability and not accuracy sets the step. (Error control
// holds steps at two thirds to nine tenths of the edge itself.) It goes back
// when h ρ(J), by power iteration on the Jacobians that Stiff uses, has been well
// inside for some steps. The idea is Petzold's (1983), the test Shampine's (1977)
// with the counts of Hairer, Wanner (1996), section IV.2.
//
// It does not see stiffness where rounding holds the explicit steps short of the
// edge: Robertson's reaction at a tolerance of 1e-12, with absolute tolerances below
// the rounding of the terms that a component is the difference of, wants Stiff alone.
type Method struct {
	Explicit *integrators.Tableau
	Stiff    integrators.Implicit
}

// Limits of the test, in shares of the interval of stability and in steps.
const (
	edge, inside    = 0.6, 0.3
	stiffAfter      = 15
	calmAfter       = 6 // steps in a row that are not at the edge start the count anew
	nonstiffAfter   = 10
	powerIterations = 2
)

// String names both methods.
func (m Method) String() string { return fmt.Sprintf("%v/%v", m.Explicit, m.Stiff) }

// Order is the lower of the two methods' orders.
func (m Method) Order() (order, estimate int) {
	p, e := m.Explicit.Order()
	q, g := m.Stiff.Order()
	return min(p, q), min(e, g)
}

// Stepper is that of a dense Jacobian by differences.
func (m Method) Stepper(f integrators.Field, dim int) integrators.Stepper {
	s, err := m.Implicit(f, dim, integrators.Linearisation{})
	if err != nil {
		panic(err)
	}
	return s
}

// Implicit returns a stepper; a mass matrix is refused, since Explicit has none.
func (m Method) Implicit(f integrators.Field, dim int, l integrators.Linearisation) (integrators.Stepper, error) {
	if l.Mass != nil {
		return nil, fmt.Errorf("%w: %v takes no mass matrix; use %v alone", integrators.ErrLinearisation, m, m.Stiff)
	}
	s := &stepper{bound: m.Explicit.Boundary(), y: make([]float64, dim), v: make([]float64, dim), w: make([]float64, dim)}
	for i := range s.v { // no eigenvector is likely to be orthogonal to it
		s.v[i] = 1 + 0.5*math.Sin(float64(i+1))
	}
	watch := l.Watch
	l.Watch = func(j *jacobian.Matrix) {
		s.power(j)
		if watch != nil {
			watch(j)
		}
	}
	stiff, err := m.Stiff.Implicit(f, dim, l)
	if err != nil {
		return nil, err
	}
	if _, ok := stiff.(integrators.Chooser); ok {
		return nil, fmt.Errorf("%w: %v chooses its own steps and cannot be switched to", integrators.ErrLinearisation, m.Stiff)
	}
	s.explicit, s.stiff = m.Explicit.Stepper(f, dim), stiff
	if m.Explicit.Est == 0 || !m.Explicit.TellsStiffness() {
		return nil, fmt.Errorf("%w: %v cannot tell stiffness", integrators.ErrLinearisation, m.Explicit)
	}
	s.at, s.last = s.explicit, s.explicit
	return s, nil
}

type stepper struct {
	explicit, stiff integrators.Stepper
	at, last        integrators.Stepper // in use, and that of the last accepted step

	bound   float64
	t, h    float64
	y, next []float64
	fresh   bool      // at has just come into use and must be put at (t, y)
	v, w    []float64 // of the power iteration
	radius  float64
	edgy    int // steps at the edge
	calm    int // in a row that were not
}

func (s *stepper) Reset(t float64, y []float64) error {
	s.t = t
	copy(s.y, y)
	s.edgy, s.calm, s.fresh = 0, 0, false
	return s.at.Reset(t, y)
}

func (s *stepper) Try(dst, estimate []float64, h float64) error {
	if s.fresh {
		if err := s.at.Reset(s.t, s.y); err != nil {
			return err
		}
		s.fresh = false
	}
	s.h, s.next = h, dst
	return s.at.Try(dst, estimate, h)
}

func (s *stepper) Accept() {
	s.at.Accept()
	s.last = s.at
	s.t += s.h
	copy(s.y, s.next)
	if s.at == s.explicit {
		s.watchEdge()
	} else {
		s.watchCalm()
	}
}

// watchEdge goes over to the stiff method after stiffAfter steps at the edge.
func (s *stepper) watchEdge() {
	if x := s.explicit.(integrators.Stiffness).Stiffness(); x > edge*s.bound {
		if s.edgy, s.calm = s.edgy+1, 0; s.edgy == stiffAfter {
			s.change(s.stiff)
		}
	} else if s.edgy > 0 {
		if s.calm++; s.calm == calmAfter {
			s.edgy, s.calm = 0, 0
		}
	}
}

// watchCalm goes back after nonstiffAfter steps in a row well inside.
func (s *stepper) watchCalm() {
	if math.Abs(s.h)*s.radius > inside*s.bound {
		s.calm = 0
	} else if s.calm++; s.calm == nonstiffAfter {
		s.change(s.explicit)
	}
}

func (s *stepper) change(to integrators.Stepper) {
	s.at, s.fresh, s.edgy, s.calm = to, true, 0, 0
}

// power improves the estimate of J's spectral radius, with the vector that the
// last one left.
func (s *stepper) power(j *jacobian.Matrix) {
	for range powerIterations {
		norm := floats.Norm(s.v, 2)
		floats.Scale(1/norm, s.v)
		j.MulVec(s.w, s.v)
		s.radius = floats.Norm(s.w, 2)
		if !(s.radius > 0) || math.IsInf(s.radius, 0) {
			return // nothing to go on from: J is zero there, or not finite
		}
		s.v, s.w = s.w, s.v
	}
}

func (s *stepper) Counts() integrators.Counts {
	a, b := s.explicit.Counts(), s.stiff.Counts()
	return integrators.Counts{Evaluations: a.Evaluations + b.Evaluations, Jacobians: a.Jacobians + b.Jacobians,
		Factorisations: a.Factorisations + b.Factorisations, Iterations: a.Iterations + b.Iterations}
}

// Interpolate is that of the method which took the last step.
func (s *stepper) Interpolate(dst []float64, theta float64) error {
	return s.last.(integrators.Interpolator).Interpolate(dst, theta)
}

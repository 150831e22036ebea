package stochastic

import "github.com/ito-sde/ito/sde/noise"

// Strang splits an equation of [Semilinear] symmetrically into its linear part,
// solved exactly, and dy = f dt + b dw, for which Base makes the step Φ:
//
//	y_1 = e^(Ah/2) Φ(e^(Ah/2) y).
//
// Base's calculus, noise and needs. Strong order that of Base, at most 1, as AbhH is
// left out; weak order that of Base, at most 2. Evaluations of f and b are Base's;
// memory and time for functions of A as [ExponentialEuler].
//
// Strang (1968), "On the construction and comparison of difference schemes"; Buckwar,
// Samson, Tamborrino, Tubikanec (2022), "A splitting method for SDEs with locally
// Lipschitz drift".
type Strang struct {
	Base Method // nil means DRI1
}

func (m Strang) base() Method {
	if m.Base == nil {
		return DRI1
	}
	return m.Base
}

// Calculus returns Base's.
func (m Strang) Calculus() Calculus { return m.base().Calculus() }

// Structure returns Base's.
func (m Strang) Structure() Structure { return m.base().Structure() }

// Orders returns Base's, at most 1 and 2.
func (m Strang) Orders(on Structure) (strong, weak float64) {
	strong, weak = m.base().Orders(on)
	return min(strong, 1), min(weak, 2)
}

// Needs returns Base's.
func (m Strang) Needs(on Structure) noise.Functionals { return Needs(m.base(), on) }

func (m Strang) needsDerivative() bool {
	d, ok := m.base().(differentiator)
	return ok && d.needsDerivative()
}

func (m Strang) fits(s *System) string {
	if s.semilinear == nil {
		return semilinearRemedy
	}
	if f, ok := m.base().(fitter); ok {
		return f.fits(&s.semilinear.f)
	}
	return ""
}

// Stepper returns a stepper for up to rows rows of s. It panics if s is not made by
// [Semilinear], or does not suit Base.
func (m Strang) Stepper(s *System, rows int) Stepper {
	c := newScratch(s, rows)
	e := newExponential(c, s)
	return &strang{e, m.base().Stepper(&s.semilinear.f, rows), make([]float64, len(c.a))}
}

type strang struct {
	exponential
	base   Stepper
	middle []float64
}

func (st *strang) Step(dst []float64, t, h float64, y, dw []float64) error {
	p := st.propagators(&st.kept, h/2)
	before, after := st.a[:len(y)], st.middle[:len(y)]
	p.exp.put(before, y)
	if err := st.base.Step(after, t, h, before, dw); err != nil {
		return err
	}
	p.exp.put(dst, after)
	return nil
}

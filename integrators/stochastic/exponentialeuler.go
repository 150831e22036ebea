package stochastic

import "gonum.org/v1/gonum/floats"

// ExponentialEuler is Euler–Maruyama's method with the linear part of [Semilinear]
// exact, and the noise carried by the mean of e^(A(h−s)) given Δw,
//
//	y_1 = e^(Ah) y + φ_1(Ah) (h f(t, y) + b(t, y) Δw),   φ_1(z) = (e^z − 1)/z,
//
// so that a stiff A needs no short steps.
//
// Itô, any noise, strong order ½ (1 for additive noise), weak order 1, one
// evaluation of f and b. A step of a new length computes and allocates functions of
// A, O(n³) where it is not diagonal; the last four lengths are kept.
//
// Jentzen, Kloeden (2009), "Overcoming the order barrier in the numerical
// approximation of stochastic partial differential equations with additive
// space–time noise"; Lord, Rougemont (2004), "A numerical scheme for stochastic PDEs
// with Gevrey regularity", with e^(Ah) in the place of φ_1 of the noise.
type ExponentialEuler struct{}

// Calculus returns Ito.
func (ExponentialEuler) Calculus() Calculus { return Ito }

// Structure returns General.
func (ExponentialEuler) Structure() Structure { return General }

// Orders returns ½, or 1 for additive noise, and 1.
func (ExponentialEuler) Orders(on Structure) (strong, weak float64) {
	return EulerMaruyama{}.Orders(on)
}

func (ExponentialEuler) fits(s *System) string { return fitsSemilinear(s) }

// Stepper returns a stepper for up to rows rows of s. It panics if s is not made by
// [Semilinear].
func (ExponentialEuler) Stepper(s *System, rows int) Stepper {
	c := newScratch(s, rows)
	return &exponentialEuler{newExponential(c, s)}
}

// exponential is what the methods with exact linear part share.
type exponential struct {
	scratch
	*semilinear
	kept []*propagators
}

func newExponential(c scratch, s *System) exponential {
	if s.semilinear == nil {
		panic("stochastic: not a semilinear equation; " + semilinearRemedy)
	}
	return exponential{c, s.semilinear, make([]*propagators, 0, 4)}
}

type exponentialEuler struct{ exponential }

func (e *exponentialEuler) Step(dst []float64, t, h float64, y, dw []float64) error {
	e.check(dst, y, dw)
	p := e.propagators(&e.kept, h)
	moved := e.a[:len(y)]
	if err := e.f.Drift(moved, t, y); err != nil {
		return err
	}
	floats.Scale(h, moved)
	b, err := e.diffusion(e.b, t, y)
	if err != nil {
		return err
	}
	e.addNoise(moved, 1, b, dw)
	p.exp.put(dst, y)
	p.phi1.add(dst, 1, moved)
	return nil
}

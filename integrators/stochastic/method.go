package stochastic

import (
	"errors"
	"fmt"

	"github.com/ito-sde/ito/sde/noise"
)

// Method is a one-step formula: immutable, comparable and safe to share. All
// scratch memory belongs to the Stepper it makes.
type Method interface {
	// Calculus is the one whose solution the method converges to.
	Calculus() Calculus
	// Structure is the widest one that the method is made for.
	Structure() Structure
	// Orders returns the strong and the weak order of convergence on systems of
	// a structure: max_k √E|y_k − y(t_k)|² = O(h^strong) on the same Brownian
	// path, and |E φ(y_k) − E φ(y(t_k))| = O(h^weak) for smooth φ.
	Orders(on Structure) (strong, weak float64)
	// Stepper returns a stepper for up to rows rows of states of s. Callers
	// make sure of [Check].
	Stepper(s *System, rows int) Stepper
}

// Stepper carries rows of states over a step. It owns its scratch and belongs
// to one goroutine; its calls allocate nothing.
type Stepper interface {
	// Step writes the states at t+h of the rows y to dst, given the rows dw of
	// Brownian increments over the step, NoiseDim numbers each, of variance |h|,
	// and after them the further functionals of the path that the method [Needs],
	// in the layout of [noise.Functionals].
	// With h < 0 it integrates backwards in time, the increments being those
	// of a Brownian motion in reverse time: Itô then means b at the right end.
	// dst may not alias y. Errors are those of the system's functions.
	Step(dst []float64, t, h float64, y, dw []float64) error
}

// PathMethod is a Method whose steps need more of a Brownian path than its
// increment.
type PathMethod interface {
	Method
	// Needs is the functionals of the path over a step, beside its increment, on
	// noise of a structure.
	Needs(on Structure) noise.Functionals
}

// Needs returns the functionals of a path that a method's steps take beside the
// increments on noise of a structure: none unless it is a [PathMethod].
func Needs(m Method, on Structure) noise.Functionals {
	if p, ok := m.(PathMethod); ok {
		return p.Needs(on)
	}
	return 0
}

// ErrMethod is wrapped by a [MismatchError].
var ErrMethod = errors.New("stochastic: method not valid for the system")

// MismatchError says why a method is refused on a system. It wraps [ErrMethod].
type MismatchError struct {
	Method    Method
	Calculus  Calculus  // of the system
	Structure Structure // of the system
	Remedy    string
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("%v: %T is for %v noise in the sense of %v, the system has %v noise in the sense of %v; %s",
		ErrMethod, e.Method, e.Method.Structure(), e.Method.Calculus(), e.Structure, e.Calculus, e.Remedy)
}

// Unwrap returns [ErrMethod].
func (e *MismatchError) Unwrap() error { return ErrMethod }

// differentiator is a Method that may need System.DiffusionDerivative.
type differentiator interface{ needsDerivative() bool }

// fitter is a Method that asks more of a system than a structure: it returns the
// remedy, or nothing if the system fits.
type fitter interface {
	fits(s *System) (remedy string)
}

// Check validates a system and reports whether a method converges to its
// solution: that its noise is within the method's structure, that its calculus
// is the method's (they agree for additive noise), and that it has the derivative
// or the form that the method needs. The errors wrap [ErrSystem], or are a
// *[MismatchError].
func Check(m Method, s *System) error {
	if err := s.Validate(); err != nil {
		return err
	}
	refuse := func(remedy string) error {
		return &MismatchError{m, s.Calculus, s.Structure, remedy}
	}
	if !s.Structure.Within(m.Structure()) {
		return refuse("take EulerMaruyama (Itô) or Heun (Stratonovich), or declare the structure if the noise has it")
	}
	if s.Calculus != m.Calculus() && !s.Structure.IsAdditive() {
		return refuse("take a method of the system's calculus, or convert the drift by ∓½ Σ_k (∂b_k/∂y) b_k")
	}
	if d, ok := m.(differentiator); ok && d.needsDerivative() && s.DiffusionDerivative == nil && !s.Structure.IsAdditive() {
		return refuse("set System.DiffusionDerivative, or take Platen, which does without")
	}
	if f, ok := m.(fitter); ok {
		if remedy := f.fits(s); remedy != "" {
			return refuse(remedy)
		}
	}
	return nil
}

// Package integrators holds one-step formulas for ordinary differential
// equations y' = f(t, y): it knows a step and nothing of loops over time,
// tolerances or output, which live in package ode.
package integrators

import (
	"errors"

	"github.com/ito-sde/ito/integrators/jacobian"
)

// Field evaluates dst = f(t, y). y is one state, or rows of states laid out one
// after the other; dst has its length and never aliases it. A Field may return
// an error, which ends the solve and is passed on wrapped.
type Field func(dst []float64, t float64, y []float64) error

// Method is a one-step formula: immutable, comparable and safe to share. All
// scratch memory belongs to the Stepper it makes.
type Method interface {
	// Order returns the order of the solution and that of the error estimate's
	// companion; estimate is 0 where the method has none.
	Order() (order, estimate int)
	// Stepper returns a stepper for f on states of dim numbers.
	Stepper(f Field, dim int) Stepper
}

// Stepper carries one integration from step to step. It owns its scratch and
// belongs to one goroutine; none of its calls but the first allocates.
type Stepper interface {
	// Reset puts the stepper at the state y at time t, copying y. Nothing of an
	// earlier integration is kept but the memory and the counts.
	Reset(t float64, y []float64) error
	// Try computes the state at t+h into dst and, where the method has one, the
	// local error estimate into estimate (nil: not wanted). It may be called
	// again with another h. An error that wraps ErrDiverged asks for a shorter
	// step; any other ends the integration.
	Try(dst, estimate []float64, h float64) error
	// Accept moves to the state computed by the last Try.
	Accept()
	// Counts tells the work done since the stepper was made.
	Counts() Counts
}

// Counts is the work of a stepper.
type Counts struct {
	Evaluations    int // of the field, those of differences for Jacobians among them
	Jacobians      int
	Factorisations int // of matrices, a complex one counting as one
	Iterations     int // of Newton's or a fixed-point method
}

// Interpolator is a Stepper that can fill in the last accepted step.
type Interpolator interface {
	// Interpolate writes the state at t + θ h of the last accepted step,
	// 0 ≤ θ ≤ 1. Some methods evaluate the field for it, once a step, and pass
	// on its error.
	Interpolate(dst []float64, theta float64) error
}

// Compensated is a Stepper whose sum of steps loses nothing to rounding: what is
// rounded off one step is added to the next, so that the error of n steps is that
// of a few roundings instead of √n to n of them.
type Compensated interface {
	// Carry lends the vector of what the state still lacks. Reset clears it; who
	// goes on from the state of an earlier integration writes it there after
	// Reset, and the sum is as if it had never been interrupted.
	Carry() []float64
}

// Chooser is a Stepper that chooses its own order, and with it its steps: the
// driver asks it instead of its controller.
type Chooser interface {
	// Choose returns the length (with the sign of h) of the step to try next.
	// It is called after a Try of length h whose error norm was norm: if norm
	// is at most 1 after Accept, else after the rejection. Component i of an
	// error counts in the norm with weights[i] = 1/(ATol + RTol |y_i|).
	Choose(h, norm float64, weights []float64) float64
}

// Linearisation is what an implicit method is told beyond f. Its zero value: a
// dense Jacobian by differences and M the identity.
type Linearisation struct {
	Jacobian jacobian.Func     // nil: by differences
	Pattern  *jacobian.Pattern // of the Jacobian; nil: dense
	// Mass is M of M y' = f(t, y), its entries within Pattern; nil: the
	// identity. A singular M makes a differential-algebraic equation, of index
	// 1 where the methods are to hold their order.
	Mass *jacobian.Matrix
	// Watch, where it is not nil, is lent every Jacobian that is computed.
	Watch func(*jacobian.Matrix)
	// RTol and ATol are the tolerances that iterations are carried to; both 0:
	// to a few units of rounding.
	RTol, ATol float64
}

// Implicit is a Method that solves equations in every step. Its plain Stepper
// is that of a zero Linearisation.
type Implicit interface {
	Method
	// Implicit returns a stepper for M y' = f(t, y) on states of dim numbers.
	// The error names what the method cannot honour, for example a mass matrix.
	Implicit(f Field, dim int, l Linearisation) (Stepper, error)
}

// Errors of implicit steppers.
var (
	// ErrDiverged is wrapped by a Try whose iteration did not converge or met a
	// singular matrix; a shorter step may succeed.
	ErrDiverged = errors.New("integrators: iteration does not converge")
	// ErrLinearisation is wrapped by Implicit.
	ErrLinearisation = errors.New("integrators: bad linearisation")
)

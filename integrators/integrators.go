// Package integrators holds one-step formulas for ordinary differential
// equations y' = f(t, y): it knows a step and nothing of loops over time,
// tolerances or output, which live in package ode.
package integrators

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
	// Reset puts the stepper at the state y at time t, copying y.
	Reset(t float64, y []float64) error
	// Try computes the state at t+h into dst and, where the method has one, the
	// local error estimate into estimate (nil: not wanted). It may be called
	// again with another h.
	Try(dst, estimate []float64, h float64) error
	// Accept moves to the state computed by the last Try.
	Accept()
}

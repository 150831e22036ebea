package ode

import (
	"errors"
	"fmt"
)

// The reasons why a solve ends early. Every one comes as an *Error, with the last
// good state in the Result beside it, from which a later solve can go on.
var (
	ErrConfig    = errors.New("ode: bad configuration")
	ErrStepSize  = errors.New("ode: step size fell to the resolution of time")
	ErrMaxSteps  = errors.New("ode: too many steps")
	ErrNotFinite = errors.New("ode: state is not finite")
	ErrEvents    = errors.New("ode: bad event")
)

// Error says where a solve ended.
type Error struct {
	Cause     error // a sentinel of this package, the field's error, or the context's
	T, H      float64
	Norm      float64 // of the last error estimate; 1 is the tolerance
	Component int     // with the largest share in it, or that is not finite; −1: none
}

// Error names the cause, time, step and component.
func (e *Error) Error() string {
	return fmt.Sprintf("%v at t = %v, h = %v (error norm %.3g, component %d)", e.Cause, e.T, e.H, e.Norm, e.Component)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

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

// Error names the cause, time, and as far as there are any the step, the error norm
// and the component.
func (e *Error) Error() string {
	s := fmt.Sprintf("%v at t = %v", e.Cause, e.T)
	if e.H != 0 {
		s += fmt.Sprintf(", h = %v", e.H)
	}
	if e.Norm != 0 {
		s += fmt.Sprintf(", error norm %.3g", e.Norm)
	}
	if e.Component >= 0 {
		s += fmt.Sprintf(", component %d", e.Component)
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

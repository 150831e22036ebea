package integrators

import (
	"fmt"

	"github.com/ito-sde/ito/integrators/jacobian"
)

// Linear is the part that all implicit steppers share: f with its derivative,
// counted.
type Linear struct {
	Linearisation
	J      *jacobian.Matrix // as of the last Linearise
	Counts Counts

	f     Field
	diffs *jacobian.Differences
}

// NewLinear checks a Linearisation against a state of dim numbers.
func NewLinear(f Field, dim int, l Linearisation) (*Linear, error) {
	if l.Pattern == nil {
		l.Pattern = jacobian.Dense(dim)
	}
	if n := l.Pattern.Order(); n != dim {
		return nil, fmt.Errorf("%w: Jacobian pattern of order %d, state of %d numbers", ErrLinearisation, n, dim)
	}
	if l.Mass != nil {
		if n := l.Mass.Pattern().Order(); n != dim {
			return nil, fmt.Errorf("%w: mass matrix of order %d, state of %d numbers", ErrLinearisation, n, dim)
		}
		if i, j, ok := l.Mass.Within(l.Pattern); !ok {
			return nil, fmt.Errorf("%w: entry (%d, %d) of the mass matrix lies outside the Jacobian's pattern", ErrLinearisation, i, j)
		}
	}
	s := &Linear{Linearisation: l, J: l.Pattern.New(), f: f}
	if l.Jacobian == nil {
		floor := 0.0
		if l.RTol > 0 {
			floor = l.ATol / l.RTol
		}
		s.diffs = jacobian.NewDifferences(l.Pattern, f, floor)
	}
	return s, nil
}

// Sharpen makes a Jacobian by differences one of second order, at twice the
// evaluations, for a method whose error it enters.
func (l *Linear) Sharpen() {
	if l.diffs != nil {
		l.diffs.Sharpen()
	}
}

// Eval is dst = f(t, y), counted.
func (l *Linear) Eval(dst []float64, t float64, y []float64) error {
	l.Counts.Evaluations++
	return l.f(dst, t, y)
}

// Linearise sets J = ∂f/∂y at (t, y), where f0 = f(t, y).
func (l *Linear) Linearise(t float64, y, f0 []float64) error {
	l.Counts.Jacobians++
	if l.diffs != nil {
		l.Counts.Evaluations += l.diffs.Evaluations()
		if err := l.diffs.Eval(l.J, t, y, f0); err != nil {
			return err
		}
	} else {
		l.J.Zero()
		if err := l.Jacobian(l.J, t, y); err != nil {
			return err
		}
	}
	if l.Watch != nil {
		l.Watch(l.J)
	}
	return nil
}

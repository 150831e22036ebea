package stochastic

import (
	"fmt"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/integrators/jacobian"
)

// DriftImplicitEuler takes the drift at the right end of the step,
//
//	y_1 = y + a(t+h, y_1) h + b(t, y) Δw,
//
// so that stiff drifts need no short steps: on dy = −ky dt + b dw it multiplies
// by 1/(1 + kh). Newton's method solves the equation row by row, with J = ∂a/∂y
// by differences, anew where an iteration gains less than a digit.
//
// Itô, any noise, strong order ½ (1 for additive noise), weak order 1. A row
// costs an evaluation of a in every iteration, and for each J one per group of
// columns of Pattern and a factorisation; a linear drift two iterations and one J.
//
// Kloeden, Platen (1992), section 12.2.
type DriftImplicitEuler struct {
	// Pattern is that of J for a row; nil means dense.
	Pattern *jacobian.Pattern
}

// Calculus returns Ito.
func (DriftImplicitEuler) Calculus() Calculus { return Ito }

// Structure returns General.
func (DriftImplicitEuler) Structure() Structure { return General }

// Orders returns ½, or 1 for additive noise, and 1.
func (DriftImplicitEuler) Orders(on Structure) (strong, weak float64) {
	return EulerMaruyama{}.Orders(on)
}

func (m DriftImplicitEuler) fits(s *System) string { return fitsPattern(m.Pattern, s) }

// Stepper returns a stepper for up to rows rows of s. It panics if Pattern is of
// another order than s.
func (m DriftImplicitEuler) Stepper(s *System, rows int) Stepper {
	return newDriftImplicit(s, rows, m.Pattern, 1)
}

// DriftTheta weighs the drift at both ends of the step,
//
//	y_1 = y + h ((1−θ) a(t, y) + θ a(t+h, y_1)) + b(t, y) Δw,
//
// which for θ ≥ ½ is stable on all stiff drifts. θ = ½, the trapezoidal rule, gives
// linear equations with additive noise their exact stationary law at every h.
//
// Itô, any noise, strong order ½ (1 for additive noise), weak order 1, and 2 for
// additive noise if θ = ½. It costs an evaluation of a more than [DriftImplicitEuler].
//
// Kloeden, Platen (1992), section 12.2; Higham (2000), "Mean-square and asymptotic
// stability of the stochastic theta method".
type DriftTheta struct {
	// Theta is θ, from ½ to 1; 0 means ½.
	Theta float64
	// Pattern is that of ∂a/∂y for a row; nil means dense.
	Pattern *jacobian.Pattern
}

func (m DriftTheta) theta() float64 {
	if m.Theta == 0 {
		return 0.5
	}
	return m.Theta
}

// Calculus returns Ito.
func (DriftTheta) Calculus() Calculus { return Ito }

// Structure returns General.
func (DriftTheta) Structure() Structure { return General }

// Orders returns ½, or 1 for additive noise, and 1, or 2 for additive noise if θ = ½.
func (m DriftTheta) Orders(on Structure) (strong, weak float64) {
	strong, weak = EulerMaruyama{}.Orders(on)
	if on.IsAdditive() && m.theta() == 0.5 {
		weak = 2
	}
	return strong, weak
}

func (m DriftTheta) fits(s *System) string {
	if !(m.theta() >= 0.5 && m.theta() <= 1) {
		return "give DriftTheta a Theta from ½ to 1"
	}
	return fitsPattern(m.Pattern, s)
}

// Stepper returns a stepper for up to rows rows of s. It panics if Pattern is of
// another order than s.
func (m DriftTheta) Stepper(s *System, rows int) Stepper {
	return newDriftImplicit(s, rows, m.Pattern, m.theta())
}

type driftImplicit struct {
	scratch
	*newton
	theta float64
}

func newDriftImplicit(s *System, rows int, p *jacobian.Pattern, theta float64) Stepper {
	c := newScratch(s, rows)
	return &driftImplicit{c, newNewton(s.Drift, s.Dim, p), theta}
}

func (d *driftImplicit) Step(dst []float64, t, h float64, y, dw []float64) error {
	d.check(dst, y, dw)
	b, err := d.diffusion(d.b, t, y)
	if err != nil {
		return err
	}
	known := d.a[:len(y)] // y + (1−θ) h a + b Δw
	if d.theta == 1 {
		copy(known, y)
	} else {
		if err := d.s.Drift(known, t, y); err != nil {
			return err
		}
		floats.Scale((1-d.theta)*h, known)
		floats.Add(known, y)
	}
	d.addNoise(known, 1, b, dw)
	copy(dst, y)
	for r := 0; r < len(y); r += d.s.Dim {
		if err := d.solve(dst[r:r+d.s.Dim], known[r:r+d.s.Dim], t+h, d.theta*h); err != nil {
			return fmt.Errorf("row %d of the step from t = %v by %v: %w", r/d.s.Dim, t, h, err)
		}
	}
	return nil
}

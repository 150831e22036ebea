package stochastic

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
)

// ErrNewton is wrapped by the error of an implicit step whose equation Newton's
// method did not solve.
var ErrNewton = errors.New("stochastic: Newton's method does not converge")

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

func (m DriftImplicitEuler) fits(s *System) string {
	if m.Pattern != nil && m.Pattern.Order() != s.Dim {
		return fmt.Sprintf("make the Jacobian's pattern of order %d", s.Dim)
	}
	return ""
}

// Stepper returns a stepper for up to rows rows of s. It panics if Pattern is of
// another order than s.
func (m DriftImplicitEuler) Stepper(s *System, rows int) Stepper {
	c := newScratch(s, rows)
	linear, err := integrators.NewLinear(s.Drift, s.Dim, integrators.Linearisation{Pattern: m.Pattern})
	if err != nil {
		panic(err.Error())
	}
	return &driftImplicit{c, linear, jacobian.NewLU[float64](linear.Pattern), make([]float64, s.Dim)}
}

type driftImplicit struct {
	scratch
	linear *integrators.Linear
	lu     *jacobian.LU[float64]
	delta  []float64
}

func (d *driftImplicit) Step(dst []float64, t, h float64, y, dw []float64) error {
	d.check(dst, y, dw)
	b, err := d.diffusion(d.b, t, y)
	if err != nil {
		return err
	}
	known := d.a[:len(y)] // y + b Δw
	copy(known, y)
	d.addNoise(known, 1, b, dw)
	copy(dst, y)
	for r := 0; r < len(y); r += d.s.Dim {
		if err := d.solve(dst[r:r+d.s.Dim], known[r:r+d.s.Dim], t+h, h); err != nil {
			return fmt.Errorf("row %d of the step from t = %v by %v: %w", r/d.s.Dim, t, h, err)
		}
	}
	return nil
}

// newtonIterations is far beyond what a step short enough to be of use needs.
const newtonIterations = 50

// solve finds x = known + h a(t, x) from the x it is given, to rounding.
func (d *driftImplicit) solve(x, known []float64, t, h float64) error {
	const rounding = 1e-15 // a few units, beside the state
	size, contraction := math.Inf(1), 1.0
	for k := range newtonIterations {
		if err := d.linear.Eval(d.delta, t, x); err != nil {
			return err
		}
		if k == 0 || contraction > 0.1 {
			if err := d.linear.Linearise(t, x, d.delta); err != nil {
				return err
			}
			if err := d.lu.Factor(1/h, nil, d.linear.J); err != nil {
				return fmt.Errorf("%w: %w", ErrNewton, err)
			}
		}
		for i, v := range x {
			d.delta[i] -= (v - known[i]) / h
		}
		d.lu.Solve(d.delta)
		floats.Add(x, d.delta)
		before := size
		size = floats.Norm(d.delta, math.Inf(1))
		contraction = size / before
		scale := floats.Norm(x, math.Inf(1)) + floats.Norm(known, math.Inf(1))
		// What is left is size·θ/(1 − θ), θ the contraction. Corrections that are
		// small and do not shrink are the rounding of the drift.
		if size <= rounding*scale || k > 0 && contraction < 0.5 && 2*size*contraction <= rounding*scale ||
			contraction > 0.5 && size <= 1e-12*scale {
			return nil
		}
		if math.IsNaN(size) {
			break
		}
	}
	return fmt.Errorf("%w: correction %.3g at t = %v, state %.6g; take shorter steps", ErrNewton, size, t, x)
}

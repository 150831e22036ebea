package stochastic

import (
	"fmt"

	"github.com/ito-sde/ito/integrators/jacobian"
)

// ImplicitMidpoint takes drift and diffusion at the middle of the step's ends,
//
//	y_1 = y + a(t+h/2, ȳ) h + b(t+h/2, ȳ) Δw,   ȳ = ½ (y + y_1),
//
// found by Newton's method row by row. It keeps quadratic invariants of the
// equation to rounding, whatever the path and the step, and is symplectic on
// Hamiltonian systems dy = J∇H_0 dt + Σ J∇H_k ∘ dw_k.
//
// On multiplicative noise an increment that is large beside 1/|∂b/∂y| can leave the
// equation without a solution: an error that wraps [ErrNewton], after which
// shorter steps help.
//
// Stratonovich, any noise, strong order 1 for commutative noise and ½ otherwise,
// weak order 1. A row costs an evaluation of a and b in every iteration, and for
// each Jacobian one per group of columns of Pattern and a factorisation. On noise
// of size 0 it is the implicit midpoint rule, of order 2.
//
// Milstein, Repin, Tretyakov (2002), "Numerical methods for stochastic systems
// preserving symplectic structure", section 4, there with bounded increments.
type ImplicitMidpoint struct {
	// Pattern is that of ∂a/∂y and of all ∂b_k/∂y for a row; nil means dense.
	Pattern *jacobian.Pattern
}

// Calculus returns Stratonovich.
func (ImplicitMidpoint) Calculus() Calculus { return Stratonovich }

// Structure returns General.
func (ImplicitMidpoint) Structure() Structure { return General }

// Orders returns 1, or ½ for general noise, and 1.
func (ImplicitMidpoint) Orders(on Structure) (strong, weak float64) { return EulerHeun{}.Orders(on) }

func (m ImplicitMidpoint) fits(s *System) string { return fitsPattern(m.Pattern, s) }

// Stepper returns a stepper for up to rows rows of s. It panics if Pattern is of
// another order than s.
func (m ImplicitMidpoint) Stepper(s *System, rows int) Stepper {
	st := &implicitMidpoint{scratch: newScratch(s, rows), row: make([]float64, s.DiffusionLen(1))}
	// The equation is ȳ = y + ½h F, F = a + b Δw/h.
	st.newton = newNewton(func(dst []float64, t float64, y []float64) error {
		if err := s.Drift(dst, t, y); err != nil {
			return err
		}
		b, err := st.diffusion(st.row, t, y)
		if err != nil {
			return err
		}
		st.addNoise(dst, 1/st.h, b, st.w)
		return nil
	}, s.Dim, m.Pattern)
	return st
}

type implicitMidpoint struct {
	scratch
	*newton
	row, w []float64 // b and Δw of the present row
	h      float64
}

func (st *implicitMidpoint) Step(dst []float64, t, h float64, y, dw []float64) error {
	st.check(dst, y, dw)
	n, m := st.s.Dim, st.s.Noises()
	st.h = h
	copy(dst, y)
	for r := range len(y) / n {
		st.w = dw[r*m : (r+1)*m]
		x := dst[r*n : (r+1)*n]
		if err := st.solve(x, y[r*n:(r+1)*n], t+h/2, h/2); err != nil {
			return fmt.Errorf("row %d of the step from t = %v by %v: %w", r, t, h, err)
		}
		for i, v := range y[r*n : (r+1)*n] {
			x[i] = 2*x[i] - v
		}
	}
	return nil
}

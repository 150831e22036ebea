// Package fokkerplanck solves the equation of the density of a diffusion on the
// line,
//
//	∂p/∂t = −∂J/∂x,   J = a(x, t) p − ∂(D(x, t) p)/∂x,
//
// for dx = a dt + b dw in the sense of Itô, D = b²/2, between walls that reflect
// or absorb, or on a ring. Finite volumes conserve mass to rounding, and
// exponential fitting keeps densities positive and stationary ones exact in
// shape. The same in the plane, ∂p/∂t = −∇·(a p − ∇·(D p)), for any tensor D.
//
//	density by steps        Solve, SolvePlane
//	  by adaptive steps     Evolve, EvolvePlane; Extrapolate
//	  without time          Stationary, StationaryPlane
//	  on a moving grid      Moving, Transport
//	  of equal law          Forward, Reverse, ForwardPlane, ReversePlane
//	exit, hitting           MeanExitTime, ExitMoments, Committor, Backward, BackwardPlane
//	relaxation              Rates, Modes, RingRates, ModesPlane
//	entropy, flux           EntropyProduction, EntropyProductionPlane, Flux
//	linear, any dimension   Moments, StationaryCovariance
//	particles               Compare, ComparePlane
//
// Risken (1989), chapters 4 to 6; Scharfetter, Gummel (1969); Chang, Cooper (1970).
package fokkerplanck

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/sde"
)

// ErrProblem is wrapped by every error about a problem, a grid or a density.
var ErrProblem = errors.New("fokkerplanck: bad problem")

// Wall is what happens at an end of the grid.
type Wall int

const (
	Reflecting Wall = iota // J = 0
	Absorbing              // p = 0
	Periodic               // the other end comes next; of both ends or none
)

// Problem is a diffusion: its drift a and its D = b²/2 ≥ 0.
type Problem struct {
	Drift     func(x, t float64) float64
	Diffusion func(x, t float64) float64
	// Left and Right are the walls of the grid.
	Left, Right Wall
	// Steady tells that drift and diffusion do not depend on t: they are asked
	// once.
	Steady bool
}

func (pr Problem) check(g Grid) error {
	switch {
	case pr.Drift == nil || pr.Diffusion == nil:
		return fmt.Errorf("%w: drift or diffusion is missing", ErrProblem)
	case g.Cells() < 3:
		return fmt.Errorf("%w: a grid of %d cells; want 3 or more", ErrProblem, g.Cells())
	case pr.Left < Reflecting || pr.Left > Periodic || pr.Right < Reflecting || pr.Right > Periodic,
		(pr.Left == Periodic) != (pr.Right == Periodic):
		return fmt.Errorf("%w: walls %d and %d; want constants, and both Periodic or none", ErrProblem, pr.Left, pr.Right)
	}
	return nil
}

func checkDensity(g Grid, p []float64) error {
	if len(p) != g.Cells() {
		return fmt.Errorf("%w: %d averages on %d cells; want one on each", ErrProblem, len(p), g.Cells())
	}
	for i, v := range p {
		if !(v >= 0) || math.IsInf(v, 0) {
			return fmt.Errorf("%w: density in cell %d, around x = %v, is %v; want it finite and not negative", ErrProblem, i, g.Centre(i), v)
		}
	}
	return nil
}

// Linear is the diffusion dx = f(t) x dt + g(t) dw of a forward process.
func Linear(p sde.Process) Problem {
	return Problem{
		Drift:     func(x, t float64) float64 { f, _ := p.Coefficients(t); return f * x },
		Diffusion: func(_, t float64) float64 { _, g := p.Coefficients(t); return 0.5 * g * g },
	}
}

// Scheme is a time-stepping formula.
type Scheme int

const (
	// TRBDF2 is a CrankNicolson step to t + γh and a BDF2 step from there,
	// γ = 2 − √2: second order, L-stable.
	// Bank, Coughran, Fichtner, Grosse, Rose, Smith (1985).
	TRBDF2 Scheme = iota
	// BackwardEuler is of first order and L-stable.
	BackwardEuler
	// CrankNicolson is (1 − ½hL)⁻¹ (1 + ½hL) with L as in the middle of the step:
	// of second order with half of the work of TRBDF2 and not L-stable: jumps in
	// the density ring. Crank, Nicolson (1947).
	CrankNicolson
)

// Config says how to step; Steps is required.
type Config struct {
	Steps  int
	Scheme Scheme
	// Observe is called, if it is not nil, with p0 and with the averages after
	// every step, which are valid during the call. Its error ends the solve.
	Observe func(t float64, p []float64) error
}

func (c Config) check(t0, t1 float64) error {
	if c.Steps < 1 || !(t1 > t0) || math.IsInf(t1-t0, 0) || c.Scheme < TRBDF2 || c.Scheme > CrankNicolson {
		return fmt.Errorf("%w: %d steps from %v to %v by scheme %d; want a step or more, forwards, by one of the constants", ErrProblem, c.Steps, t0, t1, c.Scheme)
	}
	return nil
}

// Solve carries the density p0, cell averages on g, from t0 to t1 and returns the
// cell averages there. Mass is conserved to rounding but for what walls absorb,
// and no average is negative, for any step. The error is of second order in the
// width of the cells, and of the scheme's in the step. A step is a few sweeps
// over the cells and allocates nothing.
//
// Backward Euler keeps densities positive by itself; no scheme of higher order
// does so for every step (Bolley, Crouzeix 1978). Where a step of one leaves a
// negative mass, it is blended with one of backward Euler by as much as it
// takes, cell by cell, like the fluxes of Zalesak (1979).
//
// The error wraps ErrProblem for a drift or diffusion that is not finite, a
// negative diffusion, or a p0 that is no density; a cancelled context ends the
// solve within a step. Once the solve has begun, the averages that come with an
// error, also one of Observe, are those after the last step made.
func Solve(ctx context.Context, pr Problem, g Grid, p0 []float64, t0, t1 float64, c Config) ([]float64, error) {
	if err := pr.check(g); err != nil {
		return nil, err
	}
	if err := checkDensity(g, p0); err != nil {
		return nil, err
	}
	if err := c.check(t0, t1); err != nil {
		return nil, err
	}
	s := newStepper(pr, g)
	p := append([]float64(nil), p0...)
	for i, v := range p {
		s.m[i] = v * g.Width(i)
	}
	t := t0
	for k := 0; ; k++ {
		if c.Observe != nil {
			if err := c.Observe(t, p); err != nil {
				return p, err
			}
		}
		if k == c.Steps {
			return p, nil
		}
		if err := ctx.Err(); err != nil {
			return p, err
		}
		next := t1
		if k < c.Steps-1 {
			next = t0 + (t1-t0)*(float64(k+1)/float64(c.Steps))
		}
		if err := s.step(c.Scheme, t, next); err != nil {
			return p, err
		}
		for i, v := range s.m {
			p[i] = v / g.Width(i)
		}
		t = next
	}
}

// Package stochastic holds one-step formulas for stochastic differential
// equations dy = a(t, y) dt + b(t, y) dw: it knows a step, given the Brownian
// increment over it and what other functionals of the path it needs, and nothing
// of random numbers or loops over time, which live in packages sde/noise and sde.
//
// What to take: EulerMaruyama (Itô) or Heun (Stratonovich) to begin with; for paths,
// SRA3 or SOSRA on additive noise, SRI1 or SOSRI on diagonal noise in Itô's sense
// and SlowRK on commutative noise in Stratonovich's, of strong order 1½, and
// MilsteinGeneral, of order 1, where the noise does not commute; for expectations,
// DRI1; TamedEuler or DriftImplicitEuler where the drift is superlinear or stiff,
// SKROCK or SROCK2 where it is stiff and large, ExponentialSRA or Strang where a
// linear part is; ImplicitMidpoint to keep invariants; QUICSORT for paths of a
// Langevin equation, BAOAB for its equilibrium.
// [Check] refuses a method on noise that it is not made for, and the [Catalogue]
// lists all.
package stochastic

import (
	"errors"
	"fmt"

	"github.com/ito-sde/ito/integrators"
)

// Calculus is the meaning of b dw: the limit of sums with b at the left end of
// every interval (Itô), or of sums with the mean of b at both ends
// (Stratonovich). They differ by a drift,
//
//	b ∘ dw = b dw + ½ Σ_k (∂b_k/∂y) b_k dt,
//
// which vanishes for additive noise. Kloeden, Platen (1992), section 4.9.
type Calculus uint8

const (
	Ito Calculus = iota
	Stratonovich
)

func (c Calculus) String() string { return [...]string{"Itô", "Stratonovich"}[c] }

// Structure is what is known of the diffusion b, a Dim×NoiseDim matrix, and
// with that the layout in which a system writes it. Each structure is a case
// of the ones that [Structure.Within] says it is within; General holds always.
type Structure uint8

const (
	// General is b(t, y) without conditions. Layout: a Dim×NoiseDim matrix per
	// row, row-major.
	General Structure = iota
	// Commutative noise obeys L^j b_k = L^k b_j, L^j = Σ_i b_ij ∂/∂y_i, for all
	// columns b_j, b_k of b; a single noise always does. Layout as General.
	Commutative
	// Diagonal noise has NoiseDim = Dim and b_i(t, y_i) driving coordinate i
	// alone. Layout: Dim numbers per row.
	Diagonal
	// Additive noise is b(t). Layout: one Dim×NoiseDim matrix for all rows.
	Additive
	// AdditiveDiagonal noise is a diagonal b(t). Layout: Dim numbers for all rows.
	AdditiveDiagonal
)

func (s Structure) String() string {
	return [...]string{"general", "commutative", "diagonal", "additive", "additive diagonal"}[s]
}

// IsDiagonal reports whether b is laid out as its diagonal.
func (s Structure) IsDiagonal() bool { return s == Diagonal || s == AdditiveDiagonal }

// IsAdditive reports whether b does not depend on the state.
func (s Structure) IsAdditive() bool { return s == Additive || s == AdditiveDiagonal }

// Within reports whether every diffusion of structure s is one of structure of.
func (s Structure) Within(of Structure) bool {
	switch of {
	case s, General:
		return true
	case Commutative:
		return s != General
	case Diagonal, Additive:
		return s == AdditiveDiagonal
	default:
		return false
	}
}

// System is a stochastic differential equation
//
//	dy = a(t, y) dt + b(t, y) dw,   w of NoiseDim independent Brownian motions,
//
// for rows of Dim numbers. Its functions are asked for several rows at once and
// may be called concurrently; what they write for a row must not depend on the
// other rows. Their errors end a solve and are passed on wrapped.
type System struct {
	Dim      int // numbers per row
	NoiseDim int // independent noises per row; 0 means Dim where Structure is diagonal

	// Drift writes a for rows of y.
	Drift integrators.Field
	// Diffusion writes b in the layout of Structure: Dim or Dim×NoiseDim
	// numbers per row of y; for additive noise once for all rows, with y nil.
	Diffusion integrators.Field
	// DiffusionDerivative writes ∂b_i/∂y_i, Dim numbers per row, of a diagonal
	// system. It may be nil; methods that need it say so.
	DiffusionDerivative integrators.Field

	Calculus  Calculus
	Structure Structure

	langevin   *langevin   // of the systems that Langevin makes
	pair       *System     // of those that Pair makes
	semilinear *semilinear // of those that Semilinear makes
}

// ErrSystem is wrapped by the errors about a System that is no equation.
var ErrSystem = errors.New("stochastic: not a system")

// Noises returns the number of noises per row.
func (s *System) Noises() int {
	if s.NoiseDim == 0 && s.Structure.IsDiagonal() {
		return s.Dim
	}
	return s.NoiseDim
}

// DiffusionLen returns how many numbers Diffusion writes for a number of rows.
func (s *System) DiffusionLen(rows int) int {
	n := s.Dim
	if !s.Structure.IsDiagonal() {
		n *= s.NoiseDim
	}
	if !s.Structure.IsAdditive() {
		n *= rows
	}
	return n
}

// Validate checks that the fields go together. The error wraps [ErrSystem].
func (s *System) Validate() error {
	switch {
	case s.Dim < 1:
		return fmt.Errorf("%w: Dim %d; want at least 1", ErrSystem, s.Dim)
	case s.Drift == nil || s.Diffusion == nil:
		return fmt.Errorf("%w: Drift and Diffusion must both be given; an equation without noise belongs to package ode", ErrSystem)
	case s.Calculus > Stratonovich:
		return fmt.Errorf("%w: Calculus %d; want Ito or Stratonovich", ErrSystem, uint8(s.Calculus))
	case s.Structure > AdditiveDiagonal:
		return fmt.Errorf("%w: Structure %d; want General, Commutative, Diagonal, Additive or AdditiveDiagonal", ErrSystem, uint8(s.Structure))
	case s.Structure.IsDiagonal() && s.NoiseDim != 0 && s.NoiseDim != s.Dim:
		return fmt.Errorf("%w: %v noise with Dim %d and NoiseDim %d; they must be equal, or NoiseDim left 0", ErrSystem, s.Structure, s.Dim, s.NoiseDim)
	case s.Noises() < 1:
		return fmt.Errorf("%w: NoiseDim %d; want at least 1 for %v noise", ErrSystem, s.NoiseDim, s.Structure)
	}
	return nil
}

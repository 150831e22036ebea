// Package models holds stochastic differential equations of which exact facts are
// known: means, variances, transitions, prices, stationary laws and passage
// times, each documented with its formula, so that a simulation can be held
// against them.
//
// A model is a struct of its constants. Its System is an equation for any method
// of sde and integrators/stochastic. Euler and Exact are methods that are made
// for a model: they do the same steps in one pass over memory.
package models

import (
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
)

// ErrModel is wrapped by the errors about a model's constants.
var ErrModel = errors.New("models: constants")

// Model is an equation with constants that can be checked.
type Model interface {
	comparable
	// System returns the equation.
	System() sde.System
	// Validate checks the constants. The error wraps ErrModel.
	Validate() error
}

// positive checks 0 < v < ∞ and finite checks finiteness, of a named constant.
func positive(name string, v float64) error {
	if !(v > 0) || math.IsInf(v, 1) {
		return fmt.Errorf("%w: %s %v must be finite and positive", ErrModel, name, v)
	}
	return nil
}

func finite(name string, v float64) error {
	if v-v != 0 {
		return fmt.Errorf("%w: %s %v must be finite", ErrModel, name, v)
	}
	return nil
}

// each lifts a function of a coordinate to rows.
func each(f func(x float64) float64) func(dst []float64, t float64, x []float64) error {
	return func(dst []float64, _ float64, x []float64) error {
		for i, v := range x {
			dst[i] = f(v)
		}
		return nil
	}
}

// EulerModel is a Model with the Euler–Maruyama step of its own.
type EulerModel interface {
	Model
	euler(y []float64, h, scale float64, z []float64)
}

// Euler is the Euler–Maruyama method for a model's System, in place and in one
// pass,
//
//	y ← y + a(y) h + b(y) √|h| z.
//
// It is stochastic.EulerMaruyama to rounding, for no other system than its
// model's. Maruyama (1955).
type Euler[M EulerModel] struct{ Model M }

// Calculus returns Ito.
func (Euler[M]) Calculus() stochastic.Calculus { return stochastic.Ito }

// Structure returns General.
func (Euler[M]) Structure() stochastic.Structure { return stochastic.General }

// Orders returns those of stochastic.EulerMaruyama.
func (Euler[M]) Orders(on stochastic.Structure) (strong, weak float64) {
	return stochastic.EulerMaruyama{}.Orders(on)
}

// Stepper returns a stepper. It panics unless s has the shape of the model's
// System.
func (e Euler[M]) Stepper(s *sde.System, _ int) stochastic.Stepper {
	shape(e.Model.System(), s)
	return inPlace(e.Model.euler)
}

// ExactModel is a Model whose transitions are known in closed form for a normal
// number per noise.
type ExactModel interface {
	Model
	exact(y []float64, h, scale float64, z []float64)
	strongOrder() float64
}

// Exact steps with the exact transition of a model's System, whatever the length
// of the step: its law has no error at all.
type Exact[M ExactModel] struct{ Model M }

// Calculus returns Ito.
func (Exact[M]) Calculus() stochastic.Calculus { return stochastic.Ito }

// Structure returns General.
func (Exact[M]) Structure() stochastic.Structure { return stochastic.General }

// Orders returns +Inf for the weak one; the strong one is what a path shares
// with the Brownian motion through its increments over steps.
func (e Exact[M]) Orders(stochastic.Structure) (strong, weak float64) {
	return e.Model.strongOrder(), math.Inf(1)
}

// Stepper returns a stepper. It panics unless s has the shape of the model's
// System.
func (e Exact[M]) Stepper(s *sde.System, _ int) stochastic.Stepper {
	shape(e.Model.System(), s)
	return inPlace(e.Model.exact)
}

func shape(model sde.System, s *sde.System) {
	if model.Dim != s.Dim || model.Noises() != s.Noises() || model.Structure != s.Structure {
		panic(fmt.Sprintf("models: a method of a model of %d numbers on a system of %d", model.Dim, s.Dim))
	}
}

// inPlace is a step in place on increments Δw = scale·z.
type inPlace func(y []float64, h, scale float64, z []float64)

var _ sde.Advancer = inPlace(nil)

// Step is that of stochastic.Stepper.
func (f inPlace) Step(dst []float64, _, h float64, y, dw []float64) error {
	copy(dst, y)
	f(dst, h, 1, dw)
	return nil
}

// Advance is that of sde.Advancer.
func (f inPlace) Advance(y []float64, _, h float64, z []float64) error {
	f(y, h, math.Sqrt(math.Abs(h)), z)
	return nil
}

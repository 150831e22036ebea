package gradientflow

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/divergence"
)

// Adversarial is one round of a generative adversarial network in function space:
// with the discriminator's logit d = ln p/q at its optimum, the generator's outputs
// G = x move to the least of
//
//	E[ −h(d(G)) + λ |G − G°|² ],   G° the outputs before.
//
// With h∘d taken as linear around G° the least is Euler's step of [Field] of length
// 1/(2λ),
//
//	G = G° + h'(d(G°)) ∇d(G°)/(2λ),
//
// and with h∘d itself the implicit Euler step G = G° + h'(d(G)) ∇d(G)/(2λ), which
// differs from it by terms of order 1/λ². The discriminator d does not change within
// a round: it is [Discriminator] of a classifier that was fitted to the particles
// before, or [Between] of the target and their [Matched] law.
type Adversarial struct {
	Rate   Rate
	Dim    int
	Lambda float64 // λ > 0
}

// Euler sets dst to the particles after the linear step from x, of length 1/(2λ). dst
// may not alias x.
//
// Errors: divergence.ErrNotFinite for a λ that is not positive or a velocity that is
// not finite; those of d.
func (a Adversarial) Euler(dst, x []float64, d Ratio) error {
	if err := a.check(x); err != nil {
		return err
	}
	if err := Field(d, a.Rate, a.Dim)(dst, 0, x); err != nil {
		return err
	}
	floats.Scale(0.5/a.Lambda, dst)
	floats.Add(dst, x)
	return nil
}

// proximalIterations bound the fixed-point iteration, which contracts by the
// Lipschitz constant of the velocity over 2λ.
const proximalIterations = 200

// Proximal sets dst to the particles at the minimum of the loss itself, found by
// fixed-point iteration from x to 1e-13 of its size. dst may not alias x.
//
// Errors: as for Euler, and divergence.ErrConvergence where λ is too small for the
// loss to be convex.
func (a Adversarial) Proximal(dst, x []float64, d Ratio) error {
	if err := a.check(x); err != nil {
		return err
	}
	velocity, next := Field(d, a.Rate, a.Dim), make([]float64, len(x))
	copy(dst, x)
	for range proximalIterations {
		if err := velocity(next, 0, dst); err != nil {
			return err
		}
		floats.Scale(0.5/a.Lambda, next)
		floats.Add(next, x)
		moved := floats.Distance(next, dst, math.Inf(1))
		copy(dst, next)
		if math.IsInf(moved, 1) {
			break
		}
		if moved <= 1e-13*(1+floats.Norm(dst, math.Inf(1))) {
			return nil
		}
	}
	return fmt.Errorf("%w: proximal step at λ = %v; raise it", divergence.ErrConvergence, a.Lambda)
}

func (a Adversarial) check(x []float64) error {
	if !(a.Lambda > 0) || math.IsInf(a.Lambda, 1) {
		return fmt.Errorf("%w: λ = %v; it must be positive", divergence.ErrNotFinite, a.Lambda)
	}
	return checkParticles(x, a.Dim, 1)
}

package guidance

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// Step says how far [DPS] goes along the gradient.
type Step struct {
	// Strength is ζ; 0: 1.
	Strength float64
	// Normalised divides by the length of the residual instead of by σ_y², for
	// exact observations and as the source does in its experiments; Strength then
	// has the unit 1/length.
	Normalised bool
}

// DPS guides by the likelihood of the denoised row,
//
//	D' = D + ζ (σ²/α) Jᵀ Aᵀ (y − A D)/σ_y²,
//
// (or over |y − A D|, normalised): p(y | x) is taken for p(y | x_0 = D), as if x
// left no doubt of x_0. It costs an evaluation and a gradient through the model.
//
// It is right where the observation is weak against what is not yet known, and
// too sure elsewhere. For data N(0, v) and y = x_0 + σ_y ε, with q = v/σ_y², the
// posterior is N(y q/(1+q), v/(1+q)); DPS ends at
//
//	reverse SDE        N(y (1 − e^(−q)),   v (1 − e^(−2q))/(2q)),
//	probability flow   N(y 2a F(a),        v e^(−q)),   a = √(q/2),
//
// F Dawson's integral: right to first order in q, and at q = 1 with means of
// 0.63 y and 0.72 y for 0.5 y and variances of 0.43 v and 0.37 v for 0.5 v. Where
// q is large its equation is stiff as well, with a rate of q: use many steps, or
// another method.
//
// Chung, Kim, Mccann, Klasky, Ye (2023), "Diffusion posterior sampling for general
// noisy inverse problems", theorem 1 and eq. 16. Their algorithm 1 takes the gradient's
// step after the sampler's, of one length whatever the sampler's step: its ζ
// belongs to its grid, this one does not.
//
// Errors: score.ErrObservation, [ErrConfig], also for an exact observation unless
// Normalised; [ErrNoVJP]; of its Denoise also score.ErrLevel at α = 0.
func DPS(m score.Model, o score.Observation, step Step) (score.Model, error) {
	l, err := newLikelihood(m, o)
	if err != nil {
		return nil, err
	}
	if step.Strength == 0 {
		step.Strength = 1
	}
	if err := positive("strength", step.Strength); err != nil {
		return nil, err
	}
	if step.Normalised {
		l.weigh = func(r []float64, _ sde.Level) {
			if length := math.Hypot(floats.Norm(r, 2), math.Sqrt(l.off)); length > 0 {
				floats.Scale(step.Strength/length, r)
			}
		}
		return l, nil
	}
	if o.Noise == 0 {
		return nil, fmt.Errorf("%w: the likelihood of an exact observation has no gradient; set Normalised, or use PseudoInverse", ErrConfig)
	}
	l.weigh = func(r []float64, _ sde.Level) {
		floats.Scale(step.Strength/o.Noise/o.Noise, r)
	}
	return l, nil
}

package sde

import (
	"fmt"
	"math"
)

// RectifiedFlow is the straight path between data and noise,
//
//	x_t = (1 − t) x_0 + t ε,   α = 1 − t,   σ = t,
//
// as a diffusion: f = −1/(1 − t), g² = 2t/(1 − t). Both diverge at t = 1, where
// α = 0; grids start at End < 1.
//
// Liu, Gong, Liu (2023); Lipman, Chen, Ben-Hamu, Nickel, Le (2023), example II.
type RectifiedFlow struct{ Cutoff, End float64 }

// At returns α = 1 − t and σ = t.
func (RectifiedFlow) At(t float64) Level { return Level{1 - t, t} }

// Coefficients returns f = −1/(1−t) and g = √(2t/(1−t)).
func (RectifiedFlow) Coefficients(t float64) (f, g float64) {
	return -1 / (1 - t), math.Sqrt(2 * t / (1 - t))
}

// TimeOf inverts λ = ln((1 − t)/t).
func (RectifiedFlow) TimeOf(lambda float64) float64 {
	if lambda < 0 {
		return 1 / (1 + math.Exp(lambda))
	}
	e := math.Exp(-lambda)
	return e / (1 + e)
}

// Horizon returns the cut-off and End.
func (p RectifiedFlow) Horizon() (cutoff, end float64) { return p.Cutoff, p.End }

// Transition returns (1 − t)/(1 − s) and the root of σ_t² − scale²σ_s² =
// (t − s)/(1 − s) · (t + scale s).
func (RectifiedFlow) Transition(s, t float64) (scale, std float64) {
	scale = (1 - t) / (1 - s)
	return scale, math.Sqrt((t - s) / (1 - s) * (t + scale*s))
}

// Validate returns an error that wraps [ErrProcess] unless 0 < Cutoff < End < 1.
func (p RectifiedFlow) Validate() error {
	if p.End >= 1 {
		return fmt.Errorf("%w: RectifiedFlow.End %v; α is 0 and the drift diverges at 1, end just below it, for example at 0.999", ErrProcess, p.End)
	}
	return horizon("RectifiedFlow", p)
}

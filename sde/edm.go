package sde

import "math"

// EDM is the variance-exploding diffusion in its own noise level, t = σ:
//
//	dx = √(2t) dw,   α = 1,   σ = t,   SigmaMin ≤ t ≤ SigmaMax.
//
// Karras, Aittala, Aila, Laine (2022), table 1.
type EDM struct{ SigmaMin, SigmaMax float64 }

// At returns α = 1 and σ = t.
func (EDM) At(t float64) Level { return Level{1, t} }

// Coefficients returns f = 0 and g = √(2t).
func (EDM) Coefficients(t float64) (f, g float64) { return 0, math.Sqrt(2 * t) }

// TimeOf returns e^(−λ).
func (EDM) TimeOf(lambda float64) float64 { return math.Exp(-lambda) }

// Horizon returns SigmaMin and SigmaMax.
func (p EDM) Horizon() (cutoff, end float64) { return p.SigmaMin, p.SigmaMax }

// Transition returns 1 and √((t − s)(t + s)).
func (EDM) Transition(s, t float64) (scale, std float64) { return 1, math.Sqrt((t - s) * (t + s)) }

// Validate returns an error that wraps [ErrProcess] unless 0 < SigmaMin < SigmaMax.
func (p EDM) Validate() error { return horizon("EDM", p) }

package sde

import (
	"fmt"
	"math"
)

// VP is the variance-preserving diffusion with β growing linearly from BetaMin
// at t = 0 to BetaMax at t = 1:
//
//	dx = −½ β(t) x dt + √β(t) dw,   β(t) = BetaMin + (BetaMax − BetaMin) t,
//	B(t) = BetaMin t + ½ (BetaMax − BetaMin) t²,   α = e^(−B/2),   σ² = 1 − e^(−B).
//
// Ho, Jain, Abbeel (2020) in the continuum; Song, Sohl-Dickstein, Kingma, Kumar,
// Ermon, Poole (2021), eqs. 32 and 33.
type VP struct{ BetaMin, BetaMax, Cutoff float64 }

func (p VP) integral(t float64) float64 {
	return t * (p.BetaMin + 0.5*(p.BetaMax-p.BetaMin)*t)
}

// At returns α and σ; σ by expm1, exact to rounding as t → 0.
func (p VP) At(t float64) Level {
	b := p.integral(t)
	return Level{math.Exp(-0.5 * b), math.Sqrt(-math.Expm1(-b))}
}

// Coefficients returns f = −β/2 and g = √β.
func (p VP) Coefficients(t float64) (f, g float64) {
	beta := p.BetaMin + (p.BetaMax-p.BetaMin)*t
	return -0.5 * beta, math.Sqrt(beta)
}

// TimeOf solves B = ln(1 + e^(−2λ)) by the root of the quadratic that does not
// cancel.
func (p VP) TimeOf(lambda float64) float64 {
	return p.inverse(softplus(-2 * lambda))
}

// Horizon returns the cut-off and 1.
func (p VP) Horizon() (cutoff, end float64) { return p.Cutoff, 1 }

// softplus is ln(1 + e^x) without overflow.
func softplus(x float64) float64 {
	if x > 0 {
		return x + math.Log1p(math.Exp(-x))
	}
	return math.Log1p(math.Exp(x))
}

// Transition returns e^(−ΔB/2) and √(1 − e^(−ΔB)), ΔB = B(t) − B(s).
func (p VP) Transition(s, t float64) (scale, std float64) {
	d := p.growth(s, t)
	return math.Exp(-0.5 * d), math.Sqrt(-math.Expm1(-d))
}

// growth returns B(t) − B(s).
func (p VP) growth(s, t float64) float64 {
	return (t - s) * (p.BetaMin + 0.5*(p.BetaMax-p.BetaMin)*(t+s))
}

// Validate returns an error that wraps [ErrProcess] unless 0 ≤ BetaMin, 0 < BetaMax, both
// finite, and 0 < Cutoff < 1.
func (p VP) Validate() error { return p.validate("VP") }

func (p VP) validate(name string) error {
	if !(p.BetaMin >= 0) || math.IsInf(p.BetaMin, 1) {
		return fmt.Errorf("%w: %s.BetaMin %v must be finite and not negative, for example 0.1", ErrProcess, name, p.BetaMin)
	}
	if err := positive(name, "BetaMax", p.BetaMax); err != nil {
		return err
	}
	return horizon(name, p)
}

// inverse returns the t ≥ 0 at which B(t) = b.
func (p VP) inverse(b float64) float64 {
	if b == 0 {
		return 0 // 0/0 below where BetaMin = 0
	}
	return 2 * b / (p.BetaMin + math.Sqrt(p.BetaMin*p.BetaMin+2*(p.BetaMax-p.BetaMin)*b))
}

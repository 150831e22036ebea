package sde

import "math"

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
	b := softplus(-2 * lambda)
	return 2 * b / (p.BetaMin + math.Sqrt(p.BetaMin*p.BetaMin+2*(p.BetaMax-p.BetaMin)*b))
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

package sde

import "math"

// SubVP has the drift and α of VP with less noise:
//
//	dx = −½ β x dt + √(β (1 − e^(−2B))) dw,   α = e^(−B/2),   σ = 1 − e^(−B).
//
// Song, Sohl-Dickstein, Kingma, Kumar, Ermon, Poole (2021), section 3.4, eq. 29.
type SubVP struct{ BetaMin, BetaMax, Cutoff float64 }

func (p SubVP) vp() VP { return VP(p) }

// At returns α and σ.
func (p SubVP) At(t float64) Level {
	b := p.vp().integral(t)
	return Level{math.Exp(-0.5 * b), -math.Expm1(-b)}
}

// Coefficients returns f = −β/2 and g = √(β (1 − e^(−2B))).
func (p SubVP) Coefficients(t float64) (f, g float64) {
	f, g = p.vp().Coefficients(t)
	return f, g * math.Sqrt(-math.Expm1(-2*p.vp().integral(t)))
}

// TimeOf uses e^(−λ) = σ/α = (1 − e^(−B)) e^(B/2) = 2 sinh(B/2), so that
// B = 2 asinh(e^(−λ)/2).
func (p SubVP) TimeOf(lambda float64) float64 {
	var b float64
	if lambda < -300 { // e^(−λ) would overflow; asinh(x) → ln 2x
		b = -2 * lambda
	} else {
		b = 2 * math.Asinh(0.5*math.Exp(-lambda))
	}
	return p.vp().inverse(b)
}

// Horizon returns the cut-off and 1.
func (p SubVP) Horizon() (cutoff, end float64) { return p.Cutoff, 1 }

// Transition returns e^(−ΔB/2) and the root of
// σ_t² − scale²σ_s² = (1 − e^(−ΔB)) (1 − e^(−B_s−B_t)).
func (p SubVP) Transition(s, t float64) (scale, std float64) {
	v := p.vp()
	d := v.growth(s, t)
	return math.Exp(-0.5 * d), math.Sqrt(math.Expm1(-d) * math.Expm1(-v.integral(s)-v.integral(t)))
}

// Validate returns an error that wraps [ErrProcess] under the conditions of [VP.Validate].
func (p SubVP) Validate() error { return p.vp().validate("SubVP") }

package sde

import (
	"fmt"
	"math"
)

// VE is the variance-exploding diffusion with a geometric noise level:
//
//	dx = √(dσ²/dt) dw,   α = 1,   σ(t) = SigmaMin (SigmaMax/SigmaMin)^t,   0 ≤ t ≤ 1.
//
// σ(t) is the whole noise of x_t, so that x_0 of the process already carries
// SigmaMin; a simulation from clean data starts by adding that.
//
// Song, Ermon (2019); Song, Sohl-Dickstein, Kingma, Kumar, Ermon, Poole (2021),
// eqs. 30 and 31.
type VE struct{ SigmaMin, SigmaMax, Cutoff float64 }

func (p VE) rate() float64 { return math.Log(p.SigmaMax / p.SigmaMin) }

// At returns α = 1 and σ.
func (p VE) At(t float64) Level { return Level{1, p.SigmaMin * math.Exp(t*p.rate())} }

// Coefficients returns f = 0 and g = σ √(2 ln(SigmaMax/SigmaMin)).
func (p VE) Coefficients(t float64) (f, g float64) {
	return 0, p.At(t).Sigma * math.Sqrt(2*p.rate())
}

// TimeOf inverts λ = −ln σ.
func (p VE) TimeOf(lambda float64) float64 {
	return (-lambda - math.Log(p.SigmaMin)) / p.rate()
}

// Horizon returns the cut-off and 1.
func (p VE) Horizon() (cutoff, end float64) { return p.Cutoff, 1 }

// Transition returns 1 and σ_s √expm1(2 (t − s) ln(SigmaMax/SigmaMin)).
func (p VE) Transition(s, t float64) (scale, std float64) {
	return 1, p.At(s).Sigma * math.Sqrt(math.Expm1(2*(t-s)*p.rate()))
}

// Validate returns an error that wraps [ErrProcess] unless 0 < SigmaMin < SigmaMax and
// 0 < Cutoff < 1.
func (p VE) Validate() error {
	if err := positive("VE", "SigmaMin", p.SigmaMin); err != nil {
		return err
	}
	if !(p.SigmaMax > p.SigmaMin) || math.IsInf(p.SigmaMax, 1) {
		return fmt.Errorf("%w: VE.SigmaMax %v must be finite and above SigmaMin %v", ErrProcess, p.SigmaMax, p.SigmaMin)
	}
	return horizon("VE", p)
}

package sde

import (
	"fmt"
	"math"
)

// ShiftedSNR is a variance-preserving process with less signal at every time,
//
//	λ'(t) = λ(t) − ln S,   α' = α/√(α² + S²σ²),   σ' = Sσ/√(α² + S²σ²),
//
// as pictures of S times the resolution want it: averaging S×S pixels divides the
// noise by S and leaves the picture what it was. S is the factor of the
// resolution, S² that of the signal-to-noise ratio; S < 1 shifts the other way.
// With λ̇ that of the process, g'² = −2σ'²λ̇ and f' = −g'²/2.
//
// The process must preserve variance, α² + σ² = 1. A process that explodes it is
// shifted by its own σ_max, a rectified flow by the spacing sampler.Shifted.
//
// Hoogeboom, Heek, Salimans (2023), "Simple diffusion", section 3.1.
type ShiftedSNR struct {
	Process Process
	S       float64
}

// At returns α' and σ'.
func (p ShiftedSNR) At(t float64) Level {
	l := p.Process.At(t)
	n := math.Hypot(l.Alpha, p.S*l.Sigma)
	return Level{l.Alpha / n, p.S * l.Sigma / n}
}

// Coefficients returns f' = −g'²/2 and g' = g σ'/σ.
func (p ShiftedSNR) Coefficients(t float64) (f, g float64) {
	_, g = p.Process.Coefficients(t)
	l := p.Process.At(t)
	g *= p.S / math.Hypot(l.Alpha, p.S*l.Sigma)
	return -0.5 * g * g, g
}

// TimeOf returns the process's time of lambda + ln S.
func (p ShiftedSNR) TimeOf(lambda float64) float64 { return p.Process.TimeOf(lambda + math.Log(p.S)) }

// Horizon returns the process's.
func (p ShiftedSNR) Horizon() (cutoff, end float64) { return p.Process.Horizon() }

// Transition returns α'_t/α'_s and σ'_t √(1 − e^(2(λ_t−λ_s))), the root being the
// process's own std/σ_t.
func (p ShiftedSNR) Transition(s, t float64) (scale, std float64) {
	scale, std = Transition(p.Process, s, t)
	a, b := p.Process.At(s), p.Process.At(t)
	na, nb := math.Hypot(a.Alpha, p.S*a.Sigma), math.Hypot(b.Alpha, p.S*b.Sigma)
	return scale * (na / nb), p.S * std / nb
}

// Validate returns an error that wraps [ErrProcess] unless S is positive and finite and the
// process is valid and preserves variance.
func (p ShiftedSNR) Validate() error {
	if err := positive("ShiftedSNR", "S", p.S); err != nil {
		return err
	}
	return preserving("ShiftedSNR", p.Process)
}

// preserving checks that the process inside another preserves variance.
func preserving(outer string, p Process) error {
	if p == nil {
		return fmt.Errorf("%w: %s of no process", ErrProcess, outer)
	}
	if v, ok := p.(interface{ Validate() error }); ok {
		if err := v.Validate(); err != nil {
			return fmt.Errorf("%s: %w", outer, err)
		}
	}
	cutoff, end := p.Horizon()
	for _, t := range []float64{cutoff, 0.5 * (cutoff + end), end} {
		// Squares of two rounded numbers, or of a table's ten digits.
		if l := p.At(t); !(math.Abs(l.Alpha*l.Alpha+l.Sigma*l.Sigma-1) < 1e-9) {
			return fmt.Errorf("%w: %s of %T, whose α² + σ² at %v is %v; want 1", ErrProcess, outer, p, t, l.Alpha*l.Alpha+l.Sigma*l.Sigma)
		}
	}
	return nil
}

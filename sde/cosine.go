package sde

import (
	"fmt"
	"math"
)

// Cosine is the variance-preserving diffusion with
//
//	α(t) = cos(π/2 · (t+s)/(1+s)) / cos(π/2 · s/(1+s)),   σ² = 1 − α²,   s = Offset.
//
// With u = π/2·(t+s)/(1+s): f = −u' tan u, g² = −2f. α vanishes at t = 1; the
// horizon ends at λ = LambdaMin, where the source clips. Offset = 0 is the
// trigonometric interpolant α = cos(πt/2), σ = sin(πt/2).
//
// Nichol, Dhariwal (2021), eq. 17; Albergo, Vanden-Eijnden (2023), eq. 7, for
// Offset = 0.
type Cosine struct{ Offset, Cutoff, LambdaMin float64 }

func (p Cosine) angle(t float64) (u, u0, rate float64) {
	rate = 0.5 * math.Pi / (1 + p.Offset)
	return rate * (t + p.Offset), rate * p.Offset, rate
}

// At returns α and σ; cos u = sin(π/2 − u) with π/2 − u = u'(1 − t) does not
// cancel at t → 1, nor σ² = sin(u−u₀) sin(u+u₀)/cos²u₀ at t → 0.
func (p Cosine) At(t float64) Level {
	u, u0, rate := p.angle(t)
	c := math.Cos(u0)
	return Level{math.Sin(rate*(1-t)) / c, math.Sqrt(math.Sin(rate*t)*math.Sin(u+u0)) / c}
}

// Coefficients returns f = −u' tan u and g = √(−2f).
func (p Cosine) Coefficients(t float64) (f, g float64) {
	u, _, rate := p.angle(t)
	f = -rate * math.Tan(u)
	if t > 0.5 {
		f = -rate / math.Tan(rate*(1-t))
	}
	return f, math.Sqrt(-2 * f)
}

// Transition returns cos u_t/cos u_s and the root of
// 1 − scale² = sin(u_t − u_s) sin(u_t + u_s)/cos²u_s.
func (p Cosine) Transition(s, t float64) (scale, std float64) {
	us, _, rate := p.angle(s)
	ut, _, _ := p.angle(t)
	c := math.Sin(rate * (1 - s))
	return math.Sin(rate*(1-t)) / c, math.Sqrt(math.Sin(rate*(t-s))*math.Sin(ut+us)) / c
}

// Validate returns an error that wraps [ErrProcess] unless 0 ≤ Offset < 1, LambdaMin is
// finite and 0 < Cutoff < the time of LambdaMin.
func (p Cosine) Validate() error {
	if !(p.Offset >= 0 && p.Offset < 1) {
		return fmt.Errorf("%w: Cosine.Offset %v; the literature's is 0.008, and it must be within [0, 1)", ErrProcess, p.Offset)
	}
	if math.IsNaN(p.LambdaMin) || math.IsInf(p.LambdaMin, 0) {
		return fmt.Errorf("%w: Cosine.LambdaMin %v must be finite, for example −5.1", ErrProcess, p.LambdaMin)
	}
	return horizon("Cosine", p)
}

// TimeOf solves cos u = α cos u₀ with α² = 1/(1 + e^(−2λ)), from
// tan²u = (tan²u₀ + σ²/α² /cos²u₀), and t from the sine of the difference.
func (p Cosine) TimeOf(lambda float64) float64 {
	_, u0, rate := p.angle(0)
	r := math.Exp(-lambda) // σ/α
	if r == 0 {
		return 0 // 0/0 below where the offset is 0
	}
	t0 := math.Tan(u0)
	tan := math.Hypot(t0, r/math.Cos(u0))
	// u − u₀ = atan((tan u − tan u₀)/(1 + tan u tan u₀)), the numerator by
	// tan² u − tan² u₀ = r²/cos² u₀.
	d := r * r / (math.Cos(u0) * math.Cos(u0)) / (tan + t0)
	return math.Atan2(d, 1+tan*t0) / rate
}

// Horizon returns the cut-off and the time of LambdaMin.
func (p Cosine) Horizon() (cutoff, end float64) { return p.Cutoff, p.TimeOf(p.LambdaMin) }

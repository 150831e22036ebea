package sde

import "math"

// Cosine is the variance-preserving diffusion with
//
//	α(t) = cos(π/2 · (t+s)/(1+s)) / cos(π/2 · s/(1+s)),   σ² = 1 − α²,   s = Offset.
//
// With u = π/2·(t+s)/(1+s): f = −u' tan u, g² = −2f. α vanishes at t = 1; the
// horizon ends at λ = LambdaMin, where the source clips.
//
// Nichol, Dhariwal (2021), eq. 17.
type Cosine struct{ Offset, Cutoff, LambdaMin float64 }

func (p Cosine) angle(t float64) (u, u0, rate float64) {
	rate = 0.5 * math.Pi / (1 + p.Offset)
	return rate * (t + p.Offset), rate * p.Offset, rate
}

// At returns α and σ; σ² = sin(u−u₀) sin(u+u₀)/cos²u₀ does not cancel at t → 0.
func (p Cosine) At(t float64) Level {
	u, u0, rate := p.angle(t)
	c := math.Cos(u0)
	return Level{math.Cos(u) / c, math.Sqrt(math.Sin(rate*t)*math.Sin(u+u0)) / c}
}

// Coefficients returns f = −u' tan u and g = √(−2f).
func (p Cosine) Coefficients(t float64) (f, g float64) {
	u, _, rate := p.angle(t)
	f = -rate * math.Tan(u)
	return f, math.Sqrt(-2 * f)
}

// TimeOf solves cos u = α cos u₀ with α² = 1/(1 + e^(−2λ)), from
// tan²u = (tan²u₀ + σ²/α² /cos²u₀), and t from the sine of the difference.
func (p Cosine) TimeOf(lambda float64) float64 {
	_, u0, rate := p.angle(0)
	r := math.Exp(-lambda) // σ/α
	t0 := math.Tan(u0)
	tan := math.Hypot(t0, r/math.Cos(u0))
	// u − u₀ = atan((tan u − tan u₀)/(1 + tan u tan u₀)), the numerator by
	// tan² u − tan² u₀ = r²/cos² u₀.
	d := r * r / (math.Cos(u0) * math.Cos(u0)) / (tan + t0)
	return math.Atan2(d, 1+tan*t0) / rate
}

// Horizon returns the cut-off and the time of LambdaMin.
func (p Cosine) Horizon() (cutoff, end float64) { return p.Cutoff, p.TimeOf(p.LambdaMin) }

package sde

import "math"

// Level is a point of the one coordinate in which everything here is written:
// a noisy sample at this level is
//
//	x = α x_0 + σ ε,   ε ~ N(0, I).
//
// Models answer for a level, never for a timestep, so that every model works
// with every process, sampler and time grid.
type Level struct{ Alpha, Sigma float64 }

// Lambda returns λ = ln(α/σ), half the log signal-to-noise ratio. It is +Inf at
// σ = 0 and −Inf at α = 0.
func (l Level) Lambda() float64 { return math.Log(l.Alpha) - math.Log(l.Sigma) }

// Rho returns ρ = σ/α = e^(−λ), the noise level of x/α.
func (l Level) Rho() float64 { return l.Sigma / l.Alpha }

// Process is a linear forward diffusion
//
//	dx = f(t) x dt + g(t) dw,   x_t | x_0 ~ N(α_t x_0, σ_t² I),
//	f = d ln α/dt,   g² = dσ²/dt − 2 f σ².
//
// Song, Sohl-Dickstein, Kingma, Kumar, Ermon, Poole (2021), section 3; Kingma,
// Salimans, Poole, Ho (2021), eqs. 1–3 for the (α, σ) form.
type Process interface {
	// At returns the level (α_t, σ_t).
	At(t float64) Level
	// Coefficients returns f(t) and g(t) ≥ 0.
	Coefficients(t float64) (f, g float64)
	// TimeOf inverts λ: the t at which ln(α_t/σ_t) = lambda.
	TimeOf(lambda float64) float64
	// Horizon returns the sampling cut-off near the data and the time of the
	// prior, cutoff < end.
	Horizon() (cutoff, end float64)
}

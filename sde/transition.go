package sde

import "math"

// Transitioner is a [Process] that has its transition law in closed form, free
// of the cancellation that [Transition] cannot avoid for s → t.
type Transitioner interface {
	// Transition returns what [Transition] does.
	Transition(s, t float64) (scale, std float64)
}

// Transition returns the exact law of the process between two times, s ≤ t,
//
//	x_t | x_s ~ N(scale·x_s, std² I),   scale = α_t/α_s,   std² = σ_t² − scale² σ_s².
//
// The process's own closed form is taken where it is a [Transitioner], as every
// process of the [Catalogue] is; otherwise
//
//	std² = −σ_t² (e^(2(λ_t − λ_s)) − 1),
//
// whose relative error is that of λ_t − λ_s. It is NaN for s > t.
//
// Kingma, Salimans, Poole, Ho (2021), appendix A.1.
func Transition(p Process, s, t float64) (scale, std float64) {
	if c, ok := p.(Transitioner); ok {
		return c.Transition(s, t)
	}
	a, b := p.At(s), p.At(t)
	return b.Alpha / a.Alpha, b.Sigma * math.Sqrt(-math.Expm1(2*(b.Lambda()-a.Lambda())))
}

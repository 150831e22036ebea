package sampler

import (
	"math"

	"github.com/ito-sde/ito/sde"
)

// EDMHeun is the stochastic second-order sampler of EDM, written for any
// process in y = x/α, ρ = σ/α:
//
//	ρ̂ = (1 + γ) ρ_t,   ŷ = y + √(ρ̂² − ρ_t²) S_noise z,   γ = min(S_churn/N, √2 − 1),
//	d = (ŷ − D(ŷ, ρ̂))/ρ̂,   y' = ŷ + (ρ_s − ρ̂) d,
//	d' = (y' − D(y', ρ_s))/ρ_s,   y_s = ŷ + (ρ_s − ρ̂)(d + d')/2.
//
// Churn applies where SMin ≤ ρ_t ≤ SMax; SMax = 0 is taken as +Inf and
// SNoise = 0 as 1. Two evaluations a step. Second order: at Churn = 0 as a
// solver of the probability flow, otherwise weakly, once γ = S_churn/N.
//
// Karras, Aittala, Aila, Laine (2022), algorithms 1 and 2.
type EDMHeun struct{ Churn, SMin, SMax, SNoise float64 }

// Memory is 0.
func (EDMHeun) Memory() int { return 0 }

// Cost is two evaluations, and one noise if there is churn.
func (r EDMHeun) Cost() Cost {
	if r.Churn == 0 {
		return Cost{Evaluations: 2}
	}
	return Cost{Evaluations: 2, Noises: 1}
}

// Apply makes one step.
func (r EDMHeun) Apply(s *Step) error {
	x, y, dy := s.X, s.Scratch(0), s.Scratch(1)
	rho, next := s.From.Rho(), s.To.Rho()
	for i := range x {
		x[i] /= s.From.Alpha
	}
	if top := r.SMax; r.Churn > 0 && rho >= r.SMin && (top == 0 || rho <= top) {
		gamma := min(r.Churn/float64(s.Steps), math.Sqrt2-1)
		c := rho * math.Sqrt(gamma*(2+gamma))
		if r.SNoise != 0 {
			c *= r.SNoise
		}
		z := s.Noise(0)[:len(x)]
		for i := range x {
			x[i] += c * z[i]
		}
		rho *= 1 + gamma
	}
	if err := s.Eval(dy, x, sde.Level{Alpha: 1, Sigma: rho}); err != nil {
		return err
	}
	h := next - rho
	for i, v := range x {
		dy[i] = (v - dy[i]) / rho
		y[i] = v + h*dy[i]
	}
	d := s.Scratch(2)
	if err := s.Eval(d, y, sde.Level{Alpha: 1, Sigma: next}); err != nil {
		return err
	}
	for i, v := range x {
		x[i] = s.To.Alpha * (v + 0.5*h*(dy[i]+(y[i]-d[i])/next))
	}
	return nil
}

package sampler

import "math"

// DPMSolver3 is the singlestep rule of third order in the noise form, with
// ε_t = (x_t − α_t D)/σ_t and stages u, v at λ_t + h/3 and λ_t + 2h/3
// (r₁ = ⅓, r₂ = ⅔):
//
//	x_u = (α_u/α_t) x_t − σ_u (e^(r₁h) − 1) ε_t,
//	x_v = (α_v/α_t) x_t − σ_v (e^(r₂h) − 1) ε_t − (r₂/r₁) σ_v ((e^(r₂h) − 1)/(r₂h) − 1) (ε_u − ε_t),
//	x_s = (α_s/α_t) x_t − σ_s (e^h − 1) ε_t − (σ_s/r₂) ((e^h − 1)/h − 1) (ε_v − ε_t).
//
// Three evaluations a step, third order.
//
// Lu, Zhou, Bao, Chen, Li, Zhu (2022), "DPM-Solver", algorithm 2.
type DPMSolver3 struct{}

// Memory is 0.
func (DPMSolver3) Memory() int { return 0 }

// Cost is three evaluations.
func (DPMSolver3) Cost() Cost { return Cost{Evaluations: 3} }

// Apply makes one step.
func (DPMSolver3) Apply(s *Step) error {
	const r1, r2 = 1. / 3, 2. / 3
	e, err := s.PredictedNoise()
	if err != nil {
		return err
	}
	h, y, eu, ev := s.H(), s.Scratch(0), s.Scratch(1), s.Scratch(2)
	at := between(s, r1)
	mix(y, at.Alpha/s.From.Alpha, s.X, []float64{-at.Sigma * math.Expm1(r1*h)}, e)
	if err := s.EvalNoise(eu, y, at); err != nil {
		return err
	}
	at = between(s, r2)
	b := -r2 / r1 * at.Sigma * excess(r2*h)
	mix(y, at.Alpha/s.From.Alpha, s.X, []float64{-at.Sigma*math.Expm1(r2*h) - b, b}, e, eu)
	if err := s.EvalNoise(ev, y, at); err != nil {
		return err
	}
	b = -s.To.Sigma / r2 * excess(h)
	mix(s.X, s.To.Alpha/s.From.Alpha, s.X, []float64{-s.To.Sigma*math.Expm1(h) - b, b}, e, ev)
	return nil
}

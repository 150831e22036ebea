package sampler

import "math"

// SEEDS3 is the three-stage exponential rule for the reverse SDE in the noise
// form: DPMSolver3 with the model's terms doubled, stages u, v at h/3 and 2h/3,
// and all noises from one Brownian path. With q(r) = (e^(rh) − 1)/(rh) − 1,
// r₁ = ⅓, r₂ = ⅔ and k_j = √(e^(2(j+1)h/3) − e^(2jh/3)),
//
//	x_u = (α_u/α_t) x_t − 2σ_u (e^(r₁h) − 1) ε_t + σ_u k_0 z_1,
//	x_v = (α_v/α_t) x_t − 2σ_v (e^(r₂h) − 1) ε_t − 2σ_v (r₂/r₁) q(r₂) (ε_u − ε_t) + σ_v (k_1 z_1 + k_0 z_2),
//	x_s = (α_s/α_t) x_t − 2σ_s (e^h − 1) ε_t − 2(σ_s/r₂) q(1) (ε_v − ε_t) + σ_s (k_2 z_1 + k_1 z_2 + k_0 z_3).
//
// Three evaluations, three noises a step. Second order in the weak sense: the 3
// is that of the deterministic rule.
//
// Gonzalez, Fernandez Pinto, Tran, Gherbi, Hajri, Masmoudi (2023), "SEEDS",
// algorithm 3.
type SEEDS3 struct{}

// Memory is 0.
func (SEEDS3) Memory() int { return 0 }

// Cost is three evaluations and three noises.
func (SEEDS3) Cost() Cost { return Cost{Evaluations: 3, Noises: 3} }

// Apply makes one step.
func (SEEDS3) Apply(s *Step) error {
	const r1, r2 = 1. / 3, 2. / 3
	e, err := s.PredictedNoise()
	if err != nil {
		return err
	}
	h, y, eu, ev := s.H(), s.Scratch(0), s.Scratch(1), s.Scratch(2)
	z1, z2, z3 := s.Noise(0), s.Noise(1), s.Noise(2)
	k0 := math.Sqrt(math.Expm1(2 * h / 3))
	k1 := k0 * math.Exp(h/3)
	k2 := k1 * math.Exp(h/3)
	at := between(s, r1)
	mix(y, at.Alpha/s.From.Alpha, s.X, []float64{-2 * at.Sigma * math.Expm1(r1*h), at.Sigma * k0}, e, z1)
	if err := s.EvalNoise(eu, y, at); err != nil {
		return err
	}
	at = between(s, r2)
	b := -2 * r2 / r1 * at.Sigma * excess(r2*h)
	mix(y, at.Alpha/s.From.Alpha, s.X,
		[]float64{-2*at.Sigma*math.Expm1(r2*h) - b, b, at.Sigma * k1, at.Sigma * k0}, e, eu, z1, z2)
	if err := s.EvalNoise(ev, y, at); err != nil {
		return err
	}
	b, c := -2*s.To.Sigma/r2*excess(h), s.To.Sigma
	mix(s.X, s.To.Alpha/s.From.Alpha, s.X,
		[]float64{-2*c*math.Expm1(h) - b, b, c * k2, c * k1, c * k0}, e, ev, z1, z2, z3)
	return nil
}

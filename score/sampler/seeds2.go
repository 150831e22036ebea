package sampler

import "math"

// SEEDS2 is the exponential midpoint rule for the reverse SDE in the noise form,
// with the stage u at λ_t + h/2 and both noises from one Brownian path:
//
//	x_u = (α_u/α_t) x_t − 2σ_u (e^(h/2) − 1) ε_t + σ_u √(e^h − 1) z_1,
//	x_s = (α_s/α_t) x_t − 2σ_s (e^h − 1) ε_u + σ_s (√(e^(2h) − e^h) z_1 + √(e^h − 1) z_2).
//
// Independent noises at the stage and at the end would make the rule one of
// first order. Two evaluations, two noises a step; second order in the weak
// sense.
//
// Gonzalez, Fernandez Pinto, Tran, Gherbi, Hajri, Masmoudi (2023), "SEEDS",
// algorithm 2.
type SEEDS2 struct{}

// Memory is 0.
func (SEEDS2) Memory() int { return 0 }

// Cost is two evaluations and two noises.
func (SEEDS2) Cost() Cost { return Cost{Evaluations: 2, Noises: 2} }

// Apply makes one step.
func (SEEDS2) Apply(s *Step) error {
	e, err := s.PredictedNoise()
	if err != nil {
		return err
	}
	h, at, y, eu := s.H(), between(s, 0.5), s.Scratch(0), s.Scratch(1)
	z1, z2 := s.Noise(0), s.Noise(1)
	half := math.Sqrt(math.Expm1(h))
	mix(y, at.Alpha/s.From.Alpha, s.X, []float64{-2 * at.Sigma * math.Expm1(0.5*h), at.Sigma * half}, e, z1)
	if err := s.EvalNoise(eu, y, at); err != nil {
		return err
	}
	c := s.To.Sigma * half // √(e^(2h) − e^h) = e^(h/2) √(e^h − 1)
	mix(s.X, s.To.Alpha/s.From.Alpha, s.X, []float64{-2 * s.To.Sigma * math.Expm1(h), c * math.Exp(0.5*h), c}, eu, z1, z2)
	return nil
}

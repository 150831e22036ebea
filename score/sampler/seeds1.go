package sampler

import "math"

// SEEDS1 is the exponential Euler rule for the reverse SDE in the noise form:
//
//	x_s = (α_s/α_t) x_t − 2σ_s (e^h − 1) ε + σ_s √(e^(2h) − 1) z.
//
// The same rule in the data form is DDPM. One evaluation, one noise a step; first
// order in the weak sense.
//
// Gonzalez, Fernandez Pinto, Tran, Gherbi, Hajri, Masmoudi (2023), "SEEDS",
// algorithm 1.
type SEEDS1 struct{}

// Memory is 0.
func (SEEDS1) Memory() int { return 0 }

// Cost is one evaluation and one noise.
func (SEEDS1) Cost() Cost { return Cost{Evaluations: 1, Noises: 1} }

// Apply makes one step.
func (SEEDS1) Apply(s *Step) error {
	e, err := s.PredictedNoise()
	if err != nil {
		return err
	}
	h := s.H()
	affine(s, s.To.Alpha/s.From.Alpha, -2*s.To.Sigma*math.Expm1(h), e, s.To.Sigma*math.Sqrt(math.Expm1(2*h)))
	return nil
}

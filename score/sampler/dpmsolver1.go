package sampler

import "math"

// DPMSolver1 is the exponential Euler rule in the noise form, with
// ε = (x_t − α_t D)/σ_t:
//
//	x_s = (α_s/α_t) x_t − σ_s (e^h − 1) ε.
//
// It is DDIM at Eta = 0 in other words: one evaluation a step, first order.
//
// Lu, Zhou, Bao, Chen, Li, Zhu (2022), "DPM-Solver", eq. 3.7.
type DPMSolver1 struct{}

// Memory is 0.
func (DPMSolver1) Memory() int { return 0 }

// Cost is one evaluation.
func (DPMSolver1) Cost() Cost { return Cost{Evaluations: 1} }

// Apply makes one step.
func (DPMSolver1) Apply(s *Step) error {
	e, err := s.PredictedNoise()
	if err != nil {
		return err
	}
	affine(s, s.To.Alpha/s.From.Alpha, -s.To.Sigma*math.Expm1(s.H()), e, 0)
	return nil
}

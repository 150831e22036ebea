package sampler

// IPNDM is the improved pseudo-numerical rule: a DDIM step with a mean of this
// and up to three earlier noises, weighted as Adams–Bashforth weighs equal steps,
//
//	x_s = α_s x_t/α_t + (σ_s − α_s σ_t/α_t) ε̄,   ε̄ = Σ_j w_j ε_j,
//	w = (1); (3, −1)/2; (23, −16, 5)/12; (55, −59, 37, −9)/24.
//
// One evaluation a step. Second order where neighbouring steps in σ/α differ by
// O(h) of themselves, as on grids from a smooth spacing, and no more even there,
// since such steps are not equal; first order on other grids.
//
// Zhang, Chen (2023), "Fast sampling of diffusion models with exponential
// integrator", appendix H.2; the weights of Liu, Ren, Lin, Zhao (2022), eq. 12.
type IPNDM struct{}

// Memory is 3.
func (IPNDM) Memory() int { return 3 }

// Cost is one evaluation.
func (IPNDM) Cost() Cost { return Cost{Evaluations: 1} }

// equalSteps are the weights of Adams and Bashforth for equal steps, by the
// number of values.
var equalSteps = [5][4]float64{
	1: {1},
	2: {3. / 2, -1. / 2},
	3: {23. / 12, -16. / 12, 5. / 12},
	4: {55. / 24, -59. / 24, 37. / 24, -9. / 24},
}

// Apply makes one step.
func (IPNDM) Apply(s *Step) error {
	e, err := s.PredictedNoise()
	if err != nil {
		return err
	}
	pseudo(s, e, 4)
	return nil
}

// pseudo makes the step from x_t by up to most noises in equal weights.
func pseudo(s *Step, e []float64, most int) {
	var v [mostNodes][]float64
	var theta, w [mostNodes]float64
	n := past(s, e, most, &v, &theta)
	a := s.To.Alpha / s.From.Alpha
	b := s.To.Alpha * (s.To.Rho() - s.From.Rho())
	for j := range n {
		w[j] = b * equalSteps[n][j]
	}
	mix(s.X, a, s.X, w[:n], v[:n]...)
}

package sampler

import "math"

// DPMSolver2 is the singlestep rule of second order in the noise form, with
// ε_t = (x_t − α_t D)/σ_t and one stage u at λ_u = λ_t + r h, r = R:
//
//	x_u = (α_u/α_t) x_t − σ_u (e^(rh) − 1) ε_t,
//	x_s = (α_s/α_t) x_t − σ_s (e^h − 1) (ε_t + (ε_u − ε_t)/(2r)).
//
// R = 0 is taken as ½, the source's value; other R must lie in (0, 1]. Two
// evaluations a step, second order.
//
// Lu, Zhou, Bao, Chen, Li, Zhu (2022), "DPM-Solver", algorithms 1 and 4.
type DPMSolver2 struct{ R float64 }

// Memory is 0.
func (DPMSolver2) Memory() int { return 0 }

// Cost is two evaluations.
func (DPMSolver2) Cost() Cost { return Cost{Evaluations: 2} }

// Apply makes one step.
func (r DPMSolver2) Apply(s *Step) error {
	c, err := stage(r.R)
	if err != nil {
		return err
	}
	e, err := s.PredictedNoise()
	if err != nil {
		return err
	}
	h, at, y, eu := s.H(), between(s, c), s.Scratch(0), s.Scratch(1)
	mix(y, at.Alpha/s.From.Alpha, s.X, []float64{-at.Sigma * math.Expm1(c*h)}, e)
	if err := s.EvalNoise(eu, y, at); err != nil {
		return err
	}
	b := -s.To.Sigma * math.Expm1(h)
	w := 1 / (2 * c)
	mix(s.X, s.To.Alpha/s.From.Alpha, s.X, []float64{b * (1 - w), b * w}, e, eu)
	return nil
}

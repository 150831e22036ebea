package sampler

import "math"

// DPMPP2S is DPM-Solver++(2S), the singlestep rule of second order in the data
// form, with one stage u at λ_u = λ_t + r h, r = R:
//
//	x_u = (σ_u/σ_t) x_t − α_u (e^(−rh) − 1) D_t,
//	x_s = (σ_s/σ_t) x_t − α_s (e^(−h) − 1) (D_t + (D_u − D_t)/(2r)).
//
// R = 0 is taken as ½, the source's value; other R must lie in (0, 1]. Two
// evaluations a step, second order.
//
// Lu, Zhou, Bao, Chen, Li, Zhu (2022), "DPM-Solver++", algorithm 1.
type DPMPP2S struct{ R float64 }

// Memory is 0.
func (DPMPP2S) Memory() int { return 0 }

// Cost is two evaluations.
func (DPMPP2S) Cost() Cost { return Cost{Evaluations: 2} }

// Apply makes one step.
func (r DPMPP2S) Apply(s *Step) error {
	c, err := stage(r.R)
	if err != nil {
		return err
	}
	d, err := s.Denoised()
	if err != nil {
		return err
	}
	h, at, y, du := s.H(), between(s, c), s.Scratch(0), s.Scratch(1)
	mix(y, at.Sigma/s.From.Sigma, s.X, []float64{-at.Alpha * math.Expm1(-c*h)}, d)
	if err := s.Eval(du, y, at); err != nil {
		return err
	}
	b := -s.To.Alpha * math.Expm1(-h)
	w := 1 / (2 * c)
	mix(s.X, s.To.Sigma/s.From.Sigma, s.X, []float64{b * (1 - w), b * w}, d, du)
	return nil
}

package sampler

import "math"

// SDEDPMPP2S is the singlestep exponential rule for the reverse SDE in the data
// form, with one stage u at λ_u = λ_t + r h, r = R, and both noises from one
// Brownian path:
//
//	x_u = (σ_u/σ_t) e^(−rh) x_t − α_u (e^(−2rh) − 1) D_t + σ_u √(1 − e^(−2rh)) z_1,
//	x_s = (σ_s/σ_t) e^(−h) x_t − α_s (e^(−2h) − 1) (D_t + (D_u − D_t)/(2r))
//	      + σ_s (e^(−(1−r)h) √(1 − e^(−2rh)) z_1 + √(1 − e^(−2(1−r)h)) z_2).
//
// R = 0 is taken as ½, which is the exponential midpoint rule and SEEDS2 in the
// data form; other R must lie in (0, 1]. Two evaluations, two noises a step.
// Second order in the weak sense at any R: what the path does up to u, times
// 1/(2r), covaries with the noise of the whole step as its mean over the step.
//
// Lu, Zhou, Bao, Chen, Li, Zhu (2022), "DPM-Solver++", section 5 for the exact
// solution; Gonzalez et al. (2023), "SEEDS", algorithm 2 for the stages.
type SDEDPMPP2S struct{ R float64 }

// Memory is 0.
func (SDEDPMPP2S) Memory() int { return 0 }

// Cost is two evaluations and two noises.
func (SDEDPMPP2S) Cost() Cost { return Cost{Evaluations: 2, Noises: 2} }

// Apply makes one step.
func (r SDEDPMPP2S) Apply(s *Step) error {
	c, err := stage(r.R)
	if err != nil {
		return err
	}
	d, err := s.Denoised()
	if err != nil {
		return err
	}
	h, at, y, du := s.H(), between(s, c), s.Scratch(0), s.Scratch(1)
	z1, z2 := s.Noise(0), s.Noise(1)
	e := math.Expm1(-2 * c * h)
	mix(y, at.Sigma/s.From.Sigma*math.Exp(-c*h), s.X, []float64{-at.Alpha * e, at.Sigma * math.Sqrt(-e)}, d, z1)
	if err := s.Eval(du, y, at); err != nil {
		return err
	}
	rest := (1 - c) * h
	b := -s.To.Alpha * math.Expm1(-2*h)
	w := 1 / (2 * c)
	mix(s.X, s.To.Sigma/s.From.Sigma*math.Exp(-h), s.X, []float64{
		b * (1 - w), b * w,
		s.To.Sigma * math.Exp(-rest) * math.Sqrt(-e), s.To.Sigma * math.Sqrt(-math.Expm1(-2*rest)),
	}, d, du, z1, z2)
	return nil
}

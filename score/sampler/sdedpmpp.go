package sampler

import "math"

// SDEDPMPP is SDE-DPM-Solver++ by 1, 2 or 3 steps (Steps), the multistep
// exponential rule for the reverse SDE in the data form:
//
//	x_s = (σ_s/σ_t) e^(−h) x_t − α_s P₁ D_0 + α_s (P₂ D′ − P₃ D″) + σ_s √(1 − e^(−2h)) z,
//	P₁ = e^(−2h) − 1,   P₂ = P₁/(2h) + 1,   P₃ = P₂/(2h) − ½,
//
// with D′ and D″ those of DPMPP3M. Two predictions make −½ P₁ D′ of P₂ D′, the
// source's midpoint form. One step alone is DDPM.
//
// One evaluation, one noise a step. First order in the weak sense with one step,
// second with two or three: three estimate the drift to third order, but leave
// the correlation of noise and drift within a step as two do.
//
// Lu, Zhou, Bao, Chen, Li, Zhu (2022), "DPM-Solver++", section 5 and eq. 18 for
// one and two steps; DPMPP3M's differences for three.
type SDEDPMPP struct{ Steps int }

// Memory is the number of steps less one.
func (r SDEDPMPP) Memory() int { return min(max(r.Steps, 1), 3) - 1 }

// Cost is one evaluation and one noise.
func (SDEDPMPP) Cost() Cost { return Cost{Evaluations: 1, Noises: 1} }

// Apply makes one step.
func (r SDEDPMPP) Apply(s *Step) error {
	if err := orderWithin("SDEDPMPP.Steps", r.Steps, 1, 3); err != nil {
		return err
	}
	d, err := s.Denoised()
	if err != nil {
		return err
	}
	h := s.H()
	dpmpp(s, d, r.Steps, 2*h, s.To.Sigma/s.From.Sigma*math.Exp(-h))
	mix(s.X, 1, s.X, []float64{s.To.Sigma * math.Sqrt(-math.Expm1(-2*h))}, s.Noise(0))
	return nil
}

package sampler

import "math"

// DDPM is ancestral sampling: the Gaussian posterior of x_s given x_t and
// x_0 = D,
//
//	x_s = α_s D + σ_s e^(−h) (x_t − α_t D)/σ_t + c z,
//
// where c² is the variance of that posterior, σ_s²(1 − e^(−2h)), or, with
// Forward set, the variance of the forward step, σ_t²(1 − e^(−2h)) (written β̃
// and β in the source). The first is exact for a single data point, the second
// for standard normal data under VP.
//
// One evaluation, one noise a step. First order in the weak sense.
//
// Ho, Jain, Abbeel (2020), eqs. 6, 7 and 11.
type DDPM struct{ Forward bool }

// Memory is 0.
func (DDPM) Memory() int { return 0 }

// Cost is one evaluation and one noise.
func (DDPM) Cost() Cost { return Cost{Evaluations: 1, Noises: 1} }

// Apply makes one step.
func (r DDPM) Apply(s *Step) error {
	d, err := s.Denoised()
	if err != nil {
		return err
	}
	h := s.H()
	keep := s.To.Sigma * math.Exp(-h) / s.From.Sigma
	c := s.To.Sigma
	if r.Forward {
		c = s.From.Sigma
	}
	affine(s, keep, s.To.Alpha-keep*s.From.Alpha, d, c*math.Sqrt(-math.Expm1(-2*h)))
	return nil
}

package sampler

import "math"

// DDIM runs from a deterministic rule (Eta = 0) to ancestral DDPM (Eta = 1).
// With D = E[x_0 | x_t],
//
//	x_s = α_s D + √(σ_s² − η²β²) (x_t − α_t D)/σ_t + η β z,   β² = σ_s² (1 − e^(−2h)).
//
// One evaluation a step. First order (strong at Eta = 0, where it is the
// exponential Euler rule for the probability flow, and exact in one step when D
// is constant; weak for Eta > 0).
//
// Song, Meng, Ermon (2021), eqs. 12 and 16.
type DDIM struct{ Eta float64 }

// Memory is 0.
func (DDIM) Memory() int { return 0 }

// Cost is one evaluation, and one noise unless Eta is 0.
func (r DDIM) Cost() Cost {
	if r.Eta == 0 {
		return Cost{Evaluations: 1}
	}
	return Cost{Evaluations: 1, Noises: 1}
}

// Apply makes one step.
func (r DDIM) Apply(s *Step) error {
	d, err := s.Denoised()
	if err != nil {
		return err
	}
	h := s.H()
	beta2 := -math.Expm1(-2 * h)
	keep := s.To.Sigma * math.Sqrt(1-r.Eta*r.Eta*beta2)
	if r.Eta == 1 {
		keep = s.To.Sigma * math.Exp(-h) // the same number without the cancellation
	}
	affine(s, keep/s.From.Sigma, s.To.Alpha-keep*s.From.Alpha/s.From.Sigma, d, r.Eta*s.To.Sigma*math.Sqrt(beta2))
	return nil
}

// affine sets x ← a x + b d + c z, with the step's first noise where c ≠ 0.
func affine(s *Step, a, b float64, d []float64, c float64) {
	x := s.X
	d = d[:len(x)]
	if c == 0 {
		for i, v := range x {
			x[i] = a*v + b*d[i]
		}
		return
	}
	z := s.Noise(0)[:len(x)]
	for i, v := range x {
		x[i] = a*v + b*d[i] + c*z[i]
	}
}

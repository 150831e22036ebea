package sampler

import "math"

// EulerAncestral is an Euler step in ρ = σ/α to below the next level, and noise
// to come back up to it. With y = x/α and
//
//	ρ_up = η ρ_s √(1 − ρ_s²/ρ_t²),   ρ_down = √(ρ_s² − ρ_up²),
//	y_s = y_t + (ρ_down − ρ_t) (y_t − D)/ρ_t + ρ_up z,
//
// η = Eta. This is DDIM of the same Eta, and for Eta = 1 DDPM, as other libraries
// write them. One evaluation, one noise a step; first order in the weak sense.
//
// Karras, Aittala, Aila, Laine (2022), eq. 3 for the coordinates; Song, Meng,
// Ermon (2021), eq. 16 for the variance.
type EulerAncestral struct{ Eta float64 }

// Memory is 0.
func (EulerAncestral) Memory() int { return 0 }

// Cost is one evaluation, and one noise unless Eta is 0.
func (r EulerAncestral) Cost() Cost { return DDIM(r).Cost() }

// Apply makes one step.
func (r EulerAncestral) Apply(s *Step) error {
	d, err := s.Denoised()
	if err != nil {
		return err
	}
	down, up := ancestral(s, r.Eta)
	k := down / s.From.Rho()
	affine(s, s.To.Alpha*k/s.From.Alpha, s.To.Alpha*(1-k), d, s.To.Alpha*up)
	return nil
}

// ancestral returns ρ_down and ρ_up. With τ = 1 − ρ_s²/ρ_t² the former is
// ρ_s √(1 − η²τ).
func ancestral(s *Step, eta float64) (down, up float64) {
	rho, tau := s.To.Rho(), -math.Expm1(-2*s.H())
	if up = eta * rho * math.Sqrt(tau); eta == 1 {
		return rho * math.Exp(-s.H()), up
	}
	return rho * math.Sqrt(1-eta*eta*tau), up
}

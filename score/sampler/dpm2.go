package sampler

import (
	"math"

	"github.com/ito-sde/ito/sde"
)

// DPM2 is the midpoint rule in ρ = σ/α with the midpoint taken in ln ρ, to below
// the next level, and noise to come back up to it. With y = x/α, ρ_down and
// ρ_up those of EulerAncestral,
//
//	ρ_m = √(ρ_t ρ_down),   y_m = y_t + (ρ_m − ρ_t) (y_t − D(y_t, ρ_t))/ρ_t,
//	y_s = y_t + (ρ_down − ρ_t) (y_m − D(y_m, ρ_m))/ρ_m + ρ_up z.
//
// Two evaluations a step, one noise unless Eta is 0. Second order; in the weak
// sense where there is noise, which only brings an exact marginal to another.
//
// Karras, Aittala, Aila, Laine (2022), appendix D.2 for the midpoint; the choice
// of midpoint is that of Lu, Zhou, Bao, Chen, Li, Zhu (2022), "DPM-Solver",
// algorithm 1.
type DPM2 struct{ Eta float64 }

// Memory is 0.
func (DPM2) Memory() int { return 0 }

// Cost is two evaluations, and one noise unless Eta is 0.
func (r DPM2) Cost() Cost {
	c := DDIM(r).Cost()
	c.Evaluations = 2
	return c
}

// Apply makes one step.
func (r DPM2) Apply(s *Step) error {
	d, err := s.Denoised()
	if err != nil {
		return err
	}
	down, up := ancestral(s, r.Eta)
	rho, y, dm := s.From.Rho(), s.Scratch(0), s.Scratch(1)
	mid := math.Sqrt(rho * down)
	mix(y, mid/rho/s.From.Alpha, s.X, []float64{1 - mid/rho}, d)
	if err := s.Eval(dm, y, sde.Level{Alpha: 1, Sigma: mid}); err != nil {
		return err
	}
	k := s.To.Alpha * (down - rho) / mid
	a := s.To.Alpha / s.From.Alpha
	if r.Eta == 0 {
		mix(s.X, a, s.X, []float64{k, -k}, y, dm)
		return nil
	}
	mix(s.X, a, s.X, []float64{k, -k, s.To.Alpha * up}, y, dm, s.Noise(0))
	return nil
}

package sampler

import (
	"math"

	"github.com/ito-sde/ito/sde"
)

// Consistency samples from models that follow the probability flow in one
// evaluation, G(x; t → u) (score.FlowMap): every step jumps to a level u below s and adds
// noise up to s. With ρ = σ/α,
//
//	ρ_u = √(1 − γ²) ρ_s,   x_s = (α_s/α_u) G(x_t; t → u) + γ σ_s z,   γ = Gamma,
//
// and the final denoising jumps to the data. Gamma = 1 is the multistep sampler of
// consistency models, for which u is the data, α = 1 and σ = 0, in every step: a grid of one
// time samples with one evaluation, a grid of two with two. Gamma = 0 goes from level
// to level without noise, as a consistency trajectory model may; both ends and all
// between have the exact marginals, in any number of steps, if G is exact.
//
// One evaluation, and one noise a step unless Gamma is 0.
//
// Song, Dhariwal, Chen, Sutskever (2023), "Consistency models", algorithm 1; Kim et
// al. (2024), "Consistency trajectory models", algorithm 3.
type Consistency struct{ Gamma float64 }

// Memory is 0.
func (Consistency) Memory() int { return 0 }

// Cost is one evaluation, and one noise unless Gamma is 0.
func (r Consistency) Cost() Cost { return DDIM{Eta: r.Gamma}.Cost() }

// Apply makes one step.
func (r Consistency) Apply(s *Step) error {
	if err := orderWithin("Consistency.Gamma", r.Gamma, 0, 1); err != nil {
		return err
	}
	y, u := s.Scratch(0), sde.Level{Alpha: 1} // the data
	if r.Gamma < 1 {
		u = sde.Level{Alpha: s.To.Alpha, Sigma: s.To.Sigma * math.Sqrt(1-r.Gamma*r.Gamma)}
	}
	if err := s.FlowMap(y, s.X, s.From, u); err != nil {
		return err
	}
	if r.Gamma == 0 {
		copy(s.X, y)
		return nil
	}
	mix(s.X, s.To.Alpha/u.Alpha, y, []float64{r.Gamma * s.To.Sigma}, s.Noise(0))
	return nil
}

// End jumps to the data.
func (Consistency) End(s *Step) error {
	y := s.Scratch(0)
	if err := s.FlowMap(y, s.X, s.To, sde.Level{Alpha: 1}); err != nil {
		return err
	}
	copy(s.X, y)
	return nil
}

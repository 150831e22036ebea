package sampler

import (
	"math"

	"github.com/ito-sde/ito/sde"
)

// Restart makes every step 1 + Times times: down by Heun in ρ = σ/α, and between
// two times up again by noise. With y = x/α and Heun that of EDMHeun without
// churn,
//
//	y_s = Heun(y_t; ρ_t → ρ_s);   Times times: y_t ← y_s + √(ρ_t² − ρ_s²) z_k,   y_s ← Heun(y_t; ρ_t → ρ_s).
//
// The noise makes forget what errors came before the step. The source restarts
// over an interval of several steps; here the intervals are the grid's steps.
//
// 2 (1 + Times) evaluations, Times noises a step; second order in the weak sense.
//
// Xu, Deng, Cheng, Tian, Liu, Jaakkola (2023), "Restart sampling", algorithm 1.
type Restart struct{ Times int }

// Memory is 0.
func (Restart) Memory() int { return 0 }

// Cost is two evaluations for every time, and a noise between them.
func (r Restart) Cost() Cost {
	k := max(r.Times, 0)
	return Cost{Evaluations: 2 * (1 + k), Noises: k}
}

// Apply makes one step.
func (r Restart) Apply(s *Step) error {
	if err := orderWithin("Restart.Times", r.Times, 0, 1000); err != nil {
		return err
	}
	x, rho, next := s.X, s.From.Rho(), s.To.Rho()
	for i := range x {
		x[i] /= s.From.Alpha
	}
	up := math.Sqrt((rho - next) * (rho + next))
	for k := range r.Times + 1 {
		if k > 0 {
			mix(x, 1, x, []float64{up}, s.Noise(k-1))
		}
		if err := heun(s, x, rho, next); err != nil {
			return err
		}
	}
	for i := range x {
		x[i] *= s.To.Alpha
	}
	return nil
}

// heun replaces y at ρ by its Heun step to next.
func heun(s *Step, y []float64, rho, next float64) error {
	d, end, dend := s.Scratch(0), s.Scratch(1), s.Scratch(2)
	if err := s.Eval(d, y, sde.Level{Alpha: 1, Sigma: rho}); err != nil {
		return err
	}
	h := next - rho
	mix(end, 1+h/rho, y, []float64{-h / rho}, d)
	if err := s.Eval(dend, end, sde.Level{Alpha: 1, Sigma: next}); err != nil {
		return err
	}
	a, b := 0.5*h/rho, 0.5*h/next
	mix(y, 1+a, y, []float64{-a, b, -b}, d, end, dend)
	return nil
}

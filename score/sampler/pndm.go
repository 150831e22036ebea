package sampler

import (
	"fmt"

	"github.com/ito-sde/ito/sde"
)

// PNDM is the pseudo linear multistep rule (PLMS): from the fourth step on
// IPNDM's of four noises, and in the first three steps the pseudo Runge–Kutta
// rule. With φ(x, ε, t → s) the DDIM step and m half-way in time,
//
//	ε₁ = ε(x_t, t),              x₁ = φ(x_t, ε₁, t → m),
//	ε₂ = ε(x₁, m),               x₂ = φ(x_t, ε₂, t → m),
//	ε₃ = ε(x₂, m),               x₃ = φ(x_t, ε₃, t → s),
//	ε₄ = ε(x₃, s),               x_s = φ(x_t, (ε₁ + 2ε₂ + 2ε₃ + ε₄)/6, t → s).
//
// One evaluation a step and three more in each of the first three, of which a
// grid must have as many. Orders as IPNDM.
//
// Liu, Ren, Lin, Zhao (2022), eqs. 11 to 14, algorithm 2.
type PNDM struct{}

// Memory is 3.
func (PNDM) Memory() int { return 3 }

// Cost is one evaluation, and nine for the start.
func (PNDM) Cost() Cost { return Cost{Evaluations: 1, Start: 9, Least: 3} }

// Apply makes one step.
func (PNDM) Apply(s *Step) error {
	if s.Steps < 3 {
		return fmt.Errorf("%w: PNDM starts with three Runge–Kutta steps, the grid has %d", ErrGrid, s.Steps)
	}
	e, err := s.PredictedNoise()
	if err != nil {
		return err
	}
	if _, _, ok := s.Earlier(3); ok {
		pseudo(s, e, 4)
		return nil
	}
	mid := s.Process.At(0.5 * (s.Time + s.Next))
	y, next, sum := s.Scratch(0), s.Scratch(1), s.Scratch(2)
	copy(sum, e)
	last := e
	for _, k := range [3]struct {
		at     sde.Level
		weight float64
	}{{mid, 2}, {mid, 2}, {s.To, 1}} {
		mix(y, k.at.Alpha/s.From.Alpha, s.X, []float64{k.at.Alpha * (k.at.Rho() - s.From.Rho())}, last)
		if err := s.EvalNoise(next, y, k.at); err != nil {
			return err
		}
		mix(sum, 1, sum, []float64{k.weight}, next)
		last = next
	}
	mix(s.X, s.To.Alpha/s.From.Alpha, s.X, []float64{s.To.Alpha * (s.To.Rho() - s.From.Rho()) / 6}, sum)
	return nil
}

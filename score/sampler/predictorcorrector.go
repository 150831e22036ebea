package sampler

import "math"

// PredictorCorrector makes one Langevin step at the level of x_t and then one
// Euler–Maruyama step of the reverse SDE:
//
//	x̂   = x_t + e s(x_t, t) + √(2e) z_0,   e = σ_t² (1 − e^(−Rate h)),
//	x_s = x̂ + (f x̂ − g² s(x̂, t))(s − t) + g √(t − s) z_1.
//
// The original chooses e = 2(r ‖z‖/‖s‖)² with r fixed and norms over the batch.
// Here the norms are replaced by their expectations at a noise-dominated level,
// ‖z‖/‖s‖ → σ_t, so that a sample does not depend on its batch-mates, and the
// step shrinks with h: a fixed r leaves a variance bias of 1/(1 − r²) however
// fine the grid. Since e < σ_t² the step is stable at every level. Rate = 0 is
// taken as 1, about as much noise as the reverse SDE itself injects.
//
// Two evaluations, two noises a step. First order in the weak sense.
//
// Song, Sohl-Dickstein, Kingma, Kumar, Ermon, Poole (2021), algorithms 2 to 5.
type PredictorCorrector struct{ Rate float64 }

// Memory is 0.
func (PredictorCorrector) Memory() int { return 0 }

// Cost is two evaluations and two noises.
func (PredictorCorrector) Cost() Cost { return Cost{Evaluations: 2, Noises: 2} }

// Apply makes one step.
func (r PredictorCorrector) Apply(s *Step) error {
	rate := r.Rate
	if rate == 0 {
		rate = 1
	}
	d := s.Scratch(0)
	if err := s.Eval(d, s.X, s.From); err != nil {
		return err
	}
	k := -math.Expm1(-rate * s.H()) // e/σ²
	x, z := s.X, s.Noise(0)[:len(s.X)]
	a, b, c := 1-k, k*s.From.Alpha, s.From.Sigma*math.Sqrt(2*k)
	for i, v := range x {
		x[i] = a*v + b*d[i] + c*z[i]
	}
	if err := s.Eval(d, x, s.From); err != nil {
		return err
	}
	reverseEuler(s, d, s.Noise(1))
	return nil
}

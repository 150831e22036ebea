package sampler

// ImprovedEuler is the improved Euler rule for the reverse SDE
// dx = a(x, t) dt + g dw̄, a = f x − g² s, judged by the Euler–Maruyama rule:
//
//	x' = x_t + a(x_t, t)(s − t) + g_t √(t − s) z,
//	x̃  = x_t + a(x', s)(s − t) + g_s √(t − s) z,   x_s = (x' + x̃)/2,
//
// with one z, of the row's own path. The step is in t, and its length is corrected
// by the error to the power 0.9.
//
// Two evaluations a trial, one after a rejection.
//
// Jolicoeur-Martineau et al. (2021), "Gotta go fast when generating data with
// score-based models", algorithm 1, with extrapolation; the power is their r.
type ImprovedEuler struct{}

// Cost is two evaluations and one noise.
func (ImprovedEuler) Cost() Cost { return Cost{Evaluations: 2, Noises: 1} }

// Control is in t, by the power 0.9.
func (ImprovedEuler) Control() (in Coordinate, power float64) { return InTime, 0.9 }

// Try makes one trial.
func (ImprovedEuler) Try(s *Step, low []float64) error {
	d, err := s.Denoised()
	if err != nil {
		return err
	}
	a, b, c := reverseCoefficients(s, s.Time, s.From)
	z, end := s.Noise(0), s.Scratch(0)
	mix(low, 1+a, s.X, []float64{b, c}, d, z)
	if err := s.Eval(end, low, s.To); err != nil {
		return err
	}
	a, b, c = reverseCoefficients(s, s.Next, s.To)
	mix(s.X, 0.5, s.X, []float64{0.5 * (1 + a), 0.5 * b, 0.5 * c}, low, end, z)
	return nil
}

package sampler

import (
	"math"

	"github.com/ito-sde/ito/sde"
)

// EulerMaruyama is the Euler–Maruyama rule for the reverse-time SDE
//
//	dx = [f x − g² s(x, t)] dt + g dw̄,   s = (α D − x)/σ²,
//
// from t down to s in one step of the process's own time, both from the grid:
//
//	x_s = x_t + (f x_t − g² s(x_t, t))(s − t) + g √(t − s) z.
//
// One evaluation, one noise a step. First order in the weak sense.
//
// Song, Sohl-Dickstein, Kingma, Kumar, Ermon, Poole (2021), eq. 6 and
// appendix D; Anderson (1982) for the reverse SDE.
type EulerMaruyama struct{}

// Memory is 0.
func (EulerMaruyama) Memory() int { return 0 }

// Cost is one evaluation and one noise.
func (EulerMaruyama) Cost() Cost { return Cost{Evaluations: 1, Noises: 1} }

// Apply makes one step.
func (EulerMaruyama) Apply(s *Step) error {
	d, err := s.Denoised()
	if err != nil {
		return err
	}
	reverseEuler(s, d, s.Noise(0))
	return nil
}

// reverseEuler advances x by one Euler–Maruyama step of the reverse SDE.
func reverseEuler(s *Step, d, z []float64) {
	a, b, c := reverseCoefficients(s, s.Time, s.From)
	a++
	x := s.X
	d, z = d[:len(x)], z[:len(x)]
	for i, v := range x {
		x[i] = a*v + b*d[i] + c*z[i]
	}
}

// reverseCoefficients returns those of the reverse SDE at a time and its level,
// over the step: its increment is a x + b D + c z.
func reverseCoefficients(s *Step, t float64, at sde.Level) (a, b, c float64) {
	f, g := s.Process.Coefficients(t)
	dt := s.Next - s.Time
	k := g * g / (at.Sigma * at.Sigma)
	return (f + k) * dt, -k * at.Alpha * dt, g * math.Sqrt(-dt)
}

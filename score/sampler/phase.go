package sampler

import (
	"fmt"

	"github.com/ito-sde/ito/sde"
)

// phase returns the process and the state (x, v) of a rule that moves in phase space
// and keeps both from step to step. In the first step it is made from s.X = y, with
// the noise of number lift for what y leaves open:
//
//	u = A y + e z.
//
// So the state has the law of the process wherever y has.
func phase(s *Step, lift int) (p sde.CLD, x, v []float64, err error) {
	p, ok := s.Process.(sde.CLD)
	if !ok {
		return p, nil, nil, fmt.Errorf("%w: it moves positions and velocities, which %T has not; its process is sde.CLD", ErrRule, s.Process)
	}
	x, v = s.Kept(0), s.Kept(1)
	if s.First {
		k := p.Kernel(s.Time)
		ex, ev := k.Hidden()
		z := s.Noise(lift)
		mix(x, k.A[0], s.X, []float64{ex}, z)
		mix(v, k.A[1], s.X, []float64{ev}, z)
	}
	return p, x, v, nil
}

// observe sets y to what x and v at a time tell of the data, and returns its kernel.
func observe(y, x, v []float64, p sde.CLD, t float64) sde.PhaseKernel {
	k := p.Kernel(t)
	wx, wv := k.Observe()
	mix(y, wx, x, []float64{wv}, v)
	return k
}

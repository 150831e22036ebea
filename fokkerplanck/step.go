package fokkerplanck

import "math"

// stepper carries the masses of the cells from step to step. Its vectors have
// two more places, at the ends, for what the walls have absorbed.
type stepper struct {
	*chain
	all, old, low, move []float64
	m                   []float64 // the cells within all
	pivots              []float64
}

func newStepper(pr Problem, g Grid) *stepper {
	n := g.Cells()
	s := &stepper{chain: newChain(pr, g), pivots: make([]float64, 2*n)}
	s.all, s.old, s.low, s.move = make([]float64, n+2), make([]float64, n+2), make([]float64, n+2), make([]float64, n+2)
	s.m = s.all[1 : n+1]
	return s
}

// solve replaces v by (1 − h L)^−1 v, the absorbed masses included.
func (s *stepper) solve(v []float64, h float64) {
	m := v[1 : len(v)-1]
	s.implicit(m, s.pivots, h)
	if n := len(m); s.pr.Left != Periodic {
		v[0] += h * s.left[0] * m[0]
		v[n+1] += h * s.right[n-1] * m[n-1]
	}
}

func (s *stepper) step(scheme Scheme, t, next float64) error {
	h, gamma := next-t, 1.0
	switch scheme {
	case BackwardEuler:
		if err := s.assemble(next); err != nil {
			return err
		}
		s.solve(s.all, h)
		return nil
	case TRBDF2:
		gamma = 2 - math.Sqrt2
	}
	// The first part, to t + γh: twice backward Euler for half of it less the
	// start is (1 − ½γhL)⁻¹ (1 + ½γhL), without the large numbers of h L m.
	if err := s.assemble(min(t+0.5*gamma*h, next)); err != nil {
		return err
	}
	n := len(s.m)
	copy(s.old, s.all)
	s.solve(s.all, 0.5*gamma*h)
	for i, v := range s.all {
		s.all[i] = 2*v - s.old[i]
	}
	if scheme == TRBDF2 {
		// BDF2 on t, t + γh, t + h: (1 − ½γhL) m_1 = (m_γ − (1−γ)² m_0)/(γ(2−γ)).
		w := (1 - gamma) * (1 - gamma) / (gamma * (2 - gamma))
		for i, v := range s.all {
			s.all[i] = v + w*(v-s.old[i])
		}
		if err := s.assemble(next); err != nil {
			copy(s.all, s.old)
			return err
		}
		s.solve(s.all, 0.5*gamma*h)
	}
	if negative(s.all) {
		copy(s.low, s.old)
		s.solve(s.low, h)
		limit(s.low, s.all, s.move)
		s.all, s.low = s.low, s.all
		s.m = s.all[1 : n+1]
	}
	return nil
}

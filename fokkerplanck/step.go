package fokkerplanck

import "math"

// stepper carries the masses of the cells from step to step.
type stepper struct {
	*chain
	m, old, pivots []float64
}

func newStepper(pr Problem, g Grid) *stepper {
	n := g.Cells()
	return &stepper{newChain(pr, g), make([]float64, n), make([]float64, n), make([]float64, n)}
}

func (s *stepper) step(scheme Scheme, t, next float64) error {
	h, gamma := next-t, 1.0
	switch scheme {
	case BackwardEuler:
		if err := s.assemble(next); err != nil {
			return err
		}
		s.implicit(s.m, s.pivots, h)
		return nil
	case TRBDF2:
		gamma = 2 - math.Sqrt2
	}
	// The trapezoidal rule to t + γh.
	if err := s.assemble(t); err != nil {
		return err
	}
	copy(s.old, s.m)
	s.explicit(s.m, s.old, 0.5*gamma*h)
	if err := s.assemble(min(t+gamma*h, next)); err != nil {
		return err
	}
	s.implicit(s.m, s.pivots, 0.5*gamma*h)
	if scheme == CrankNicolson {
		return nil
	}
	// BDF2 on t, t + γh, t + h: (1 − ½γhL) m_1 = (m_γ − (1−γ)² m_0)/(γ(2−γ)).
	w := (1 - gamma) * (1 - gamma) / (gamma * (2 - gamma))
	for i, v := range s.m {
		s.m[i] = v + w*(v-s.old[i])
	}
	if err := s.assemble(next); err != nil {
		return err
	}
	s.implicit(s.m, s.pivots, 0.5*gamma*h)
	return nil
}

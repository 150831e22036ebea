package rosenbrock

import "math"

// part is the share of a step that the differences for f_t go: 1e-4, or 2⁻²⁰ of the
// time in which a solution changes where steps at the tolerance are shorter than a
// hundredth of it, h^(p+1) ≈ tol. Rounding divided by less is felt at tolerances of
// 1e-15.
func (m *Tableau) part(tol float64) float64 {
	const least, most = 1e-4, 0.1
	if !(tol > 0) {
		return least
	}
	return min(most, max(least, 0x1p-20*math.Pow(tol, -1/float64(m.P+1))))
}

// differ sets f_t = ∂f/∂t at the start of the step by differences of second
// order within the first part of it. Those of first order would leave
// half the digits only, and so would be felt at tolerances of 1e-8; the times
// are what the additions leave of them, so that long after t = 0 no digits are
// lost. A field that is the same, to the bit, at the second time is taken not to
// depend on it.
func (s *stepper) differ(h float64) error {
	const least = 0x1p-46
	step := math.Copysign(math.Max(s.part*math.Abs(h), least*math.Abs(s.t)), h)
	near, far := s.t+step, s.t+2*step
	d1, d2 := near-s.t, far-s.t
	n := s.dim
	f0, f1, f2 := s.f0[:n], s.sum[:n], s.ft[:n]
	if err := s.lin.Eval(f2, far, s.y[:n]); err != nil {
		return err
	}
	s.drifts = false
	for j, v := range f2 {
		if v != f0[j] {
			s.drifts = true
			break
		}
	}
	if s.drifts {
		if err := s.lin.Eval(f1, near, s.y[:n]); err != nil {
			return err
		}
		// The slope at 0 of the parabola through all three.
		c1, c2 := d2/(d1*(d2-d1)), -d1/(d2*(d2-d1))
		for j, v := range f0 {
			s.ft[j] = c1*(f1[j]-v) + c2*(f2[j]-v)
		}
	}
	s.span = h
	return nil
}

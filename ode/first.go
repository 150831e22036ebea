package ode

import "math"

// firstStep guesses a step by which an explicit Euler step moves the state by a
// hundredth of its tolerance-weighted size, corrected by the second derivative:
// Hairer, Nørsett, Wanner (1993), section II.4.
func (s *solver) firstStep() error {
	n := len(s.y)
	mem := make([]float64, 3*n)
	f0, f1, y1 := mem[:n], mem[n:2*n], mem[2*n:]
	s.extra += 2
	if err := s.field(f0, s.t, s.y); err != nil {
		return s.fail(err, s.t, 0)
	}
	if i := firstNotFinite(f0); i >= 0 {
		return &Error{Cause: ErrNotFinite, T: s.t, Component: i}
	}
	norm := func(v []float64) float64 {
		var sum float64
		for i, x := range v {
			// A zero without an absolute tolerance says nothing of scale.
			if w := s.atol[i] + s.c.RTol*math.Abs(s.y[i]); w > 0 {
				sum += (x / w) * (x / w)
			}
		}
		return math.Sqrt(sum / float64(n))
	}
	span := min(math.Abs(s.t1-s.t), s.c.Max)
	d0, d1 := norm(s.y), norm(f0)
	h0 := 0.01 * d0 / d1
	if !(d0 >= 1e-5) || !(d1 >= 1e-5) || math.IsInf(d0, 0) || math.IsInf(d1, 0) {
		h0 = 1e-6
	}
	h0 = min(h0, span)
	for i := range y1 {
		y1[i] = s.y[i] + s.dir*h0*f0[i]
	}
	if err := s.field(f1, s.t+s.dir*h0, y1); err != nil {
		return s.fail(err, s.t, h0)
	}
	for i := range f1 {
		f1[i] -= f0[i]
	}
	d2 := norm(f1) / h0
	h1 := math.Pow(0.01/max(d1, d2), 1/float64(s.order))
	if max(d1, d2) <= 1e-15 {
		h1 = max(1e-6, 1e-3*h0)
	}
	s.h = min(100*h0, h1, span)
	if !(s.h > 4*ulp(s.t)) {
		s.h = min(span, 16*ulp(s.t))
	}
	return nil
}

package radau

// Interpolate writes u(t + θh), the collocation polynomial of the last accepted
// step; before the first one, the state. Where the step's error was estimated, by e, and
// s > 1, it adds
//
//	γ e ∫_0^θ Π_i (1 − x/c_i) dx,   γ e ≈ h (M⁻¹ f(t, y) − u'(t)) for smooth components,
//
// which gives u the slope of the solution at its start too and leaves its end as it is:
// the interpolant is of order s+1 and has a continuous derivative, and stiff components
// are damped in it as they are in e.
func (s *stepper) Interpolate(dst []float64, theta float64) error {
	l := s.lastLevel
	if l == nil {
		copy(dst, s.y)
		return nil
	}
	l.lagrange(l.coef, theta)
	l.sum.Combine(s.stage, s.start, 1, s.last)
	if s.lastEstimated && len(l.C) > 1 {
		bump := 0.0
		for j := len(l.bump) - 1; j >= 0; j-- {
			bump = (bump + l.bump[j]) * theta
		}
		for i, e := range s.lastE {
			s.stage[i] += bump * e
		}
	}
	copy(dst, s.stage)
	return nil
}

// guess sets z from the polynomial of the step before, continued over this one:
// z_i = u(1 + c_i h/h0) − u(1). Hairer, Wanner (1996), eq. IV.8.5.
func (s *stepper) guess(h float64) {
	const far = 10 // a polynomial says nothing there
	r, last := h/s.h0, s.lastLevel
	if last == nil || !(r > 0 && r <= far) {
		clear(s.z)
		return
	}
	for i, c := range s.level.C {
		last.lagrange(last.coef, 1+c*r)
		last.coef[len(last.coef)-1]--
		last.sum.Combine(s.part(s.z, i), nil, 1, s.last)
	}
}

package radau

import "math"

// control is what the choice of step and order remembers.
type control struct {
	h, norm    float64 // of the step accepted before; 0: none
	rejected   bool    // the step at hand was
	changed    bool    // the order, at the last choice
	steps      int     // tried since then
	theta      float64 // the rate of convergence, forgotten slowly
	unexpected bool    // the iteration failed
}

// Choose is the step control of Hairer and Wanner (1996), section IV.8, with
// k = 1/(s+1), n the iterations of at most m, and e the norm:
//
//	h' = h f e^(−k),   f = 0.9 (2m+1)/(2m+n)
//
// and, after two accepted steps, at most that of Gustafsson's predictive
// controller,
//
//	h' = 0.9 h (h/h_before) (e_before/e²)^k
//
// between h/5 and 8h; the first step goes to h/10 when it is rejected. A failed
// iteration asks for the length at which its rate would have sufficed, or h/2.
// h' from h to 1.2 h is h where the iteration converges well, so that the factors
// serve again.
//
// The order rises where the iteration converges very well on even steps, ten
// steps after the last change at the soonest, and falls where it converges badly
// or not at all: Hairer, Wanner (1999), section 4.
func (s *stepper) Choose(h, norm float64, _ []float64) float64 {
	const safety, shrink, grow = 0.9, 5, 1.0 / 8
	c, l := &s.control, s.level
	if r := s.newton.shorter; r > 0 && norm > 1 {
		c.rejected = true
		s.order(r)
		return h * r
	}
	k := len(l.C) + 1
	bound := func(q float64) float64 { return math.Max(grow, math.Min(shrink, q)) }
	m, n := float64(2*l.most), float64(s.newton.iterations)
	q := float64(shrink)
	if norm <= math.MaxFloat64 {
		q = bound(root(norm, k) * (m + n) / (safety * (m + 1)))
	}
	if !(norm <= 1) {
		c.rejected = true
		if s.lastLevel == nil {
			return h / 10
		}
		s.order(h / q / s.h0)
		return h / q
	}
	if c.h != 0 && !c.changed {
		q = math.Max(q, bound(c.h/h*root(norm*norm/c.norm, k)/safety))
	}
	c.h, c.norm = h, math.Max(0.01, norm)
	if math.Abs(h)/q > math.Abs(h) && c.rejected {
		q = 1
	}
	c.rejected = false
	if s.order(1 / q); c.changed {
		return h / q
	}
	if r := 1 / q; s.newton.theta <= keep && r >= 1 && r <= 1.2 {
		return h
	}
	return h / q
}

// root is x^(1/n) for n = 2, 4, 6, 8, in a fraction of the time of math.Pow.
func root(x float64, n int) float64 {
	for ; n%2 == 0; n /= 2 {
		x = math.Sqrt(x)
	}
	if n == 3 {
		x = math.Cbrt(x)
	}
	return x
}

// order chooses the number of stages for a step whose length is ratio times that
// of the last accepted one.
func (s *stepper) order(ratio float64) {
	const up, down = 0.002, 0.8
	c := &s.control
	c.changed = false
	c.steps++
	c.theta = math.Min(10, math.Max(s.newton.theta, c.theta/2))
	switch {
	case c.unexpected || c.theta >= down:
		s.lower()
	case s.newton.iterations > 1 && c.theta <= up && 0.8 < ratio && ratio < 1.2 && c.steps > 10:
		s.change(1)
	}
}

// lower takes the next lower order, where there is one.
func (s *stepper) lower() {
	s.control.unexpected = false
	s.change(-1)
}

func (s *stepper) change(by int) {
	to := s.at + by
	if to < 0 || to >= len(s.levels) {
		return
	}
	s.at, s.level = to, s.levels[to]
	s.control.changed, s.control.steps = true, 1
}

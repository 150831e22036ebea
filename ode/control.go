package ode

import (
	"math"

	"github.com/ito-sde/ito/integrators"
)

// controller is the PI controller: after an accepted step of error norm e_n,
//
//	h' = h · safety · e_n^(−α) e_(n−1)^β,   α = 0.7/q, β = 0.4/q,
//
// q the order of the estimate plus one; after a rejection h' = h safety e^(−1/q),
// and the step after a rejection does not grow. Gustafsson (1991); Hairer, Wanner
// (1996), eq. IV.2.43c.
type controller struct {
	q        float64
	previous float64
	rejected bool
}

func newController(q int) controller { return controller{q: float64(q), previous: 1e-4} }

// factor returns h'/h, between 1/5 and 10, for the norm of the step just tried.
func (c *controller) factor(norm float64) float64 {
	const safety, least, most = 0.9, 0.2, 10
	if norm > 1 {
		c.rejected = true
		return math.Max(least, safety*math.Pow(norm, -1/c.q))
	}
	norm = math.Max(norm, 1e-10)
	f := safety * math.Pow(norm, -0.7/c.q) * math.Pow(c.previous, 0.4/c.q)
	top := float64(most)
	if c.rejected {
		top = 1
	}
	c.previous, c.rejected = math.Max(norm, 1e-4), false
	return math.Min(top, math.Max(least, f))
}

// firstStep guesses a step by which an explicit Euler step moves the state by a
// hundredth of its tolerance-weighted size, corrected by the second derivative.
func firstStep(f integrators.Field, s *solver, order int) (float64, error) {
	n := len(s.y)
	mem := make([]float64, 3*n)
	f0, f1, y1 := mem[:n], mem[n:2*n], mem[2*n:]
	if err := f(f0, s.t, s.y); err != nil {
		return 0, &Error{Cause: err, T: s.t, Component: -1}
	}
	if i := firstNotFinite(f0); i >= 0 {
		return 0, &Error{Cause: ErrNotFinite, T: s.t, Component: i}
	}
	norm := func(v []float64) float64 {
		var sum float64
		for i, x := range v {
			if x != 0 {
				x /= s.c.ATol + s.c.RTol*math.Abs(s.y[i])
				sum += x * x
			}
		}
		return math.Sqrt(sum / float64(n))
	}
	span := math.Abs(s.t1 - s.t)
	d0, d1 := norm(s.y), norm(f0)
	h0 := 0.01 * d0 / d1
	if !(d0 >= 1e-5) || !(d1 >= 1e-5) || math.IsInf(d0, 0) || math.IsInf(d1, 0) {
		h0 = 1e-6
	}
	h0 = math.Min(h0, span)
	for i := range y1 {
		y1[i] = s.y[i] + s.dir*h0*f0[i]
	}
	if err := f(f1, s.t+s.dir*h0, y1); err != nil {
		return 0, &Error{Cause: err, T: s.t, H: h0, Component: -1}
	}
	for i := range f1 {
		f1[i] -= f0[i]
	}
	d2 := norm(f1) / h0
	h1 := math.Pow(0.01/math.Max(d1, d2), 1/float64(order))
	if math.Max(d1, d2) <= 1e-15 {
		h1 = math.Max(1e-6, 1e-3*h0)
	}
	h := math.Min(math.Min(100*h0, h1), span)
	if !(h > 4*ulp(s.t)) {
		h = math.Min(span, 16*ulp(s.t))
	}
	return h, nil
}

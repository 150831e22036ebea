package sampler

import "math"

// SSCS is the symmetric splitting sampler of critically damped Langevin diffusion
// (sde.CLD): half a step of damping and noise, exactly, a kick by the rest of
// the score, and another half. Backwards in time, with h = t − s, m = t − h/2 and v in
// units of √M,
//
//	(x, −v) ← Ψ_{h/2} (x, −v) + L_{h/2} z,
//	v ← v + 4R h (∇_v log p_m(x, v) + v),   ∇_v log p = (Σ⁻¹ (A D − u))_v,
//	(x, −v) ← Ψ_{h/2} (x, −v) + L_{h/2} z',
//
// where Ψ and L are those of the process's own law over h/2. Where the data has
// been forgotten, ∇_v log p = −v and the step is exact.
//
// Twice makes the kick by the midpoint rule instead of Euler's: with the latter the
// splitting is of second order, its middle part of first, and so the whole.
//
// One evaluation, or two, and four noises a step, one more in the first. First
// order in the weak sense; second with Twice.
//
// Dockhorn, Vahdat, Kreis (2022), algorithm 1 and appendix D.
type SSCS struct{ Twice bool }

// Memory is 0.
func (SSCS) Memory() int { return 0 }

// Cost is one evaluation, or two.
func (r SSCS) Cost() Cost {
	c := Cost{Evaluations: 1, Noises: 5, Kept: 2}
	if r.Twice {
		c.Evaluations = 2
	}
	return c
}

// Apply makes one step.
func (r SSCS) Apply(s *Step) error {
	p, x, v, err := phase(s, 4)
	if err != nil {
		return err
	}
	h := s.Time - s.Next
	psi, l := p.Damping(0.5 * h)
	half := func(first int) {
		z, w, v := s.Noise(first)[:len(x)], s.Noise(first + 1)[:len(x)], v[:len(x)]
		for i, a := range x {
			b, c := -v[i], z[i]
			x[i] = psi[0][0]*a + psi[0][1]*b + l[0]*c
			v[i] = -(psi[1][0]*a + psi[1][1]*b + l[1]*c + l[2]*w[i])
		}
	}
	half(0)
	y, d, u := s.Scratch(0), s.Scratch(1), s.Scratch(2)
	// kick sets dst = v + c (∇_v log p(x, at) + at).
	kick := func(dst, at []float64, c float64) error {
		k := observe(y, x, at, p, s.Time-0.5*h)
		if err := s.Eval(d, y, k.Level()); err != nil {
			return err
		}
		px, pv := k.Precision()
		gain := c * (px*k.A[0] + pv*k.A[1])
		mix(dst, 1, v, []float64{gain, c * (1 - pv), -c * px}, d, at, x) // at may be dst: it is read first
		return nil
	}
	c := 4 * p.Rate * h
	if r.Twice {
		if err := kick(u, v, 0.5*c); err != nil {
			return err
		}
		if err := kick(v, u, c); err != nil {
			return err
		}
	} else if err := kick(v, v, c); err != nil {
		return err
	}
	half(2)
	observe(s.X, x, v, p, s.Next)
	return nil
}

// PhaseEuler is the Euler–Maruyama rule for the reverse of sde.CLD, with h = t − s,
//
//	x_s = x_t − R h v_t,   v_s = v_t + R h (x_t + 2v_t + 4∇_v log p_t(u_t)) + 2√(R h) z.
//
// One evaluation, one noise a step, and one more in the first. First order in the
// weak sense.
//
// Dockhorn, Vahdat, Kreis (2022), eq. 7.
type PhaseEuler struct{}

// Memory is 0.
func (PhaseEuler) Memory() int { return 0 }

// Cost is one evaluation.
func (PhaseEuler) Cost() Cost { return Cost{Evaluations: 1, Noises: 2, Kept: 2} }

// Apply makes one step.
func (PhaseEuler) Apply(s *Step) error {
	p, x, v, err := phase(s, 1)
	if err != nil {
		return err
	}
	d, err := s.Denoised()
	if err != nil {
		return err
	}
	k, z, rh := p.Kernel(s.Time), s.Noise(0), p.Rate*(s.Time-s.Next)
	px, pv := k.Precision()
	gain, sd := px*k.A[0]+pv*k.A[1], 2*math.Sqrt(rh)
	for i, a := range x {
		b := v[i]
		x[i] = a - rh*b
		v[i] = b + rh*(a+2*b+4*(gain*d[i]-px*a-pv*b)) + sd*z[i]
	}
	observe(s.X, x, v, p, s.Next)
	return nil
}

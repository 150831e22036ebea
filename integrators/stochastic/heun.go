package stochastic

// Heun averages drift and diffusion over both ends of the step, the far end
// being predicted by Euler–Maruyama,
//
//	ỹ   = y + a(t, y) h + b(t, y) Δw,
//	y_1 = y + ½ (a(t, y) + a(t+h, ỹ)) h + ½ (b(t, y) + b(t+h, ỹ)) Δw.
//
// Stratonovich, any noise, strong order 1 for commutative noise and ½
// otherwise, weak order 1, and 2 for additive noise, two evaluations of each. On noise of size 0 it is
// the deterministic method of Heun, of order 2.
//
// Rümelin (1982), "Numerical treatment of stochastic differential equations".
type Heun struct{}

// Calculus returns Stratonovich.
func (Heun) Calculus() Calculus { return Stratonovich }

// Structure returns General.
func (Heun) Structure() Structure { return General }

// Orders returns 1, or ½ for general noise, and 1, or 2 for additive noise.
func (Heun) Orders(on Structure) (strong, weak float64) {
	strong, weak = EulerHeun{}.Orders(on)
	if on.IsAdditive() {
		weak = 2
	}
	return strong, weak
}

// Stepper returns a stepper for up to rows rows of s.
func (Heun) Stepper(s *System, rows int) Stepper {
	h := &heun{scratch: newScratch(s, rows)}
	n := len(h.a)
	mem := make([]float64, 2*n)
	h.ahead, h.aAhead, h.bAhead = mem[:n:n], mem[n:], make([]float64, len(h.b))
	return h
}

type heun struct {
	scratch
	ahead, aAhead, bAhead []float64 // ỹ, a(ỹ), b(ỹ)
}

func (m *heun) Step(dst []float64, t, h float64, y, dw []float64) error {
	rows := m.check(dst, y, dw)
	ahead, a := m.ahead[:len(y)], m.aAhead[:len(y)]
	if err := m.euler(ahead, t, h, y, dw); err != nil {
		return err
	}
	if err := m.s.Drift(a, t+h, ahead); err != nil {
		return err
	}
	b, err := m.diffusion(m.bAhead, t+h, ahead)
	if err != nil {
		return err
	}
	for i, v := range y {
		dst[i] = v + 0.5*h*(m.a[i]+a[i])
	}
	m.addNoise(dst, 0.5, m.b[:m.s.DiffusionLen(rows)], dw)
	m.addNoise(dst, 0.5, b, dw)
	return nil
}

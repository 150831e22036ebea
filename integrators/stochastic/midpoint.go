package stochastic

// Midpoint takes drift and diffusion at a predicted middle of the step,
//
//	ỹ   = y + ½ (a(t, y) h + b(t, y) Δw),
//	y_1 = y + a(t+h/2, ỹ) h + b(t+h/2, ỹ) Δw.
//
// Stratonovich, any noise, strong order 1 for commutative noise and ½
// otherwise, weak order 1, two evaluations of each. On noise of size 0 it is
// the explicit midpoint method, of order 2.
//
// Rümelin (1982), "Numerical treatment of stochastic differential equations".
type Midpoint struct{}

// Calculus returns Stratonovich.
func (Midpoint) Calculus() Calculus { return Stratonovich }

// Structure returns General.
func (Midpoint) Structure() Structure { return General }

// Orders returns 1, or ½ for general noise, and 1.
func (Midpoint) Orders(on Structure) (strong, weak float64) { return EulerHeun{}.Orders(on) }

// Stepper returns a stepper for up to rows rows of s.
func (Midpoint) Stepper(s *System, rows int) Stepper {
	c := newScratch(s, rows)
	return &midpoint{c, make([]float64, len(c.a))}
}

type midpoint struct {
	scratch
	middle []float64
}

func (m *midpoint) Step(dst []float64, t, h float64, y, dw []float64) error {
	m.check(dst, y, dw)
	middle, a := m.middle[:len(y)], m.a[:len(y)]
	if err := m.euler(middle, t, h, y, dw); err != nil {
		return err
	}
	for i, v := range y {
		middle[i] = 0.5 * (v + middle[i])
	}
	if err := m.s.Drift(a, t+h/2, middle); err != nil {
		return err
	}
	b, err := m.diffusion(m.b, t+h/2, middle)
	if err != nil {
		return err
	}
	for i, v := range y {
		dst[i] = v + h*a[i]
	}
	m.addNoise(dst, 1, b, dw)
	return nil
}

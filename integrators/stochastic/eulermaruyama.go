package stochastic

// EulerMaruyama takes drift and diffusion at the left end of the step,
//
//	y_1 = y + a(t, y) h + b(t, y) Δw.
//
// Itô, any noise, strong order ½ (1 for additive noise, where it is Milstein's
// method), weak order 1, one evaluation of each.
//
// Maruyama (1955); Kloeden, Platen (1992), eq. 10.2.4.
type EulerMaruyama struct{}

// Calculus returns Ito.
func (EulerMaruyama) Calculus() Calculus { return Ito }

// Structure returns General.
func (EulerMaruyama) Structure() Structure { return General }

// Orders returns ½, or 1 for additive noise, and 1.
func (EulerMaruyama) Orders(on Structure) (strong, weak float64) {
	if on.IsAdditive() {
		return 1, 1
	}
	return 0.5, 1
}

// Stepper returns a stepper for up to rows rows of s.
func (EulerMaruyama) Stepper(s *System, rows int) Stepper {
	return &eulerMaruyama{newScratch(s, rows)}
}

type eulerMaruyama struct{ scratch }

func (e *eulerMaruyama) Step(dst []float64, t, h float64, y, dw []float64) error {
	e.check(dst, y, dw)
	return e.euler(dst, t, h, y, dw)
}

// euler writes y + a h + b Δw, leaving a and b in the scratch.
func (c *scratch) euler(dst []float64, t, h float64, y, dw []float64) error {
	a := c.a[:len(y)]
	if err := c.s.Drift(a, t, y); err != nil {
		return err
	}
	b, err := c.diffusion(c.b, t, y)
	if err != nil {
		return err
	}
	for i, v := range y {
		dst[i] = v + h*a[i]
	}
	c.addNoise(dst, 1, b, dw)
	return nil
}

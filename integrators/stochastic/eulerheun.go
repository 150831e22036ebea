package stochastic

// EulerHeun averages the diffusion alone,
//
//	ỹ   = y + b(t, y) Δw,
//	y_1 = y + a(t, y) h + ½ (b(t, y) + b(t+h, ỹ)) Δw.
//
// Stratonovich, any noise, strong order 1 for commutative noise and ½
// otherwise, weak order 1, one evaluation of a (the model, in a reverse
// equation) and two of b.
//
// Gard (1988), "Introduction to stochastic differential equations"; Burrage,
// Burrage, Tian (2004), "Numerical methods for strong solutions of stochastic
// differential equations: an overview".
type EulerHeun struct{}

// Calculus returns Stratonovich.
func (EulerHeun) Calculus() Calculus { return Stratonovich }

// Structure returns General.
func (EulerHeun) Structure() Structure { return General }

// Orders returns 1, or ½ for general noise, and 1.
func (EulerHeun) Orders(on Structure) (strong, weak float64) {
	if on == General {
		return 0.5, 1
	}
	return 1, 1
}

// Stepper returns a stepper for up to rows rows of s.
func (EulerHeun) Stepper(s *System, rows int) Stepper {
	c := newScratch(s, rows)
	return &eulerHeun{c, make([]float64, len(c.a)), make([]float64, len(c.b))}
}

type eulerHeun struct {
	scratch
	ahead, bAhead []float64 // ỹ, b(ỹ)
}

func (m *eulerHeun) Step(dst []float64, t, h float64, y, dw []float64) error {
	m.check(dst, y, dw)
	a, ahead := m.a[:len(y)], m.ahead[:len(y)]
	if err := m.s.Drift(a, t, y); err != nil {
		return err
	}
	b, err := m.diffusion(m.b, t, y)
	if err != nil {
		return err
	}
	copy(ahead, y)
	m.addNoise(ahead, 1, b, dw)
	there, err := m.diffusion(m.bAhead, t+h, ahead)
	if err != nil {
		return err
	}
	for i, v := range y {
		dst[i] = v + h*a[i]
	}
	m.addNoise(dst, 0.5, b, dw)
	m.addNoise(dst, 0.5, there, dw)
	return nil
}

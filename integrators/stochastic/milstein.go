package stochastic

import "math"

// Milstein adds to Euler–Maruyama the term of order h of the Itô–Taylor
// expansion, which diagonal noise has in closed form,
//
//	y_1 = y + a h + b Δw + ½ b b' (Δw² − |h|),   b' = ∂b_i/∂y_i,
//
// coordinate by coordinate. It needs System.DiffusionDerivative.
//
// Itô, diagonal noise (additive noise, where b' = 0, included only as
// AdditiveDiagonal), strong order 1, weak order 1, one evaluation of a, b, b'.
//
// Milstein (1974); Kloeden, Platen (1992), eq. 10.3.12.
type Milstein struct{}

// Calculus returns Ito.
func (Milstein) Calculus() Calculus { return Ito }

// Structure returns Diagonal.
func (Milstein) Structure() Structure { return Diagonal }

// Orders returns 1 and 1.
func (Milstein) Orders(Structure) (strong, weak float64) { return 1, 1 }

func (Milstein) needsDerivative() bool { return true }

// Stepper returns a stepper for up to rows rows of s.
func (Milstein) Stepper(s *System, rows int) Stepper {
	return &milstein{newScratch(s, rows), make([]float64, rows*s.Dim)}
}

type milstein struct {
	scratch
	slope []float64
}

func (m *milstein) Step(dst []float64, t, h float64, y, dw []float64) error {
	m.check(dst, y, dw)
	if err := m.euler(dst, t, h, y, dw); err != nil || m.s.Structure.IsAdditive() {
		return err
	}
	slope := m.slope[:len(y)]
	if err := m.s.DiffusionDerivative(slope, t, y); err != nil {
		return err
	}
	for i, w := range dw {
		dst[i] += 0.5 * m.b[i] * slope[i] * (w*w - math.Abs(h))
	}
	return nil
}

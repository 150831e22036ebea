package stochastic

import "math"

// Platen is Milstein's method with the derivative replaced by a difference
// along a supporting value,
//
//	y_1 = y + a h + b Δw + (b(t, ŷ) − b)/(2√|h|) (Δw² − |h|),   ŷ = y + a h + b √|h|,
//
// coordinate by coordinate.
//
// Itô, diagonal noise, strong order 1, weak order 1, one evaluation of a, two
// of b.
//
// Platen (1984); Kloeden, Platen (1992), eq. 11.1.3.
type Platen struct{}

// Calculus returns Ito.
func (Platen) Calculus() Calculus { return Ito }

// Structure returns Diagonal.
func (Platen) Structure() Structure { return Diagonal }

// Orders returns 1 and 1.
func (Platen) Orders(Structure) (strong, weak float64) { return 1, 1 }

// Stepper returns a stepper for up to rows rows of s.
func (Platen) Stepper(s *System, rows int) Stepper {
	n := rows * s.Dim
	return &platen{newScratch(s, rows), make([]float64, n), make([]float64, n)}
}

type platen struct {
	scratch
	support, there []float64 // ŷ and b(ŷ)
}

func (p *platen) Step(dst []float64, t, h float64, y, dw []float64) error {
	p.check(dst, y, dw)
	if err := p.euler(dst, t, h, y, dw); err != nil || p.s.Structure.IsAdditive() {
		return err
	}
	root := math.Sqrt(math.Abs(h))
	support := p.support[:len(y)]
	for i, v := range y {
		support[i] = v + h*p.a[i] + root*p.b[i]
	}
	there, err := p.diffusion(p.there, t, support)
	if err != nil {
		return err
	}
	for i, w := range dw {
		dst[i] += (there[i] - p.b[i]) * (w*w - root*root) / (2 * root)
	}
	return nil
}

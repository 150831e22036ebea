package stochastic

import (
	"fmt"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/sde/noise"
)

// scratch is what every stepper has: the system and the drift and diffusion at
// the left end of the step.
type scratch struct {
	s    *System
	rows int
	a, b []float64
}

func newScratch(s *System, rows int) scratch {
	if err := s.Validate(); err != nil {
		panic(err.Error())
	}
	if rows < 1 {
		panic(fmt.Sprintf("stochastic: a stepper of %d rows", rows))
	}
	return scratch{s, rows, make([]float64, rows*s.Dim), make([]float64, s.DiffusionLen(rows))}
}

// check panics unless the lengths go together, and returns the rows.
func (c *scratch) check(dst, y, dw []float64) int {
	rows := len(y) / c.s.Dim
	if len(dst) != len(y) || rows*c.s.Dim != len(y) || rows > c.rows || len(dw) != rows*c.s.Noises() {
		panic(fmt.Sprintf("stochastic: step of %d numbers into %d with %d increments; want up to %d rows of %d with %d increments each",
			len(y), len(dst), len(dw), c.rows, c.s.Dim, c.s.Noises()))
	}
	return rows
}

// parts panics unless the lengths go together, and cuts up the path's
// functionals.
func (c *scratch) parts(f noise.Functionals, dst, y, dw []float64) noise.Parts {
	rows, per := len(y)/c.s.Dim, f.Len(c.s.Noises())
	if len(dst) != len(y) || rows*c.s.Dim != len(y) || rows > c.rows || len(dw) != rows*per {
		panic(fmt.Sprintf("stochastic: step of %d numbers into %d with %d of the path; want up to %d rows of %d with %d of the path each",
			len(y), len(dst), len(dw), c.rows, c.s.Dim, per))
	}
	return f.Parts(dw, c.s.Noises())
}

// diffusion evaluates b for rows of y.
func (c *scratch) diffusion(b []float64, t float64, y []float64) ([]float64, error) {
	b = b[:c.s.DiffusionLen(len(y)/c.s.Dim)]
	if c.s.Structure.IsAdditive() {
		y = nil
	}
	return b, c.s.Diffusion(b, t, y)
}

// addNoise adds scale·b dw to every row of dst.
func (c *scratch) addNoise(dst []float64, scale float64, b, dw []float64) {
	n, m := c.s.Dim, c.s.Noises()
	switch c.s.Structure {
	case Diagonal:
		for i, v := range dw {
			dst[i] += scale * b[i] * v
		}
	case AdditiveDiagonal:
		for ; len(dw) > 0; dst, dw = dst[n:], dw[n:] {
			for i, g := range b {
				dst[i] += scale * g * dw[i]
			}
		}
	default:
		stride := n * m // from one row's matrix to the next
		if c.s.Structure == Additive {
			stride = 0
		}
		for ; len(dw) > 0; dst, dw, b = dst[n:], dw[m:], b[stride:] {
			for i := range n {
				dst[i] += scale * dot(b[i*m:(i+1)*m], dw[:m])
			}
		}
	}
}

// dot is Σ a_i b_i. For a few noises a call costs more than the sum.
func dot(a, b []float64) float64 {
	if len(a) >= 8 {
		return floats.Dot(a, b)
	}
	b = b[:len(a)]
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

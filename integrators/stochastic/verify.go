package stochastic

import (
	"fmt"
	"math"
)

// Verify checks numerically, at one state y, what a System says of its noise
// and no method can see: that a Diagonal b_i depends on no other coordinate,
// that DiffusionDerivative is its derivative, that Commutative noise commutes,
//
//	Σ_i b_ij ∂b_k/∂y_i = Σ_i b_ik ∂b_j/∂y_i   for all j, k,
//
// by central differences, to a relative 1e-5. A method of order 1 silently loses
// half of it where this is not so. What holds at some states may fail at others:
// try several. Additive noise passes, as it is never shown the state. The error
// wraps [ErrSystem], or is one of the system's functions. It panics if y is not
// one row.
func (s *System) Verify(t float64, y []float64) error {
	if err := s.Validate(); err != nil {
		return err
	}
	if len(y) != s.Dim {
		panic(fmt.Sprintf("stochastic: a state of %d numbers, want %d", len(y), s.Dim))
	}
	if s.Structure.IsAdditive() || s.Structure == General {
		return nil
	}
	n := s.DiffusionLen(1)
	b, scale := make([]float64, n), 0.0
	if err := s.Diffusion(b, t, y); err != nil {
		return err
	}
	slope := make([][]float64, s.Dim) // slope[i] = ∂b/∂y_i
	for i := range slope {
		var err error
		if slope[i], err = s.slope(t, y, i); err != nil {
			return err
		}
		for _, v := range slope[i] {
			scale = max(scale, math.Abs(v))
		}
	}
	for _, v := range b {
		scale = max(scale, math.Abs(v))
	}
	if s.Structure == Diagonal {
		return s.verifyDiagonal(t, y, slope, 1e-5*scale)
	}
	return s.verifyCommutative(t, b, slope, 1e-5*scale*scale)
}

// slope is the central difference of b by coordinate i.
func (s *System) slope(t float64, y []float64, i int) ([]float64, error) {
	h := 6e-6 * max(1, math.Abs(y[i])) // the cube root of the rounding error
	lo, hi := make([]float64, s.DiffusionLen(1)), make([]float64, s.DiffusionLen(1))
	at := append([]float64(nil), y...)
	at[i] = y[i] - h
	if err := s.Diffusion(lo, t, at); err != nil {
		return nil, err
	}
	at[i] = y[i] + h
	if err := s.Diffusion(hi, t, at); err != nil {
		return nil, err
	}
	for k := range hi {
		hi[k] = (hi[k] - lo[k]) / (2 * h)
	}
	return hi, nil
}

func (s *System) verifyDiagonal(t float64, y []float64, slope [][]float64, tol float64) error {
	for i, d := range slope {
		for k, v := range d {
			if k != i && !(math.Abs(v) <= tol) {
				return fmt.Errorf("%w: declared diagonal, but ∂b_%d/∂y_%d = %.3g at t = %v, y = %v; declare General and write matrices", ErrSystem, k, i, v, t, y)
			}
		}
	}
	if s.DiffusionDerivative == nil {
		return nil
	}
	given := make([]float64, s.Dim)
	if err := s.DiffusionDerivative(given, t, y); err != nil {
		return err
	}
	for i, v := range given {
		if !(math.Abs(v-slope[i][i]) <= tol) {
			return fmt.Errorf("%w: DiffusionDerivative is %.6g in coordinate %d at t = %v, y = %v, where differences of Diffusion give %.6g", ErrSystem, v, i, t, y, slope[i][i])
		}
	}
	return nil
}

func (s *System) verifyCommutative(t float64, b []float64, slope [][]float64, tol float64) error {
	m := s.NoiseDim
	for j := range m {
		for k := range j {
			for r := range s.Dim {
				bracket := 0.0 // (L^j b_k − L^k b_j)_r
				for i, d := range slope {
					bracket += b[i*m+j]*d[r*m+k] - b[i*m+k]*d[r*m+j]
				}
				if !(math.Abs(bracket) <= tol*float64(s.Dim)) {
					return fmt.Errorf("%w: declared commutative, but L^%d b_%d − L^%d b_%d = %.3g in coordinate %d at t = %v; declare General", ErrSystem, j, k, k, j, bracket, r, t)
				}
			}
		}
	}
	return nil
}

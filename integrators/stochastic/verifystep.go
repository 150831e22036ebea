package stochastic

import (
	"fmt"
	"math"
)

// VerifyStep checks numerically, at one state y, that a method's short step has the
// mean and the covariance of the system's solution,
//
//	E[y_1 − y] = (a + c) h + o(h),   Cov[y_1] = b bᵀ h + o(h),
//
// c being 0 in Itô's calculus and ½ Σ_k (∂b_k/∂y) b_k in Stratonovich's, to a relative
// 1e-3: what any method needs to converge to the solution and not to another one. It
// sees a method of the wrong calculus, of one's own perhaps, and a form of the noise
// that the method misreads; not its order. Increments of ±√(mh) of one of m noises at
// a time stand for all. The error wraps [ErrSystem], is one of [Check], of the
// system's functions or of the step. It panics if y is not one row.
func VerifyStep(m Method, s *System, t float64, y []float64) error {
	if err := Check(m, s); err != nil {
		return err
	}
	if len(y) != s.Dim {
		panic(fmt.Sprintf("stochastic: a state of %d numbers, want %d", len(y), s.Dim))
	}
	const h, tolerance = 1e-6, 1e-3 // h beside its powers, rounding 1e-16/h
	n, noises := s.Dim, s.Noises()
	ito, correction, b, err := s.moments(t, y)
	if err != nil {
		return err
	}
	mean, cov := make([]float64, n), make([]float64, n*n)
	next, dw := make([]float64, n), make([]float64, Needs(m, s.Structure).Len(noises))
	st := m.Stepper(s, 1)
	for k := range noises {
		for _, sign := range []float64{1, -1} {
			dw[k] = sign * math.Sqrt(h*float64(noises))
			if err := st.Step(next, t, h, y, dw); err != nil {
				return err
			}
			for i, v := range next {
				mean[i] += (v - y[i]) / (h * float64(2*noises))
				for j, u := range next {
					cov[i*n+j] += (v - y[i]) * (u - y[j]) / (h * float64(2*noises))
				}
			}
		}
		dw[k] = 0
	}
	scale, size := 0.0, 0.0
	for i := range n {
		scale = max(scale, math.Abs(ito[i])+math.Abs(correction[i]))
	}
	for _, v := range b {
		size = max(size, v*v)
	}
	scale = max(scale, size)
	for i, v := range mean {
		want, other := ito[i], ito[i]+correction[i]
		if s.Calculus == Stratonovich {
			want, other = other, want
		}
		if !(math.Abs(v-want) <= tolerance*scale) {
			hint := "of neither calculus"
			if math.Abs(v-other) <= tolerance*scale {
				hint = "of the other calculus"
			}
			return fmt.Errorf("%w: a step of %T has the drift %.6g in coordinate %d at t = %v, %s; want %.6g for %v", ErrSystem, m, v, i, t, hint, want, s.Calculus)
		}
	}
	for i := range n {
		for j := range n {
			want := 0.0
			for k := range noises {
				want += b[i*noises+k] * b[j*noises+k]
			}
			if v := cov[i*n+j]; !(math.Abs(v-want) <= tolerance*size) {
				return fmt.Errorf("%w: a step of %T has the covariance %.6g of coordinates %d and %d over h at t = %v; want %.6g", ErrSystem, m, v, i, j, t, want)
			}
		}
	}
	return nil
}

// moments returns a, ½ Σ_k (∂b_k/∂y) b_k by central differences, and b as a matrix.
func (s *System) moments(t float64, y []float64) (a, correction, b []float64, err error) {
	n, m := s.Dim, s.Noises()
	a, correction = make([]float64, n), make([]float64, n)
	if err := s.Drift(a, t, y); err != nil {
		return nil, nil, nil, err
	}
	at := y
	if s.Structure.IsAdditive() {
		at = nil
	}
	flat := make([]float64, s.DiffusionLen(1))
	if err := s.Diffusion(flat, t, at); err != nil {
		return nil, nil, nil, err
	}
	b = s.matrix(flat)
	if s.Structure.IsAdditive() {
		return a, correction, b, nil
	}
	for i := range n {
		d, err := s.slope(t, y, i)
		if err != nil {
			return nil, nil, nil, err
		}
		d = s.matrix(d)
		for r := range n {
			for k := range m {
				correction[r] += 0.5 * d[r*m+k] * b[i*m+k]
			}
		}
	}
	return a, correction, b, nil
}

// matrix is a diffusion as a Dim×NoiseDim matrix.
func (s *System) matrix(b []float64) []float64 {
	if !s.Structure.IsDiagonal() {
		return b
	}
	out := make([]float64, s.Dim*s.Dim)
	for i, v := range b {
		out[i*s.Dim+i] = v
	}
	return out
}

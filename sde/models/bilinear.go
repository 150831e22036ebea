package models

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/sde"
)

// Bilinear is a linear system with multiplicative noise,
//
//	dx = A x dt + Σ_k B_k x dw_k,
//
// whose moments m = E x and P = E x xᵀ close for any matrices,
//
//	ṁ = A m,   Ṗ = A P + P Aᵀ + Σ_k B_k P B_kᵀ.
//
// Arnold (1974), "Stochastic differential equations", theorem 8.5.5. It is made
// by NewBilinear.
type Bilinear struct {
	a *mat.Dense
	b []*mat.Dense
}

// NewBilinear returns the system of square matrices of one size, which it copies.
// The error wraps ErrModel.
func NewBilinear(a mat.Matrix, b ...mat.Matrix) (*Bilinear, error) {
	n, c := a.Dims()
	if n != c || len(b) == 0 {
		return nil, fmt.Errorf("%w: A of %d×%d and %d noises; want a square matrix and at least one noise", ErrModel, n, c, len(b))
	}
	m := &Bilinear{a: mat.DenseCopyOf(a)}
	for k, x := range b {
		if r, c := x.Dims(); r != n || c != n {
			return nil, fmt.Errorf("%w: B_%d of %d×%d; want %d×%d", ErrModel, k, r, c, n, n)
		}
		m.b = append(m.b, mat.DenseCopyOf(x))
	}
	for _, x := range append([]*mat.Dense{m.a}, m.b...) {
		for _, v := range x.RawMatrix().Data {
			if err := finite("entry", v); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// System returns the equation, of general noise unless the B_k commute.
func (m *Bilinear) System() sde.System {
	n, noises := m.a.RawMatrix().Rows, len(m.b)
	s := sde.System{Dim: n, NoiseDim: noises, Structure: sde.General}
	if m.Commutes() {
		s.Structure = sde.Commutative
	}
	s.Drift = func(dst []float64, _ float64, x []float64) error {
		for ; len(x) > 0; dst, x = dst[n:], x[n:] {
			multiply(dst, 1, m.a, x[:n])
		}
		return nil
	}
	s.Diffusion = func(dst []float64, _ float64, x []float64) error {
		for ; len(x) > 0; dst, x = dst[n*noises:], x[n:] {
			for k, b := range m.b {
				multiply(dst[k:], noises, b, x[:n])
			}
		}
		return nil
	}
	return s
}

// multiply writes A x to every stride-th number of dst.
func multiply(dst []float64, stride int, a *mat.Dense, x []float64) {
	r := a.RawMatrix()
	for i := range x {
		sum := 0.0
		for j, v := range x {
			sum += r.Data[i*r.Stride+j] * v
		}
		dst[i*stride] = sum
	}
}

// Commutes reports whether B_j B_k = B_k B_j for all j and k, to rounding.
func (m *Bilinear) Commutes() bool {
	var jk, kj mat.Dense
	for j, a := range m.b {
		for _, b := range m.b[:j] {
			jk.Mul(a, b)
			kj.Mul(b, a)
			if !mat.EqualApprox(&jk, &kj, 1e-14*mat.Norm(a, 2)*mat.Norm(b, 2)) {
				return false
			}
		}
	}
	return true
}

// Mean returns E x_t = e^{At} x_0.
func (m *Bilinear) Mean(x0 []float64, t float64) []float64 {
	var e mat.Dense
	e.Scale(t, m.a)
	e.Exp(&e)
	dst := make([]float64, len(x0))
	multiply(dst, 1, &e, x0)
	return dst
}

// Covariance returns E x_t x_tᵀ − m mᵀ, of the n²×n² matrix exponential that
// solves the equation of P.
func (m *Bilinear) Covariance(x0 []float64, t float64) *mat.SymDense {
	n := len(x0)
	one := mat.NewDiagDense(n, nil)
	for i := range n {
		one.SetDiag(i, 1)
	}
	var l, term mat.Dense
	l.Kronecker(m.a, one)
	term.Kronecker(one, m.a)
	l.Add(&l, &term)
	for _, b := range m.b {
		var bb mat.Dense
		bb.Kronecker(b, b)
		l.Add(&l, &bb)
	}
	l.Scale(t, &l)
	l.Exp(&l)
	p0 := make([]float64, n*n)
	for i, a := range x0 {
		for j, b := range x0 {
			p0[i*n+j] = a * b
		}
	}
	p := make([]float64, n*n)
	multiply(p, 1, &l, p0)
	mean := m.Mean(x0, t)
	c := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			c.SetSym(i, j, (p[i*n+j]+p[j*n+i])/2-mean[i]*mean[j])
		}
	}
	return c
}

package jacobian

import (
	"errors"
	"fmt"
)

// ErrSingular is wrapped by the errors of Factor.
var ErrSingular = errors.New("jacobian: matrix is singular")

// Scalar is what a factorisation computes in.
type Scalar interface{ float64 | complex128 }

// LU factors γM − J for real or complex γ and solves with it; the memory is
// allocated once, by NewLU.
type LU[T Scalar] struct {
	p *Pattern
	solver[T]
}

// solver is the factorisation of one form.
type solver[T Scalar] interface {
	// load sets the matrix γM − J (M = nil: the identity).
	load(gamma T, mass, j *Matrix)
	// factor returns the column without a pivot, or −1.
	factor() int
	solve(b []T)
}

// NewLU returns a factorisation for matrices J of pattern p and mass matrices
// whose entries lie within it, or nil ones for the identity.
func NewLU[T Scalar](p *Pattern) *LU[T] {
	l := &LU[T]{p: p}
	switch p.kind {
	case dense:
		l.solver = newDenseLU[T](p.n)
	case banded:
		l.solver = newBandLU[T](p)
	case sparse:
		l.solver = newSparseLU[T](p)
	}
	return l
}

// Factor factors γM − J with partial pivoting. mass nil is the identity. The
// error wraps ErrSingular.
func (l *LU[T]) Factor(gamma T, mass, j *Matrix) error {
	if j.p != l.p {
		panic("jacobian: a matrix of another pattern")
	}
	l.load(gamma, mass, j)
	if k := l.factor(); k >= 0 {
		return fmt.Errorf("%w: no pivot in column %d of %v M − J", ErrSingular, k, gamma)
	}
	return nil
}

// Solve replaces b by (γM − J)⁻¹ b.
func (l *LU[T]) Solve(b []T) {
	if len(b) != l.p.n {
		panic(fmt.Sprintf("jacobian: %d numbers for a matrix of order %d", len(b), l.p.n))
	}
	l.solve(b)
}

// size is a measure of a pivot: |re| + |im|. NaN counts as nothing.
func size[T Scalar](v T) float64 {
	switch v := any(v).(type) {
	case float64:
		if v < 0 {
			return -v
		}
		return v
	case complex128:
		re, im := real(v), imag(v)
		if re < 0 {
			re = -re
		}
		if im < 0 {
			im = -im
		}
		return re + im
	}
	return 0
}

// scalar converts a real number.
func scalar[T Scalar](v float64) T {
	var t T
	switch p := any(&t).(type) {
	case *float64:
		*p = v
	case *complex128:
		*p = complex(v, 0)
	}
	return t
}

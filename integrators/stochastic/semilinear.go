package stochastic

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Semilinear returns the equation
//
//	dy = (A y + f(t, y)) dt + b(t, y) dw
//
// of a square matrix A and a system s, whose drift is f, for methods whose linear
// part is exact: [ExponentialEuler], [ExponentialSRA] and [Strang] take no other
// system and go by A and f in the place of Drift. All other methods take it too.
// A *mat.DiagDense A, as in the eigenfunctions of a linear operator, costs n numbers a
// row, any other n². It is copied. The errors wrap [ErrSystem].
func Semilinear(a mat.Matrix, s System) (System, error) {
	if err := s.Validate(); err != nil {
		return System{}, err
	}
	n := s.Dim
	if r, c := a.Dims(); r != n || c != n {
		return System{}, fmt.Errorf("%w: a linear part of %d×%d numbers, Dim %d", ErrSystem, r, c, n)
	}
	l := &semilinear{f: s}
	if d, ok := a.(*mat.DiagDense); ok {
		l.diagonal = make([]float64, n)
		for i := range l.diagonal {
			l.diagonal[i] = d.At(i, i)
		}
	} else {
		l.matrix = mat.DenseCopyOf(a)
	}
	for i := range n {
		for j := range n {
			if v := a.At(i, j); v-v != 0 {
				return System{}, fmt.Errorf("%w: entry (%d, %d) of the linear part is %v", ErrSystem, i, j, v)
			}
		}
	}
	linear := propagator{diagonal: l.diagonal}
	if l.matrix != nil {
		linear.matrix = l.matrix.RawMatrix()
	}
	s.Drift = func(dst []float64, t float64, y []float64) error {
		err := l.f.Drift(dst, t, y)
		linear.add(dst, 1, y)
		return err
	}
	s.semilinear, s.langevin, s.pair = l, nil, nil // it is no longer what they know
	return s, nil
}

// semilinear is A, as one or the other, and the system of the rest.
type semilinear struct {
	diagonal []float64
	matrix   *mat.Dense
	f        System
}

const semilinearRemedy = "make the system by Semilinear"

func fitsSemilinear(s *System) string {
	if s.semilinear == nil {
		return semilinearRemedy
	}
	return ""
}

// propagator is a function of A.
type propagator struct {
	diagonal []float64
	matrix   blas64.General
}

// add adds scale·P y to rows of dst.
func (p propagator) add(dst []float64, scale float64, y []float64) {
	if n := len(p.diagonal); n > 0 {
		for i, v := range y {
			dst[i] += scale * p.diagonal[i%n] * v
		}
		return
	}
	n := p.matrix.Rows
	for r := 0; r < len(y); r += n {
		blas64.Gemv(blas.NoTrans, scale, p.matrix, vector(y[r:r+n]), 1, vector(dst[r:r+n]))
	}
}

// put writes P y to rows of dst, which may be y where A is diagonal.
func (p propagator) put(dst, y []float64) {
	if n := len(p.diagonal); n > 0 {
		for i, v := range y {
			dst[i] = p.diagonal[i%n] * v
		}
		return
	}
	clear(dst)
	p.add(dst, 1, y)
}

func vector(v []float64) blas64.Vector { return blas64.Vector{N: len(v), Inc: 1, Data: v} }

// propagators is e^z, φ_1(z) and φ_2(z) of z = Ah,
//
//	φ_1(z) = (e^z − 1)/z,   φ_2(z) = (e^z − 1 − z)/z².
type propagators struct {
	h               float64
	exp, phi1, phi2 propagator
}

// propagators returns those of a step, from a few that are kept.
func (l *semilinear) propagators(kept *[]*propagators, h float64) *propagators {
	for _, p := range *kept {
		if p.h == h {
			return p
		}
	}
	if len(*kept) == cap(*kept) { // steps of ever changing length
		copy(*kept, (*kept)[1:])
		*kept = (*kept)[:len(*kept)-1]
	}
	p := l.compute(h)
	*kept = append(*kept, p)
	return p
}

func (l *semilinear) compute(h float64) *propagators {
	p := &propagators{h: h}
	if l.diagonal != nil {
		each := func(f func(z float64) float64) propagator {
			out := make([]float64, len(l.diagonal))
			for i, a := range l.diagonal {
				out[i] = f(a * h)
			}
			return propagator{diagonal: out}
		}
		p.exp, p.phi1, p.phi2 = each(math.Exp), each(phi1), each(phi2)
		return p
	}
	// The exponential of h (A I 0; 0 0 I; 0 0 0)/(1, h, h) has e^z, φ_1, φ_2 in its
	// first row. Van Loan (1978), "Computing integrals involving the matrix
	// exponential".
	n, _ := l.matrix.Dims()
	big := mat.NewDense(3*n, 3*n, nil)
	for i := range n {
		for j := range n {
			big.Set(i, j, h*l.matrix.At(i, j))
		}
		big.Set(i, n+i, 1)
		big.Set(n+i, 2*n+i, 1)
	}
	var e mat.Dense
	e.Exp(big)
	block := func(k int) propagator {
		return propagator{matrix: mat.DenseCopyOf(e.Slice(0, n, k*n, (k+1)*n)).RawMatrix()}
	}
	p.exp, p.phi1, p.phi2 = block(0), block(1), block(2)
	return p
}

package fokkerplanck

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Moments returns the mean and the covariance after time t ≥ 0 of the linear
// diffusion in any dimension
//
//	dx = (A x + c) dt + b dw,   D = ½ b bᵀ,
//
// that starts from a law of the given ones. The equations of both close,
//
//	m' = A m + c,   P' = A P + P Aᵀ + 2D,
//
// and a Gaussian stays one. They are solved exactly, by the exponential of one
// block matrix over a short time (Van Loan 1978, section II) and doublings of it,
// which add positive parts alone: P stays positive semidefinite. A nil drift c is
// zero. The error wraps ErrProblem.
func Moments(a mat.Matrix, drift mat.Vector, d mat.Symmetric, mean mat.Vector, cov mat.Symmetric, t float64) (*mat.VecDense, *mat.SymDense, error) {
	n, err := checkLinear(a, d)
	if err != nil {
		return nil, nil, err
	}
	if mean.Len() != n || cov.SymmetricDim() != n || (drift != nil && drift.Len() != n) {
		return nil, nil, fmt.Errorf("%w: mean, covariance or constant drift is not of the size %d of A", ErrProblem, n)
	}
	if !(t >= 0) || math.IsInf(t, 1) {
		return nil, nil, fmt.Errorf("%w: after time %v; want it finite and not negative", ErrProblem, t)
	}
	// Halve until A changes little over a step.
	doublings := max(0, int(math.Ceil(math.Log2(2*mat.Norm(a, 1)*t+1e-300))))
	f, q, s := step(a, drift, d, math.Ldexp(t, -doublings))
	for range doublings {
		double(f, q, s)
	}
	m := mat.NewVecDense(n, nil)
	m.MulVec(f, mean)
	m.AddVec(m, s)
	p := sandwich(f, cov)
	p.AddSym(p, q)
	for i := range n {
		for j := range n {
			if v := p.At(i, j) + m.AtVec(i); math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, nil, fmt.Errorf("%w: the moments are beyond the range of numbers after t = %v", ErrProblem, t)
			}
		}
	}
	return m, p, nil
}

// StationaryCovariance solves Lyapunov's equation
//
//	A S + S Aᵀ + 2D = 0
//
// for the covariance that dx = A x dt + b dw, D = ½ b bᵀ, ends with, by doubling
// the time until nothing is left of the start (Smith 1968): S is a sum of positive
// parts. The error wraps ErrProblem where A is not stable.
func StationaryCovariance(a mat.Matrix, d mat.Symmetric) (*mat.SymDense, error) {
	n, err := checkLinear(a, d)
	if err != nil {
		return nil, err
	}
	norm := mat.Norm(a, 1)
	if norm == 0 {
		return nil, fmt.Errorf("%w: without drift there is no stationary covariance", ErrProblem)
	}
	f, q, s := step(a, nil, d, 0.5/norm)
	// Rates down to 2^-52 of the norm die out within 60 doublings.
	for range 60 {
		double(f, q, s)
		if size := mat.Norm(f, 1); size < 1e-20 {
			return q, nil
		} else if !(size < 1e100) {
			break
		}
	}
	return nil, fmt.Errorf("%w: the %d×%d drift is not stable: an eigenvalue's real part is not negative", ErrProblem, n, n)
}

func checkLinear(a mat.Matrix, d mat.Symmetric) (int, error) {
	n, c := a.Dims()
	if n != c || n == 0 || d.SymmetricDim() != n {
		return 0, fmt.Errorf("%w: A is %d×%d and D of order %d; want squares of one size", ErrProblem, n, c, d.SymmetricDim())
	}
	var sum float64
	for i := range n {
		for j := range n {
			sum += math.Abs(a.At(i, j)) + math.Abs(d.At(i, j))
		}
	}
	if math.IsNaN(sum) || math.IsInf(sum, 0) {
		return 0, fmt.Errorf("%w: A or D is not finite", ErrProblem)
	}
	var e mat.EigenSym
	if !e.Factorize(d, false) {
		return 0, fmt.Errorf("%w: the eigenvalues of D do not converge", ErrProblem)
	}
	if v := e.Values(nil); v[0] < -1e-12*math.Abs(v[n-1]) {
		return 0, fmt.Errorf("%w: D has the eigenvalue %v; want it positive semidefinite", ErrProblem, v[0])
	}
	return n, nil
}

// step returns e^(Ah), ∫₀^h e^(Ar) 2D e^(Aᵀr) dr and ∫₀^h e^(Ar) c dr from
//
//	exp h [−A  2D  0; 0  Aᵀ  0; 0  0  0]   and   exp h [A c; 0 0].
func step(a mat.Matrix, drift mat.Vector, d mat.Symmetric, h float64) (*mat.Dense, *mat.SymDense, *mat.VecDense) {
	n, _ := a.Dims()
	block, affine := mat.NewDense(2*n, 2*n, nil), mat.NewDense(n+1, n+1, nil)
	for i := range n {
		for j := range n {
			block.Set(i, j, -h*a.At(i, j))
			block.Set(i, n+j, 2*h*d.At(i, j))
			block.Set(n+i, n+j, h*a.At(j, i))
			affine.Set(i, j, h*a.At(i, j))
		}
		if drift != nil {
			affine.Set(i, n, h*drift.AtVec(i))
		}
	}
	block.Exp(block)
	affine.Exp(affine)
	f := mat.DenseCopyOf(affine.Slice(0, n, 0, n))
	var q mat.Dense
	q.Mul(f, block.Slice(0, n, n, 2*n))
	return f, symmetric(&q), mat.VecDenseCopyOf(affine.ColView(n).(*mat.VecDense).SliceVec(0, n))
}

// double goes from h to 2h: F², Q + F Q Fᵀ, s + F s.
func double(f *mat.Dense, q *mat.SymDense, s *mat.VecDense) {
	q.AddSym(q, sandwich(f, q))
	var v mat.VecDense
	v.MulVec(f, s)
	s.AddVec(s, &v)
	f.Mul(f, f)
}

func sandwich(f mat.Matrix, p mat.Symmetric) *mat.SymDense {
	var x mat.Dense
	x.Product(f, p, f.T())
	return symmetric(&x)
}

func symmetric(x *mat.Dense) *mat.SymDense {
	n, _ := x.Dims()
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			s.SetSym(i, j, 0.5*(x.At(i, j)+x.At(j, i)))
		}
	}
	return s
}

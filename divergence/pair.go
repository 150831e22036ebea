package divergence

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence/internal/dense"
)

// pair is two Gaussians of full rank on a common support, with the differences
// of their means and covariances taken before anything was rounded.
type pair struct {
	p, q  *Gaussian
	delta []float64     // m_p − m_q
	diff  *mat.SymDense // Σ_p − Σ_q where it is better known than from p and q, else nil
}

func checkDims(p, q *Gaussian) error {
	if p.Dim() != q.Dim() {
		return fmt.Errorf("%w: one Gaussian has %d dimensions, the other %d", ErrDimension, p.Dim(), q.Dim())
	}
	return nil
}

func difference(p, q *Gaussian) pair {
	n := p.Dim()
	d := pair{p: p, q: q, delta: make([]float64, n)}
	floats.SubTo(d.delta, p.mean, q.mean)
	return d
}

// identical tells whether the two arguments are the same distribution.
func (d pair) identical() bool {
	return !slices.ContainsFunc(d.delta, func(v float64) bool { return v != 0 }) && d.sameCov()
}

func (d pair) sameCov() bool {
	if d.diff == nil {
		return slices.Equal(d.p.data(), d.q.data())
	}
	return mat.Norm(d.diff, math.Inf(1)) == 0
}

// gap returns Σ_p − Σ_q and what rounding cut off it; nil: unknown.
func (d pair) gap() (hi, low *mat.SymDense) {
	if d.diff != nil {
		return d.diff, nil
	}
	s := sum{d.p.cov, d.q.cov, 1, -1}
	return s.hi(), s.low()
}

// flip swaps the arguments.
func (d pair) flip() pair {
	out := pair{p: d.q, q: d.p, delta: make([]float64, len(d.delta))}
	floats.ScaleTo(out.delta, -1, d.delta)
	if d.diff != nil {
		out.diff = new(mat.SymDense)
		out.diff.ScaleSym(-1, d.diff)
	}
	return out
}

// compare reduces p and q to coordinates of their common support. ok is false
// where they have none, which makes them mutually singular.
func compare(p, q *Gaussian) (d pair, ok bool, err error) {
	if err := checkDims(p, q); err != nil {
		return pair{}, false, err
	}
	d = difference(p, q)
	if p.upper != nil && q.upper != nil {
		return d, true, nil
	}
	if p.rank != q.rank {
		return pair{}, false, nil
	}
	return d.reduce()
}

// reduce projects onto the range of Σ_p/tr Σ_p + Σ_q/tr Σ_q, whose dimension is
// the rank of each exactly when the ranges agree.
func (d pair) reduce() (pair, bool, error) {
	n, r := len(d.delta), d.p.rank
	tol := rankTolerance(n)
	slack := floats.Norm(d.p.mean, 2) + floats.Norm(d.q.mean, 2)
	if r == 0 {
		// Point masses: their distance is zero or infinite.
		return pair{}, floats.Norm(d.delta, 2) <= tol*slack, nil
	}
	tp, tq := mat.Trace(d.p.cov), mat.Trace(d.q.cov)
	values, vectors, ok := eigen(sum{d.p.cov, d.q.cov, 1 / tp, 1 / tq}.rows(), n)
	if !ok {
		return pair{}, false, fmt.Errorf("%w: common support in %d dimensions", ErrConvergence, n)
	}
	if r < n && values[n-r-1] > 2*tol*values[n-1] {
		return pair{}, false, nil
	}
	basis := mat.DenseCopyOf(vectors.Slice(0, n, n-r, n))

	delta := make([]float64, r)
	raw := basis.RawMatrix()
	blas64.Gemv(blas.Trans, 1, raw, vector(d.delta), 0, vector(delta))
	off := append([]float64(nil), d.delta...)
	blas64.Gemv(blas.NoTrans, -1, raw, vector(delta), 1, vector(off))
	// The basis is known up to an angle of tol·κ on the support.
	angle := tol * values[n-1] / max(values[n-r], tol*values[n-1])
	slack += math.Sqrt(max(tp, tq))
	if floats.Norm(off, 2) > tol*slack+angle*floats.Norm(d.delta, 2) {
		return pair{}, false, nil
	}

	origin := make([]float64, r)
	p, err := NewGaussian(origin, congruence(basis, d.p.cov))
	if err != nil {
		return pair{}, false, err
	}
	q, err := NewGaussian(origin, congruence(basis, d.q.cov))
	if err != nil {
		return pair{}, false, err
	}
	if p.upper == nil || q.upper == nil {
		return pair{}, false, nil
	}
	hi, _ := d.gap()
	return pair{p: p, q: q, delta: delta, diff: congruence(basis, hi)}, true, nil
}

// sum is u·a + v·b of covariances, whose data have both triangles without gaps.
type sum struct {
	a, b *mat.SymDense
	u, v float64
}

// rows returns the rows of the sum, rounded.
func (s sum) rows() []float64 {
	dst := make([]float64, len(s.a.RawSymmetric().Data))
	s.to(dst)
	return dst
}

// to sets dst to the rows of the sum, rounded.
func (s sum) to(dst []float64) {
	dense.Combine(dst, s.a.RawSymmetric().Data, s.b.RawSymmetric().Data, s.u, s.v)
}

// hi returns the sum, rounded.
func (s sum) hi() *mat.SymDense { return mat.NewSymDense(s.a.SymmetricDim(), s.rows()) }

// low returns what rounding cut off it.
func (s sum) low() *mat.SymDense {
	x, y := s.a.RawSymmetric().Data, s.b.RawSymmetric().Data
	dst := make([]float64, len(x))
	for j, a := range x {
		p, q := float64(s.u*a), float64(s.v*y[j])
		_, e := twoSum(p, q)
		dst[j] = e + math.FMA(s.u, a, -p) + math.FMA(s.v, y[j], -q)
	}
	return mat.NewSymDense(s.a.SymmetricDim(), dst)
}

// congruence returns BᵀSB.
func congruence(b *mat.Dense, s *mat.SymDense) *mat.SymDense {
	n, r := b.Dims()
	columns := mat.DenseCopyOf(b).RawMatrix().Data
	half := dense.Product(n, n, r, whole(s), false, columns, false)
	return average(mat.NewDense(r, r, dense.Product(r, n, r, columns, true, half, false)))
}

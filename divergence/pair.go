package divergence

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// pair is two Gaussians of full rank on a common support, with the differences
// of their means and covariances taken before anything was rounded.
type pair struct {
	p, q  *Gaussian
	delta []float64     // m_p − m_q
	diff  *mat.SymDense // Σ_p − Σ_q
	low   *mat.SymDense // what rounding cut off diff; nil: unknown
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
	d.diff, d.low = mix(p.cov, 1, q.cov, -1)
	return d
}

// identical tells whether the two arguments are the same distribution.
func (d pair) identical() bool {
	return floats.Norm(d.delta, math.Inf(1)) == 0 && d.sameCov()
}

func (d pair) sameCov() bool {
	raw := d.diff.RawSymmetric()
	for i := range raw.N {
		for _, v := range raw.Data[i*raw.Stride+i : i*raw.Stride+raw.N] {
			if v != 0 {
				return false
			}
		}
	}
	return true
}

// flip swaps the arguments.
func (d pair) flip() pair {
	out := pair{p: d.q, q: d.p, delta: make([]float64, len(d.delta)), diff: new(mat.SymDense)}
	floats.ScaleTo(out.delta, -1, d.delta)
	out.diff.ScaleSym(-1, d.diff)
	if d.low != nil {
		out.low = new(mat.SymDense)
		out.low.ScaleSym(-1, d.low)
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
	if p.lower != nil && q.lower != nil {
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
	both, _ := mix(d.p.cov, 1/tp, d.q.cov, 1/tq)
	var e mat.EigenSym
	if !e.Factorize(both, true) {
		return pair{}, false, fmt.Errorf("%w: common support in %d dimensions", ErrConvergence, n)
	}
	values := e.Values(nil)
	if r < n && values[n-r-1] > 2*tol*values[n-1] {
		return pair{}, false, nil
	}
	var vectors mat.Dense
	e.VectorsTo(&vectors)
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
	if p.lower == nil || q.lower == nil {
		return pair{}, false, nil
	}
	return pair{p: p, q: q, delta: delta, diff: congruence(basis, d.diff)}, true, nil
}

// mix returns u·a + v·b as the sum of hi and what rounding cut off it.
func mix(a *mat.SymDense, u float64, b *mat.SymDense, v float64) (hi, low *mat.SymDense) {
	n := a.SymmetricDim()
	hi, low = mat.NewSymDense(n, nil), mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			x, y := a.At(i, j), b.At(i, j)
			p, q := float64(u*x), float64(v*y)
			s, e := twoSum(p, q)
			hi.SetSym(i, j, s)
			low.SetSym(i, j, e+math.FMA(u, x, -p)+math.FMA(v, y, -q))
		}
	}
	return hi, low
}

// congruence returns BᵀSB.
func congruence(b *mat.Dense, s *mat.SymDense) *mat.SymDense {
	var sb, bsb mat.Dense
	sb.Mul(mat.DenseCopyOf(s), b)
	bsb.Mul(b.T(), &sb)
	return average(&bsb)
}

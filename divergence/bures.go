package divergence

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// bures returns tr(A + B − 2(A^½BA^½)^½) for A = Σ_p, B = Σ_q, tr A ≥ tr B.
//
// Three ways, by how much the trace cancels: by the singular values of
// Σ_q^{½ᵀ}Σ_p^½ if it hardly does; for close covariances by iterating for the
// optimal map's T − I; in between (small in norm, yet not small along the small
// principal axes) by a difference formula for the square root.
func (d pair) bures() (float64, error) {
	if mat.Norm(d.diff, 2) <= 1e-3*mat.Norm(d.p.cov, 2) {
		t, err := d.axes()
		if err != nil {
			return 0, err
		}
		if b, ok := t.iterate(); ok {
			return b, nil
		}
		return d.sylvester(t)
	}
	total := mat.Trace(d.p.cov) + mat.Trace(d.q.cov)
	if d.p.rank == 0 || d.q.rank == 0 {
		return total, nil
	}
	m, err := d.roots()
	if err != nil {
		return 0, err
	}
	var svd mat.SVD
	if !svd.Factorize(m, mat.SVDNone) {
		return 0, fmt.Errorf("%w: singular values of a %d×%d product of roots", ErrConvergence, d.q.rank, d.p.rank)
	}
	// The error is about ε·total.
	if b := total - 2*floats.Sum(svd.Values(nil)); b >= 1e-5*total {
		return b, nil
	}
	t, err := d.axes()
	if err != nil {
		return 0, err
	}
	return d.sylvester(t)
}

// roots returns F_qᵀF_p for roots of the covariances.
func (d pair) roots() (*mat.Dense, error) {
	if d.p.lower != nil && d.q.lower != nil {
		return triangles(d.q.lower, d.p.lower), nil
	}
	fp, err := d.p.root()
	if err != nil {
		return nil, err
	}
	fq, err := d.q.root()
	if err != nil {
		return nil, err
	}
	var m mat.Dense
	m.Mul(fq.T(), fp)
	return &m, nil
}

// triangles returns AᵀB of lower triangles, a third of the work of full matrices, a
// few columns at a time that stay in cache.
func triangles(a, b *mat.TriDense) *mat.Dense {
	ra, rb := a.RawTriangular(), b.RawTriangular()
	n := ra.N
	m := mat.NewDense(n, n, nil)
	raw := m.RawMatrix()
	for from := 0; from < n; from += width {
		for k := from; k < n; k++ {
			row := rb.Data[k*rb.Stride+from : k*rb.Stride+min(from+width, k+1)]
			for i, v := range ra.Data[k*ra.Stride : k*ra.Stride+k+1] {
				blas64.Axpy(v, vector(row), vector(raw.Data[i*raw.Stride+from:i*raw.Stride+from+len(row)]))
			}
		}
	}
	return m
}

// axes is B − A in the principal axes of A: the square of size rank A on its
// range, and the trace of B on its null space.
type axes struct {
	lambda []float64     // positive eigenvalues of A
	basis  *mat.Dense    // their vectors
	change *mat.SymDense // basisᵀ(B − A)basis
	rest   float64
}

func (d pair) axes() (axes, error) {
	values, vectors, err := d.p.eigen()
	if err != nil {
		return axes{}, err
	}
	n, r := d.p.Dim(), d.p.rank
	c := congruence(vectors, d.diff)
	c.ScaleSym(-1, c)
	t := axes{
		lambda: values[n-r:],
		basis:  mat.DenseCopyOf(vectors.Slice(0, n, n-r, n)),
		change: c.SliceSym(n-r, n).(*mat.SymDense),
	}
	for i := range n - r {
		t.rest += c.At(i, i)
	}
	t.rest = max(t.rest, 0)
	return t, nil
}

// iterate solves for X = T − I, where T is the optimal map from A to B, TAT = B:
//
//	XA + AX = B − A − XAX,   W2² = tr XAX = Σ_ij X_ij² λ_j
//
// by fixed point in the principal axes of A. ok is false where it contracts
// slowly, that is where X is not small.
func (t axes) iterate() (b float64, ok bool) {
	r := len(t.lambda)
	x, next := mat.NewDense(r, r, nil), mat.NewDense(r, r, nil)
	scaled, square := mat.NewDense(r, r, nil), mat.NewDense(r, r, nil)
	previous := math.Inf(1)
	for k := range 20 {
		var change, size float64
		b = 0
		for i, li := range t.lambda {
			for j, lj := range t.lambda {
				v := (t.change.At(i, j) - square.At(i, j)) / (li + lj)
				next.Set(i, j, v)
				scaled.Set(i, j, v*lj)
				dv := v - x.At(i, j)
				b += v * v * lj
				change += dv * dv * lj
				size = max(size, math.Abs(v))
			}
		}
		if change <= 1e-26*b {
			return b + t.rest, true
		}
		if size > 0.1 || change > previous || (k > 0 && change > 0.1*previous) {
			return 0, false
		}
		previous = change
		x, next = next, x
		square.Mul(scaled, x)
	}
	return 0, false
}

// sylvester uses that the square roots Y = (A^½BA^½)^½ = U diag(μ) Uᵀ and
// A = V diag(λ) Vᵀ of Y² and A² differ by Z with YZ + ZA = A^½(B − A)A^½, so that
//
//	W2² = |A^{−½}Z|² = Σ_ij ( UᵀA^½(B − A)V )_ij² / (μ_i + λ_j)²
//
// μ and U come from the singular value decomposition of Σ_q^{½ᵀ}A^½, for squaring
// would halve the digits of μ.
func (d pair) sylvester(t axes) (float64, error) {
	r := len(t.lambda)
	fq, err := d.q.root()
	if err != nil {
		return 0, err
	}
	root := mat.NewDiagDense(r, nil)
	for i, v := range t.lambda {
		root.SetDiag(i, math.Sqrt(v))
	}
	var m mat.Dense
	m.Mul(fq.T(), t.basis)
	m.Mul(&m, root)
	var svd mat.SVD
	if !svd.Factorize(&m, mat.SVDFullV) {
		return 0, fmt.Errorf("%w: singular vectors of a %d×%d product of roots", ErrConvergence, d.q.rank, r)
	}
	mu := make([]float64, r)
	copy(mu, svd.Values(nil))
	var u, k mat.Dense
	svd.VTo(&u)
	k.Mul(u.T(), root)
	k.Mul(&k, t.change)
	sum := t.rest
	for i := range r {
		for j := range r {
			v := k.At(i, j) / (mu[i] + t.lambda[j])
			sum += v * v
		}
	}
	return sum, nil
}

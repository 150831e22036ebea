package divergence

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence/internal/dense"
)

// doubleAbove is the condition number above which covariances are factorised in
// twice the working precision: up to it, κ·ε is about 1e-10.
const doubleAbove = 1e6

// factor is the Cholesky factor U of a covariance, UᵀU = LLᵀ.
type factor struct {
	upper *dense.Upper
	twice *double // where the covariance is ill-conditioned, else nil
}

// factorOf returns the factor of a weighted sum. That of positive weights is no worse
// conditioned than both terms: λ_max/λ_min is at most the larger of theirs.
// It is kept in w.
func factorOf(w *work, s sum, worst float64) (factor, bool) {
	n, u := s.a.SymmetricDim(), &w.middle
	s.to(w.gap)
	cond := worst
	var norm float64
	if s.u < 0 || s.v < 0 {
		norm = dense.Norm1(w.gap, n)
	}
	if !u.Factorize(w.gap, n, nil) {
		return factor{}, false
	}
	if norm > 0 {
		cond = u.Cond(norm)
	}
	return improve(u, cond, s), true
}

// improve returns u as a factor of the sum, computed once more if cond asks for it.
func improve(u *dense.Upper, cond float64, s sum) factor {
	if cond <= doubleAbove {
		return factor{upper: u}
	}
	d := doubleSym(s.hi(), s.low())
	if !d.cholesky() {
		return factor{upper: u}
	}
	n := d.n
	data := make([]float64, n*n)
	for i := range n {
		copy(data[i*n+i:(i+1)*n], d.hi[i*n+i:])
	}
	return factor{upper: dense.NewUpper(data, n), twice: &d}
}

func (f factor) diag(i int) float64 { return f.upper.Diag(i) }

// whiten returns the rows of L⁻¹ (hi + low) L⁻ᵀ; low may be nil.
func (f factor) whiten(hi, low *mat.SymDense) []float64 {
	if f.twice == nil {
		e := whole(hi)
		f.upper.Whiten(e)
		return e
	}
	b := doubleSym(hi, low)
	f.twice.solve(b)
	b = b.transpose()
	f.twice.solve(b)
	_ = symmetrize(b.hi, b.n, math.Inf(1)) // nothing is too far from its transpose
	return b.hi
}

// distance2 returns |L⁻¹x|² and overwrites x by L⁻¹x.
func (f factor) distance2(x []float64) float64 {
	if f.twice != nil {
		f.twice.solve(double{len(x), 1, x, make([]float64, len(x))})
	} else {
		f.upper.SolveVector(x)
	}
	return dense.Squares(x)
}

// ratio sets c to the rows of L⁻¹M of another factor M, or of its transpose.
func (f factor) ratio(c []float64, m factor) {
	if f.twice == nil {
		copy(c, m.upper.Raw())
		f.upper.SolveRight(c)
		return
	}
	n := m.upper.N()
	dense.Transpose(c, m.upper.Raw(), n)
	b := double{n, n, c, make([]float64, n*n)}
	if m.twice != nil {
		for i := range n {
			for j := range i + 1 {
				b.lo[i*n+j] = m.twice.lo[j*n+i]
			}
		}
	}
	f.twice.solve(b)
}

// whole returns the rows of a symmetric matrix.
func whole(s *mat.SymDense) []float64 {
	raw := s.RawSymmetric()
	a := make([]float64, raw.N*raw.N)
	for i := range raw.N {
		copy(a[i*raw.N+i:(i+1)*raw.N], raw.Data[i*raw.Stride+i:])
	}
	mirror(a, raw.N)
	return a
}

// average returns the symmetric part of a square matrix.
func average(a *mat.Dense) *mat.SymDense {
	n, _ := a.Dims()
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			s.SetSym(i, j, a.At(i, j)/2+a.At(j, i)/2)
		}
	}
	return s
}

// unitCholesky factorises I + E = CCᵀ and returns Cᵀ with s_i = C_ii² − 1 to the relative
// precision of E, and Σ_{j<i} C_ij².
func unitCholesky(e []float64, n int) (c *dense.Upper, s, below []float64, ok bool) {
	a := slices.Clone(e)
	for i := range n {
		a[i*n+i]++
	}
	if c, ok = dense.Cholesky(a, n); !ok {
		return nil, nil, nil, false
	}
	s, below = make([]float64, n), c.Above()
	for i := range n {
		if d := c.Diag(i); d*d < 0.5 {
			s[i] = d*d - 1
			continue
		}
		s[i] = e[i*n+i] - below[i]
	}
	return c, s, below, true
}

func vector(x []float64) blas64.Vector { return blas64.Vector{N: len(x), Inc: 1, Data: x} }

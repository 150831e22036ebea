package divergence

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence/internal/dense"
)

// doubleAbove is the condition number above which covariances are factorised in
// twice the working precision: up to it, κ·ε is about 1e-10.
const doubleAbove = 1e6

// factor is the Cholesky factor L of a covariance.
type factor struct {
	lower *dense.Lower
	upper *double // Lᵀ where the covariance is ill-conditioned, else nil
}

// factorOf returns the factor of a weighted sum. That of positive weights is no worse
// conditioned than both terms: λ_max/λ_min is at most the larger of theirs.
func factorOf(s sum, worst float64) (factor, bool) {
	a := s.rows()
	n := s.a.SymmetricDim()
	cond := worst
	var norm float64
	if s.u < 0 || s.v < 0 {
		norm = norm1(a, n)
	}
	l, ok := dense.Cholesky(a, n)
	if !ok {
		return factor{}, false
	}
	if norm > 0 {
		cond = l.Cond(norm)
	}
	return improve(l, cond, s), true
}

// improve returns l as a factor of the sum, computed once more if cond asks for it.
func improve(l *dense.Lower, cond float64, s sum) factor {
	if cond <= doubleAbove {
		return factor{lower: l}
	}
	u := doubleSym(s.hi(), s.low())
	if !u.cholesky() {
		return factor{lower: l}
	}
	n := u.n
	data := make([]float64, n*n)
	for i := range n {
		for j := range i + 1 {
			data[i*n+j] = u.hi[j*n+i]
		}
	}
	return factor{lower: dense.NewLower(data, n), upper: &u}
}

func (f factor) diag(i int) float64 { return f.lower.Diag(i) }

// whiten returns the rows of L⁻¹ (hi + low) L⁻ᵀ; low may be nil.
func (f factor) whiten(hi, low *mat.SymDense) []float64 {
	n := hi.SymmetricDim()
	var e []float64
	if f.upper != nil {
		b := doubleSym(hi, low)
		f.upper.solve(b)
		b = b.transpose()
		f.upper.solve(b)
		e = b.hi
	} else {
		a := whole(hi)
		e = make([]float64, n*n)
		f.lower.Solve(a, n)
		dense.Transpose(e, a, n)
		f.lower.Solve(e, n)
	}
	_ = symmetrize(e, n, math.Inf(1)) // nothing is too far from its transpose
	return e
}

// distance2 returns |L⁻¹x|² and overwrites x by L⁻¹x.
func (f factor) distance2(x []float64) float64 {
	if f.upper != nil {
		f.upper.solve(double{len(x), 1, x, make([]float64, len(x))})
	} else {
		f.lower.SolveVector(x)
	}
	return floats.Dot(x, x)
}

// ratio returns L⁻¹M of another factor M, in rows.
func (f factor) ratio(m factor) []float64 {
	c := slices.Clone(m.lower.Raw())
	if f.upper == nil {
		f.lower.SolveTriangle(c)
		return c
	}
	n := m.lower.N()
	b := double{n, n, c, make([]float64, n*n)}
	if m.upper != nil {
		for i := range n {
			for j := range i + 1 {
				b.lo[i*n+j] = m.upper.lo[j*n+i]
			}
		}
	}
	f.upper.solve(b)
	return c
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

// unitCholesky factorises I + E = CCᵀ, given the lower triangle of E, and returns C with
// s_i = C_ii² − 1 to the relative precision of E.
func unitCholesky(e []float64, n int) (c *dense.Lower, s []float64, ok bool) {
	a := slices.Clone(e)
	for i := range n {
		a[i*n+i]++
	}
	if c, ok = dense.Cholesky(a, n); !ok {
		return nil, nil, false
	}
	s = make([]float64, n)
	for i := range n {
		if d := c.Diag(i); d*d < 0.5 {
			s[i] = d*d - 1
			continue
		}
		s[i] = e[i*n+i] - below(c, i)
	}
	return c, s, true
}

// below returns Σ_{j<i} C_ij².
func below(c *dense.Lower, i int) float64 {
	row := c.Row(i)[:i]
	return floats.Dot(row, row)
}

func vector(x []float64) blas64.Vector { return blas64.Vector{N: len(x), Inc: 1, Data: x} }

package divergence

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// doubleAbove is the condition number above which covariances are factorised in
// twice the working precision: up to it, κ·ε is about 1e-10.
const doubleAbove = 1e6

// factor is the Cholesky factor L of a covariance.
type factor struct {
	lower *mat.TriDense
	upper *double // Lᵀ where the covariance is ill-conditioned, else nil
}

// factorOf returns the factor of hi + low; low may be nil.
func factorOf(hi, low *mat.SymDense) (factor, bool) {
	var chol mat.Cholesky
	if !chol.Factorize(hi) {
		return factor{}, false
	}
	l := new(mat.TriDense)
	chol.LTo(l)
	return improve(l, chol.Cond(), hi, low), true
}

// improve returns l as a factor, computed once more if cond asks for it.
func improve(l *mat.TriDense, cond float64, hi, low *mat.SymDense) factor {
	if cond <= doubleAbove {
		return factor{lower: l}
	}
	u := doubleSym(hi, low)
	if !u.cholesky() {
		return factor{lower: l}
	}
	n := u.n
	l = mat.NewTriDense(n, mat.Lower, nil)
	for i := range n {
		for j := range i + 1 {
			l.SetTri(i, j, u.hi[j*n+i])
		}
	}
	return factor{lower: l, upper: &u}
}

func (f factor) diag(i int) float64 { return f.lower.At(i, i) }

// whiten returns L⁻¹ (hi + low) L⁻ᵀ; low may be nil.
func (f factor) whiten(hi, low *mat.SymDense) *mat.SymDense {
	n := hi.SymmetricDim()
	var e *mat.Dense
	if f.upper != nil {
		b := doubleSym(hi, low)
		f.upper.solve(b)
		b = b.transpose()
		f.upper.solve(b)
		e = mat.NewDense(n, n, b.hi)
	} else {
		e = mat.DenseCopyOf(hi)
		blas64.Trsm(blas.Left, blas.NoTrans, 1, f.lower.RawTriangular(), e.RawMatrix())
		blas64.Trsm(blas.Right, blas.Trans, 1, f.lower.RawTriangular(), e.RawMatrix())
	}
	return average(e)
}

// distance2 returns |L⁻¹x|² and overwrites x by L⁻¹x.
func (f factor) distance2(x []float64) float64 {
	v := vector(x)
	if f.upper != nil {
		f.upper.solve(double{len(x), 1, x, make([]float64, len(x))})
	} else {
		blas64.Trsv(blas.NoTrans, f.lower.RawTriangular(), v)
	}
	return blas64.Dot(v, v)
}

// ratio returns L⁻¹M of another factor M.
func (f factor) ratio(m factor) *mat.Dense {
	c := mat.DenseCopyOf(m.lower)
	if f.upper == nil {
		solveTriangle(f.lower, c)
		return c
	}
	n, _ := c.Dims()
	b := double{n, n, c.RawMatrix().Data, make([]float64, n*n)}
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

// width is how many columns of triangular products are done at a time, so that they
// stay in cache.
const width = 64

// solveTriangle overwrites a lower triangle C by L⁻¹C, a third of the work of a full
// matrix.
func solveTriangle(lower *mat.TriDense, c *mat.Dense) {
	l, raw := lower.RawTriangular(), c.RawMatrix()
	for from := 0; from < l.N; from += width {
		for i := from; i < l.N; i++ {
			row, left := raw.Data[i*raw.Stride:], l.Data[i*l.Stride:]
			for k := from; k < i; k++ {
				to := min(from+width, k+1)
				blas64.Axpy(-left[k], vector(raw.Data[k*raw.Stride+from:k*raw.Stride+to]), vector(row[from:to]))
			}
			blas64.Scal(1/left[i], vector(row[from:min(from+width, i+1)]))
		}
	}
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

// unitCholesky factorises I + E = CCᵀ and returns C with s_i = C_ii² − 1 to the
// relative precision of E.
func unitCholesky(e *mat.SymDense) (c *mat.TriDense, s []float64, ok bool) {
	n := e.SymmetricDim()
	m := mat.NewSymDense(n, nil)
	m.CopySym(e)
	for i := range n {
		m.SetSym(i, i, 1+e.At(i, i))
	}
	var chol mat.Cholesky
	if !chol.Factorize(m) {
		return nil, nil, false
	}
	c = new(mat.TriDense)
	chol.LTo(c)
	s = make([]float64, n)
	for i := range n {
		if d := c.At(i, i); d*d < 0.5 {
			s[i] = d*d - 1
			continue
		}
		s[i] = e.At(i, i) - below(c, i)
	}
	return c, s, true
}

// below returns Σ_{j<i} C_ij².
func below(c *mat.TriDense, i int) float64 {
	raw := c.RawTriangular()
	row := vector(raw.Data[i*raw.Stride : i*raw.Stride+i])
	return blas64.Dot(row, row)
}

func vector(x []float64) blas64.Vector { return blas64.Vector{N: len(x), Inc: 1, Data: x} }

package divergence

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// refineAbove is the condition number above which Cholesky factors are refined:
// up to it, κ·ε is below 1e-10.
const refineAbove = 1e5

// rankTolerance is the size, relative to the largest eigenvalue, up to which an
// eigenvalue of an n×n covariance counts as zero.
func rankTolerance(n int) float64 { return float64(max(n, 10)) * 0x1p-52 }

// factorize finds the rank of Σ, by Cholesky where that settles it.
func (g *Gaussian) factorize() error {
	n := g.Dim()
	tol := rankTolerance(n)
	var chol mat.Cholesky
	positive := chol.Factorize(g.cov)
	// κ₂ ≤ κ₁, and the estimate of κ₁ is seldom low by more than a factor of 3.
	if positive {
		g.cond = chol.Cond()
		if 10*g.cond*tol < 1 {
			g.rank = n
			g.lower = new(mat.TriDense)
			chol.LTo(g.lower)
			return nil
		}
	}
	values, _, err := g.eigen()
	if err != nil {
		return err
	}
	largest := values[n-1]
	if values[0] < -tol*max(largest, -values[0]) {
		return fmt.Errorf("%w: smallest eigenvalue %v, largest %v; project it onto the positive semidefinite matrices if this is noise", ErrIndefinite, values[0], largest)
	}
	for _, v := range values {
		if v > tol*largest {
			g.rank++
		}
	}
	if positive && g.rank == n {
		g.lower = new(mat.TriDense)
		chol.LTo(g.lower)
	} else if g.rank == n {
		g.rank-- // too close to singular for Cholesky: drop the smallest
	}
	return nil
}

// eigen returns the eigenvalues of Σ in ascending order with their vectors in
// columns.
func (g *Gaussian) eigen() ([]float64, *mat.Dense, error) {
	s := &g.spectral
	s.once.Do(func() {
		var e mat.EigenSym
		if s.ok = e.Factorize(g.cov, true); s.ok {
			s.values = e.Values(nil)
			s.vectors = new(mat.Dense)
			e.VectorsTo(s.vectors)
		}
	})
	if !s.ok {
		return nil, nil, fmt.Errorf("%w: eigenvalues of a %d×%d covariance", ErrConvergence, g.Dim(), g.Dim())
	}
	return s.values, s.vectors, nil
}

// factor returns the Cholesky factor of a regular Σ to nearly full precision.
func (g *Gaussian) factor() *mat.TriDense {
	if g.cond <= refineAbove {
		return g.lower
	}
	g.refined.once.Do(func() { g.refined.lower = refine(g.lower, g.cov, nil) })
	return g.refined.lower
}

// root returns an n×rank matrix F with FFᵀ = Σ.
func (g *Gaussian) root() (*mat.Dense, error) {
	if g.lower != nil {
		return mat.DenseCopyOf(g.lower), nil
	}
	values, vectors, err := g.eigen()
	if err != nil {
		return nil, err
	}
	n := g.Dim()
	f := mat.DenseCopyOf(vectors.Slice(0, n, n-g.rank, n))
	for i := range n {
		row := f.RawRowView(i)
		for j := range row {
			row[j] *= math.Sqrt(values[n-g.rank+j])
		}
	}
	return f, nil
}

// refine improves l, LLᵀ ≈ Σ + low, so that its error is no longer κ·ε but the
// rounding of its own entries: with the residual R = Σ + low − LLᵀ computed in
// twice the working precision, L ← L chol(I + L⁻¹RL⁻ᵀ).
func refine(l *mat.TriDense, cov, low *mat.SymDense) *mat.TriDense {
	n, _ := l.Dims()
	for range 2 {
		r := mat.NewSymDense(n, nil)
		raw := l.RawTriangular()
		for i := range n {
			li := raw.Data[i*raw.Stride : i*raw.Stride+i+1]
			for j := range i + 1 {
				lj := raw.Data[j*raw.Stride : j*raw.Stride+j+1]
				var c float64
				if low != nil {
					c = low.At(i, j)
				}
				r.SetSym(i, j, residual(cov.At(i, j), c, li[:j+1], lj))
			}
		}
		c, s, ok := unitCholesky(whiten(l, r))
		if !ok {
			return l
		}
		for i := range n {
			c.SetTri(i, i, s[i]/(1+math.Sqrt(1+s[i]))) // C − I without cancellation
		}
		step := mat.DenseCopyOf(c)
		blas64.Trmm(blas.Left, blas.NoTrans, 1, raw, step.RawMatrix())
		next := mat.NewTriDense(n, mat.Lower, nil)
		for i := range n {
			for j := range i + 1 {
				next.SetTri(i, j, l.At(i, j)+step.At(i, j))
			}
		}
		l = next
	}
	return l
}

// residual returns a + c − x·y as if computed in twice the working precision
// (Ogita, Rump, Oishi, 2005, algorithm 5.3).
func residual(a, c float64, x, y []float64) float64 {
	for i, v := range x {
		p := float64(-v * y[i])
		e := math.FMA(-v, y[i], -p)
		s := a + p
		b := s - a
		c += ((a - (s - b)) + (p - b)) + e
		a = s
	}
	return a + c
}

// whiten returns L⁻¹ S L⁻ᵀ.
func whiten(l *mat.TriDense, s *mat.SymDense) *mat.SymDense {
	n := s.SymmetricDim()
	e := mat.DenseCopyOf(s)
	blas64.Trsm(blas.Left, blas.NoTrans, 1, l.RawTriangular(), e.RawMatrix())
	blas64.Trsm(blas.Right, blas.Trans, 1, l.RawTriangular(), e.RawMatrix())
	out := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			out.SetSym(i, j, e.At(i, j)/2+e.At(j, i)/2)
		}
	}
	return out
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
	row := blas64.Vector{N: i, Inc: 1, Data: raw.Data[i*raw.Stride : i*raw.Stride+i]}
	return blas64.Dot(row, row)
}

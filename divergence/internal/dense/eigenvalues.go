package dense

import (
	"math"

	lapack "gonum.org/v1/gonum/lapack/gonum"

	"github.com/ito-sde/ito/internal/gemm"
)

// SingularSquares returns the squares of the singular values of ABᵀ in ascending order,
// to the rounding of the largest of them; ok is false where they do not converge.
// Entries of A and B beyond 1e±75 may overflow or underflow.
func SingularSquares(a, b *Upper) (values []float64, ok bool) {
	s := borrow()
	defer pool.Put(s)
	n := a.n
	s.first, s.second = resize(s.first, n*n), resize(s.second, n*n)
	clear(s.first)
	s.cross(s.first, a, b)
	s.gram(s.second, s.first, n, false)
	return s.eigenvalues(s.second, n)
}

// eigenvalues reads the lower triangle of a symmetric matrix.
func (s *scratch) eigenvalues(a []float64, n int) (values []float64, ok bool) {
	d, e := s.tridiagonal(a, n)
	return d, lapack.Implementation{}.Dsterf(n, d, e)
}

// reduction is a symmetric matrix on its way to a tridiagonal one, from the last row
// up. Within a panel of reflections H = I − τvvᵀ the matrix is A − VᵀW − WᵀV, where A is
// what it was before the panel; after it A is brought up to date by a product.
//
// Vectors have the length ld, a multiple of 8, and are zero where they end: so the
// kernels' loops have no remainders.
type reduction struct {
	ld, panel int
	strict    []float64 // below the diagonal of A, zero elsewhere; rows of ld numbers
	diag      []float64
	rows      []float64 // panel rows each of V, W and once more V

	v, w, dots, first, second []float64

	kept      bool // whether reflections are remembered
	count     int  // of those
	all, taus []float64
}

func (s *reduction) start(a []float64, n int) {
	s.ld, s.panel = (n+7)&^7, min(block, (n+3)&^3)
	for _, x := range []struct {
		to   *[]float64
		size int
	}{{&s.strict, (n + 3) &^ 3 * s.ld}, {&s.diag, s.ld}, {&s.rows, 3 * s.panel * s.ld}, {&s.v, s.ld}, {&s.w, s.ld}, {&s.dots, s.ld}, {&s.first, s.panel}, {&s.second, s.panel}} {
		*x.to = resize(*x.to, x.size)
	}
	clear(s.diag)
	clear(s.rows)
	clear(s.strict[n*s.ld:])
	for i := range n {
		row := s.strict[i*s.ld:][:s.ld]
		copy(row, a[i*n:i*n+i])
		clear(row[i:])
		s.diag[i] = a[i*n+i]
	}
}

// tridiagonal returns the diagonal and subdiagonal of QᵀAQ for an orthogonal Q.
//
// Dongarra, Sorensen, Hammarling (1989); LAPACK's dsytrd with the upper triangle.
func (s *scratch) tridiagonal(a []float64, n int) (d, e []float64) {
	r := &s.reduction
	r.start(a, n)
	d, e = make([]float64, n), make([]float64, n-1)
	for from := n; from > 1; {
		count := min(r.panel, from-1)
		for c := range count {
			i := from - 1 - c
			d[i] = r.row(c, i)
			var tau float64
			e[i-1], tau = reflect(r.v[:i])
			if r.kept {
				copy(r.all[r.count*r.ld:], r.v)
				r.taus[r.count] = tau
				r.count++
			}
			clear(r.w)
			if tau != 0 {
				r.times(i, c)
				finish(r.w[:i], r.v[:i], tau)
			}
			for k, x := range [][]float64{r.v, r.w, r.v} {
				copy(r.rows[(k*r.panel+c)*r.ld:], x)
			}
		}
		from -= count
		r.update(&s.packed, from, count)
	}
	d[0] = r.diag[0]
	return d, e
}

// row sets v to row i of the matrix after c reflections, left of the diagonal, and
// returns its diagonal element.
func (s *reduction) row(c, i int) float64 {
	clear(s.v)
	copy(s.v, s.strict[i*s.ld:][:i])
	d := s.diag[i]
	other := s.rows[s.panel*s.ld:]
	f, h := s.factors(c)
	for r := range c {
		x, y := s.rows[r*s.ld+i], other[r*s.ld+i]
		f[r], h[r] = -x, -y
		d -= 2 * x * y
	}
	gemm.Sums(s.v, f, other, s.ld)
	gemm.Sums(s.v, h, s.rows, s.ld)
	clear(s.v[i:])
	return d
}

// factors returns zeros for c rows of V and of W, and up to a multiple of four.
func (s *reduction) factors(c int) (f, h []float64) {
	f, h = s.first[:(c+3)&^3], s.second[:(c+3)&^3]
	clear(f)
	clear(h)
	return f, h
}

// reflect overwrites x by v, v_last = 1, of the reflection that maps x to β in the last
// place and zeros, and returns β and τ.
func reflect(x []float64) (beta, tau float64) {
	last := len(x) - 1
	alpha := x[last]
	var square float64
	for _, v := range x[:last] {
		square += v * v
	}
	x[last] = 1
	if square == 0 {
		return alpha, 0
	}
	beta = -math.Copysign(math.Sqrt(alpha*alpha+square), alpha)
	scale := 1 / (alpha - beta)
	for j := range x[:last] {
		x[j] *= scale
	}
	return beta, (beta - alpha) / beta
}

// times adds the matrix after c reflections times v to w, in the leading i places.
func (s *reduction) times(i, c int) {
	clear(s.dots)
	gemm.Lower(s.dots, s.w, s.v, s.strict, s.ld, (i+3)&^3)
	for j, x := range s.v[:i] {
		s.w[j] += s.dots[j] + s.diag[j]*x
	}
	f, h := s.factors(c)
	other := s.rows[s.panel*s.ld:]
	gemm.Dots(f, other, s.ld, s.v)
	gemm.Dots(h, s.rows, s.ld, s.v)
	for r := range f {
		f[r], h[r] = -f[r], -h[r]
		if r >= c { // a row of an earlier panel
			f[r], h[r] = 0, 0
		}
	}
	gemm.Sums(s.w, f, s.rows, s.ld)
	gemm.Sums(s.w, h, other, s.ld)
	clear(s.w[i:])
}

// finish turns w = Av into τAv − ½τ²(vᵀAv)v.
func finish(w, v []float64, tau float64) {
	var dot float64
	for j := range w {
		w[j] *= tau
		dot += w[j] * v[j]
	}
	half := -0.5 * tau * dot
	for j, x := range v {
		w[j] += half * x
	}
}

// update brings the leading n rows up to date with a panel, which is full unless n is 1.
func (s *reduction) update(p *gemm.Matrix[float64], n, count int) {
	ld, k := s.ld, s.panel
	for r := range count {
		w := s.rows[(k+r)*ld:][:n]
		for j, x := range s.rows[r*ld:][:n] {
			s.diag[j] -= 2 * x * w[j]
		}
	}
	if n == 1 {
		return
	}
	for from := 0; from < n; from += wide {
		width := min(wide, n-from)
		p.Pack(2*k, width, s.rows[k*ld+from:], ld, false)
		p.Negate()
		p.Mul(s.strict[from*ld+from:], ld, n-from, s.rows[from:], ld, true, true, nil)
		for i := from; i < from+width; i++ {
			clear(s.strict[i*ld+i : i*ld+from+width])
		}
	}
}

package dense

import (
	"github.com/ito-sde/ito/internal/gemm"
	"github.com/ito-sde/ito/internal/simd"
)

// Cross returns ABᵀ of two upper triangles, a third of the work of full matrices.
func Cross(a, b *Upper) []float64 {
	s := borrow()
	defer pool.Put(s)
	c := make([]float64, a.n*a.n)
	s.cross(c, a, b)
	return c
}

// cross adds ABᵀ to c.
func (s *scratch) cross(c []float64, a, b *Upper) {
	n := a.n
	s.third = resize(s.third, n*n)
	Transpose(s.third, b.u, n)
	for from := 0; from < n; from += wide {
		h := min(wide, n-from)
		s.packed.Pack(h, from+h, s.third[from*n:], n, false)
		s.packed.Mul(c, n, from+h, a.u[from:], n, false, true, nil)
	}
}

// GramSquares returns Σ_ij (ZᵀZ)_ij² of an upper triangle.
func GramSquares(z []float64, n int) (sum float64) {
	own := borrow()
	defer pool.Put(own)
	p := own.panel[:]
	for s := 0; s < n; s += block {
		w := min(block, n-s)
		left := take(&own.left, z, n, s+w, s, w)
		gemm.Subtract(w, w, s+w, p, w, nil, 0, left.x, 1, left.ld, z[s:], n)
		sum += Squares(p[:w*w])
		for from := s + w; from < n; from += strip {
			cols := min(strip, n-from)
			gemm.Subtract(w, cols, s+w, p, cols, nil, 0, left.x, 1, left.ld, z[from:], n)
			sum += 2 * Squares(p[:w*cols])
		}
	}
	return sum
}

// Gram sets c to FᵀF; if f is an upper triangle, with a third of the work.
func Gram(c, f []float64, n int, upper bool) {
	s := borrow()
	defer pool.Put(s)
	s.gram(c, f, n, upper)
	Mirror(c, n)
}

// gram sets c to the lower triangle of FᵀF; above it is what comes of working in blocks.
func (s *scratch) gram(c, f []float64, n int, upper bool) {
	if n <= block {
		clear(c)
		for k := range n {
			row := f[k*n:][:n]
			for i, v := range row {
				for j, x := range row[:i+1] {
					c[i*n+j] += v * x
				}
			}
		}
		return
	}
	for from := 0; from < n; from += wide {
		w, k := min(wide, n-from), n
		if upper {
			k = from + w
		}
		s.packed.Pack(k, w, f[from:], n, false)
		s.packed.Mul(c[from*n+from:], n, n-from, f[from:], n, true, false, nil)
	}
}

// Transpose sets dst to the transpose of a; they must not overlap.
func Transpose(dst, a []float64, n int) { turn(dst, n, a, n, n, n) }

// turn sets dst to the transpose of m×n numbers.
func turn(dst []float64, ldd int, src []float64, lds, m, n int) {
	rows, cols := turnBlocks(best, dst, ldd, src, lds, m, n)
	for i := range m {
		from := 0
		if i < rows {
			from = cols
		}
		for j := from; j < n; j++ {
			dst[j*ldd+i] = src[i*lds+j]
		}
	}
}

// Symmetric tells whether a equals its transpose.
func Symmetric(a []float64, n int) bool { return symmetric(best, a, n) }

func symmetric(isa simd.ISA, a []float64, n int) bool {
	done, equal := mirrored(isa, a, n)
	if !equal {
		return false
	}
	for i := 0; i < n; i += block {
		for j := max(i, done&^(block-1)); j < n; j += block {
			for k := i; k < min(i+block, n); k++ {
				for l := max(j, k+1, done); l < min(j+block, n); l++ {
					if a[k*n+l] != a[l*n+k] {
						return false
					}
				}
			}
		}
	}
	return true
}

// Mirror copies what is below the diagonal to above it.
func Mirror(a []float64, n int) {
	for i := 0; i < n; i += block {
		end := min(i+block, n)
		for k := i; k < end; k++ {
			for l := k + 1; l < end; l++ {
				a[k*n+l] = a[l*n+k]
			}
		}
		for j := end; j < n; j += block { // each with what is below it in cache
			turn(a[i*n+j:], n, a[j*n+i:], n, min(block, n-j), end-i)
		}
	}
}

// Product returns op(a)·op(b), m×k times k×n; a is given by k rows of m numbers where it is
// transposed, b by n rows of k.
func Product(m, k, n int, a []float64, transA bool, b []float64, transB bool) []float64 {
	s := borrow()
	defer pool.Put(s)
	c := make([]float64, m*n)
	lda, ldb := k, n
	if transA {
		lda = m
	}
	if transB {
		ldb = k
	}
	s.packed.Pack(k, n, b, ldb, transB)
	s.packed.Mul(c, n, m, a, lda, transA, false, nil)
	return c
}

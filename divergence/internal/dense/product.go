package dense

// wide is how many rows or columns of a product are done at a time.
const wide = 64

// Cross returns AᵀB of two lower triangles, a third of the work of full matrices.
func Cross(a, b *Lower) []float64 {
	s := borrow()
	defer pool.Put(s)
	c := make([]float64, a.n*a.n)
	s.cross(c, a, b)
	return c
}

// cross adds AᵀB to c.
func (s *scratch) cross(c []float64, a, b *Lower) {
	n := a.n
	if n <= block {
		for k := range n {
			row := b.Row(k)
			for i, v := range a.Row(k) {
				for j, x := range row {
					c[i*n+j] += v * x
				}
			}
		}
		return
	}
	for from := 0; from < n; from += wide {
		h := min(wide, n-from)
		s.packed.Pack(h, from+h, b.l[from*n:], n, false)
		s.packed.Mul(c, n, from+h, a.l[from*n:], n, true, true, nil)
	}
}

// Gram returns the lower triangle of FᵀF; above it is what comes of working in blocks.
func Gram(f []float64, n int) []float64 {
	s := borrow()
	defer pool.Put(s)
	c := make([]float64, n*n)
	s.gram(c, f, n)
	return c
}

// gram sets c to the lower triangle of FᵀF; above it is what comes of working in blocks.
func (s *scratch) gram(c, f []float64, n int) {
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
		s.packed.Pack(n, min(wide, n-from), f[from:], n, false)
		s.packed.Mul(c[from*n+from:], n, n-from, f[from:], n, true, false, nil)
	}
}

// Transpose sets dst to the transpose of a; they must not overlap.
func Transpose(dst, a []float64, n int) {
	const tile = 16
	for i := 0; i < n; i += tile {
		for j := 0; j < n; j += tile {
			for k := i; k < min(i+tile, n); k++ {
				for l, v := range a[k*n+j : k*n+min(j+tile, n)] {
					dst[(j+l)*n+k] = v
				}
			}
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

package dense

import "github.com/ito-sde/ito/internal/gemm"

// Change sets v to the upper triangle V for a symmetric d, of which it reads that triangle, with
//
//	d = VᵀU + UᵀV
//
// which is the derivative of the Cholesky factor U in the direction d, and, if U is the
// mean of two factors, the exact difference of these if d is that of their matrices:
// it keeps the relative precision of d, however close they are. Twice the work of a Cholesky
// factor.
//
// The derivative by blocks: Murray (2016), "Differentiation of the Cholesky decomposition",
// section 4.
func (t *Upper) Change(v, d []float64) {
	own := borrow()
	defer pool.Put(own)
	n := t.n
	if n <= block {
		own.corner(n, d, n, t.u, n, t.inverse, v)
		return
	}
	t.blocks(func(s, w int, inverse []float64) bool {
		left, done := take(&own.left, t.u, n, s, s, w), take(&own.third, v, n, s, s, w)
		for i := s; i < s+w; i++ {
			clear(v[i*n:][:s])
		}
		corner := v[s*n+s:]
		for from := s; from < n; from += strip {
			cols := min(strip, n-from)
			p := own.panel[:]
			gemm.Subtract(w, cols, s, p, cols, d[s*n+from:], n, left.x, 1, left.ld, v[from:], n)
			gemm.Subtract(w, cols, s, p, cols, p, cols, done.x, 1, done.ld, t.u[from:], n)
			skip := 0
			if from == s {
				own.corner(w, p, cols, t.u[s*n+s:], n, inverse, corner)
				skip = w
			}
			p = p[skip:]
			gemm.Subtract(w, cols-skip, w, p, cols, p, cols, corner, 1, n, t.u[s*n+from+skip:], n)
			gemm.Subtract(w, cols-skip, w, v[s*n+from+skip:], n, nil, 0, inverse, block, 1, p, cols)
		}
		return true
	})
}

// Relative sets z to VU⁻¹ for what [Upper.Change] finds, so that d = Uᵀ(Z + Zᵀ)U.
func (t *Upper) Relative(z, d []float64) {
	if t.n > block {
		t.Change(z, d)
		t.SolveRight(z)
		return
	}
	own := borrow()
	defer pool.Put(own)
	own.half(t.n, d, t.n, t.inverse, z, t.n)
}

// half sets z to the upper triangle with z + zᵀ = u⁻ᵀru⁻¹, for one block.
func (s *scratch) half(w int, r []float64, ldr int, inverse, z []float64, ldz int) {
	left, turned := s.middle[:], s.turned[:]
	gemm.Subtract(w, w, w, left, block, nil, 0, inverse, block, 1, r, ldr)
	turn(turned, block, inverse, block, w, w)
	gemm.Subtract(w, w, w, z, ldz, nil, 0, left, block, 1, turned, block)
	for i := range w {
		row := z[i*ldz:][:w]
		clear(row[:i])
		row[i] *= 0.5
	}
}

// corner solves r = vᵀu + uᵀv for one block: v = zu.
func (s *scratch) corner(w int, r []float64, ldr int, u []float64, n int, inverse, v []float64) {
	z := s.diagonal[:]
	s.half(w, r, ldr, inverse, z, block)
	for i := range w {
		for j, x := range z[i*block+i : i*block+w] {
			z[i*block+i+j] = -x
		}
	}
	gemm.Subtract(w, w, w, v, n, nil, 0, z, block, 1, u, n)
}

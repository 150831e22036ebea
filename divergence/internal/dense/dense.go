// Package dense has the factorisations of symmetric matrices that closed forms need,
// on the kernels of internal/gemm: Cholesky, triangular solves, products of
// triangles, eigenvalues. A matrix is n rows of n numbers without gaps.
package dense

import "math"

// block is how many rows of a triangle are done by loops; what lies between blocks
// is products of matrices.
const block = 16

// Lower is a lower triangle L with positive diagonal. It is immutable and safe for
// concurrent use.
type Lower struct {
	n       int
	l       []float64 // zero above the diagonal
	inverse []float64 // of the blocks on the diagonal, block·block numbers each; nil for one block
}

// N returns the dimension.
func (t *Lower) N() int { return t.n }

// Diag returns L_ii.
func (t *Lower) Diag(i int) float64 { return t.l[i*t.n+i] }

// Row returns row i up to the diagonal. It must not be changed.
func (t *Lower) Row(i int) []float64 { return t.l[i*t.n : i*t.n+i+1] }

// Raw returns all rows, with zeros above the diagonal. They must not be changed.
func (t *Lower) Raw() []float64 { return t.l }

// NewLower makes a triangle of l, which it keeps and which is zero above the diagonal.
func NewLower(l []float64, n int) *Lower {
	t := &Lower{n: n, l: l}
	if n > block {
		t.inverse = make([]float64, (n+block-1)/block*block*block)
		for s := 0; s < n; s += block {
			invert(t.inverse[s*block:], l[s*n+s:], min(block, n-s), n)
		}
	}
	return t
}

// Cholesky overwrites the symmetric matrix a, of which it reads the lower triangle, by
// L, LLᵀ = a, and keeps it. ok is false where a pivot is not positive.
//
// By columns of blocks: the product of what is done, a small factor by loops, and the
// rows below times its inverse.
func Cholesky(a []float64, n int) (t *Lower, ok bool) {
	if n <= block {
		if !small(a, n, n) {
			return nil, false
		}
		clearAbove(a, n)
		return &Lower{n: n, l: a}, true
	}
	t = &Lower{n: n, l: a, inverse: make([]float64, (n+block-1)/block*block*block)}
	own := borrow()
	defer pool.Put(own)
	own.first = resize(own.first, n*block)
	p, panel := &own.packed, own.first
	for s := 0; s < n; s += block {
		w := min(block, n-s)
		if s > 0 {
			p.Pack(s, w, a[s*n:], n, true)
			p.Negate()
			p.Mul(a[s*n+s:], n, n-s, a[s*n:], n, false, true, nil)
		}
		if !small(a[s*n+s:], w, n) {
			return nil, false
		}
		inverse := t.inverse[s*block:][:block*block]
		invert(inverse, a[s*n+s:], w, n)
		below := s + w
		if below == n {
			break
		}
		for i := below; i < n; i++ {
			copy(panel[(i-below)*block:], a[i*n+s:i*n+below])
		}
		p.Pack(w, w, inverse, block, true)
		p.Mul(a[below*n+s:], n, n-below, panel, block, false, false, nil)
	}
	clearAbove(a, n)
	return t, true
}

func clearAbove(a []float64, n int) {
	for i := range n {
		clear(a[i*n+i+1 : (i+1)*n])
	}
}

// small factorises n ≤ block rows with stride ld, four rows of a column at a time.
func small(a []float64, n, ld int) bool {
	for j := range n {
		row := a[j*ld:][:j]
		pivot := a[j*ld+j]
		for _, v := range row {
			pivot -= v * v
		}
		if !(pivot > 0) || math.IsInf(pivot, 1) {
			return false
		}
		pivot = math.Sqrt(pivot)
		a[j*ld+j] = pivot
		i := j + 1
		for ; i+4 <= n; i += 4 {
			r0, r1, r2, r3 := a[i*ld:][:j+1], a[(i+1)*ld:][:j+1], a[(i+2)*ld:][:j+1], a[(i+3)*ld:][:j+1]
			s0, s1, s2, s3 := r0[j], r1[j], r2[j], r3[j]
			for k, v := range row {
				s0 -= v * r0[k]
				s1 -= v * r1[k]
				s2 -= v * r2[k]
				s3 -= v * r3[k]
			}
			r0[j], r1[j], r2[j], r3[j] = s0/pivot, s1/pivot, s2/pivot, s3/pivot
		}
		for ; i < n; i++ {
			r := a[i*ld:][:j+1]
			s := r[j]
			for k, v := range row {
				s -= v * r[k]
			}
			r[j] = s / pivot
		}
	}
	return true
}

// invert sets dst, rows of block numbers, to the inverse of the triangle of n ≤ block
// rows l with stride ld.
func invert(dst, l []float64, n, ld int) {
	for i := range n {
		row := dst[i*block:][:i+1]
		row[i] = 1
		for k, v := range l[i*ld:][:i] {
			other := dst[k*block:][:k+1]
			for j, x := range other {
				row[j] -= v * x
			}
		}
		scale := 1 / l[i*ld+i]
		for j := range row {
			row[j] *= scale
		}
	}
}

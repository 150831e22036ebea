// Package dense has the factorisations of symmetric matrices that closed forms need,
// on the kernels of internal/gemm: Cholesky, triangular solves, the change of a factor,
// products of triangles, eigenvalues. A matrix is n rows of n numbers without gaps.
package dense

import "github.com/ito-sde/ito/internal/gemm"

// wide is how many rows or columns of a packed product are done at a time, strip how many
// columns of one that is not.
const wide, strip = 64, 128

// Upper is an upper triangle U with positive diagonal: rows of it are what kernels go
// along. It is immutable and safe for concurrent use.
type Upper struct {
	n       int
	u       []float64 // zero below the diagonal
	inverse []float64 // −U⁻ᵀ of the blocks on the diagonal, n rows of block numbers
}

// N returns the dimension.
func (t *Upper) N() int { return t.n }

// Diag returns U_ii.
func (t *Upper) Diag(i int) float64 { return t.u[i*t.n+i] }

// Raw returns all rows, with zeros below the diagonal. They must not be changed.
func (t *Upper) Raw() []float64 { return t.u }

// Lower returns the rows of Uᵀ.
func (t *Upper) Lower() []float64 {
	l := make([]float64, t.n*t.n)
	Transpose(l, t.u, t.n)
	return l
}

// Above returns Σ_{j<i} U_ji² for every column i.
func (t *Upper) Above() []float64 {
	sums := make([]float64, t.n)
	for j := range t.n {
		for i, v := range t.u[j*t.n+j+1 : (j+1)*t.n] {
			sums[j+1+i] += v * v
		}
	}
	return sums
}

// blocks calls f for the blocks on the diagonal: where they start and how long they are.
func (t *Upper) blocks(f func(s, w int, inverse []float64) bool) bool {
	for s := 0; s < t.n; s += block {
		if !f(s, min(block, t.n-s), t.inverse[s*block:]) {
			return false
		}
	}
	return true
}

// NewUpper makes a triangle of u, which it keeps and which is zero below the diagonal.
func NewUpper(u []float64, n int) *Upper {
	t := &Upper{n: n, u: u, inverse: make([]float64, n*block)}
	t.invert()
	return t
}

// Middle sets t to the mean of two triangles, in the memory that it has.
func (t *Upper) Middle(a, b *Upper) {
	n := a.n
	t.n, t.u, t.inverse = n, resize(t.u, n*n), resize(t.inverse, n*block)
	Combine(t.u, a.u, b.u, 0.5, 0.5)
	t.invert()
}

func (t *Upper) invert() {
	t.blocks(func(s, w int, inverse []float64) bool {
		invertBlock(best, w, t.u[s*t.n+s:], t.n, inverse)
		return true
	})
}

// Room is how many numbers a triangle of n rows takes.
func Room(n int) int { return n * (n + block) }

// Cholesky returns what [Upper.Factorize] makes, in memory of its own.
func Cholesky(a []float64, n int) (t *Upper, ok bool) {
	t = new(Upper)
	return t, t.Factorize(a, n, make([]float64, Room(n)))
}

// Factorize sets t to U, UᵀU = a, for a symmetric matrix of which it reads what is on and above
// the diagonal; in room, Room(n) zeros, or if that is nil in the memory that t has. ok is false
// where a pivot is not positive.
//
// By rows of blocks: less the product of what is above, the small factor of the block on
// the diagonal, and its inverse times what is right of it.
func (t *Upper) Factorize(a []float64, n int, room []float64) (ok bool) {
	if room != nil {
		t.u, t.inverse = room[:n*n], room[n*n:Room(n)]
	}
	t.n, t.u, t.inverse = n, resize(t.u, n*n), resize(t.inverse, n*block)
	if n <= block {
		return factorBlock(best, n, a, n, t.u, n, t.inverse)
	}
	own := borrow()
	defer pool.Put(own)
	return t.blocks(func(s, w int, inverse []float64) bool {
		if room == nil {
			for i := s; i < s+w; i++ {
				clear(t.u[i*n:][:s])
			}
		}
		left, p, cols := take(&own.left, t.u, n, s, s, w), own.panel[:], min(strip, n-s)
		gemm.Subtract(w, cols, s, p, cols, a[s*n+s:], n, left.x, 1, left.ld, t.u[s:], n)
		if !factorBlock(best, w, p, cols, t.u[s*n+s:], n, inverse) {
			return false
		}
		gemm.Subtract(w, cols-w, w, t.u[s*n+s+w:], n, nil, 0, inverse, block, 1, p[w:], cols)
		t.right(own, s, w, left, a, n, t.u, n, s+cols, n)
		return true
	})
}

// columns are some columns of a matrix, in rows ld apart.
type columns struct {
	x  []float64
	ld int
}

// take returns columns from to from+w of the first rows of an n×n matrix, which kernels go along;
// where rows are long it copies them to room, for otherwise every one is on a page of its own.
func take(room *[]float64, u []float64, n, rows, from, w int) columns {
	const long = 200
	if n <= long {
		return columns{u[from:], n}
	}
	*room = resize(*room, rows*block)
	for k := range rows {
		copy((*room)[k*block:], u[k*n+from:k*n+from+w])
	}
	return columns{*room, block}
}

// right solves for rows s to s+w of Uᵀx = b in columns from to end, with left = U[:s, s:s+w].
func (t *Upper) right(own *scratch, s, w int, left columns, b []float64, ldb int, x []float64, ldx, from, end int) {
	p := own.panel[:]
	for ; from < end; from += strip {
		cols := min(strip, end-from)
		gemm.Subtract(w, cols, s, p, cols, b[s*ldb+from:], ldb, left.x, 1, left.ld, x[from:], ldx)
		gemm.Subtract(w, cols, w, x[s*ldx+from:], ldx, nil, 0, t.inverse[s*block:], block, 1, p, cols)
	}
}

package dense

import "github.com/ito-sde/ito/internal/gemm"

// Solve overwrites b, n rows of m numbers, by U⁻ᵀb.
func (t *Upper) Solve(b []float64, m int) {
	own := borrow()
	defer pool.Put(own)
	t.solve(own, b, m)
}

func (t *Upper) solve(own *scratch, b []float64, m int) {
	t.blocks(func(s, w int, _ []float64) bool {
		left := take(&own.left, t.u, t.n, s, s, w)
		t.right(own, s, w, left, b, m, b, m, 0, m)
		return true
	})
}

// SolveRight overwrites an upper triangle b, zero below its diagonal, by bU⁻¹: a third of the
// work of a full matrix.
func (t *Upper) SolveRight(b []float64) { t.solveRight(b, true) }

// solveRight overwrites b by bU⁻¹ by columns of blocks: an upper triangle, or what is below
// the blocks on the diagonal and in them.
func (t *Upper) solveRight(b []float64, upper bool) {
	const tall = 3 * block
	own := borrow()
	defer pool.Put(own)
	n, minus := t.n, own.middle[:]
	if n <= block {
		turn(minus, block, t.inverse, block, n, n)
		gemm.Subtract(n, n, n, own.panel[:], n, nil, 0, b, n, 1, minus, block)
		copy(b, own.panel[:n*n])
		return
	}
	t.blocks(func(s, w int, inverse []float64) bool {
		left, p := take(&own.left, t.u, n, s, s, w), own.panel[:]
		turn(minus, block, inverse, block, w, w)
		from, end, first := s, n, 0
		if upper {
			from, end = 0, s+w
		}
		for ; from < end; from += tall {
			h := min(tall, end-from)
			if upper {
				first = from // there are zeros left of that
			}
			gemm.Subtract(h, w, s-first, p, block, b[from*n+s:], n, b[from*n+first:], n, 1, left.x[first*left.ld:], left.ld)
			gemm.Subtract(h, w, w, b[from*n+s:], n, nil, 0, p, block, 1, minus, block)
		}
		return true
	})
}

// Whiten overwrites a symmetric b by U⁻ᵀbU⁻¹.
func (t *Upper) Whiten(b []float64) {
	t.Solve(b, t.n)
	t.solveRight(b, false)
	Mirror(b, t.n)
}

// SolveVector overwrites x by U⁻ᵀx.
func (t *Upper) SolveVector(x []float64) {
	n := t.n
	t.blocks(func(s, w int, inverse []float64) bool {
		var y [block]float64
		gemm.Dots(y[:w], inverse, block, x[s:s+w])
		below := s + w
		gemm.Sums(x[below:], y[:w], t.u[s*n+below:], n)
		for r, v := range y[:w] {
			x[s+r] = -v
		}
		return true
	})
}

// SolveTransposed overwrites x by U⁻¹x.
func (t *Upper) SolveTransposed(x []float64) {
	n := t.n
	for s := (n - 1) / block * block; s >= 0; s -= block {
		w := min(block, n-s)
		var d, y [block]float64
		gemm.Dots(d[:w], t.u[s*n+s+w:], n, x[s+w:])
		for r, v := range x[s : s+w] {
			d[r] -= v
		}
		gemm.Sums(y[:w], d[:w], t.inverse[s*block:], block)
		copy(x[s:], y[:w])
	}
}

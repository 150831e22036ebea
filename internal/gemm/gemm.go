// Package gemm multiplies matrices of float32 or float64, C (m×n) = A (m×k) · B
// (k×n), all row-major, with B packed once into panels and used for many products.
//
// Element (i, j) of C is one chain over l = 0 … k−1 in this order,
//
//	c = init;  c = c + op(A)[i][l] · op(B)[l][j]
//
// with a single accumulator in every kernel. So a row of C is the same bits for
// any m, at any place in the batch, and for any split of the batch over workers.
// The assembly kernels round once per term (fused multiply-add), the portable
// one twice: bits may differ between processors, never on one of them.
package gemm

//go:generate sh -c "go run ./gen > tile_amd64.s"
//go:generate sh -c "go run ./gen -double > tile64_amd64.s"
//go:generate sh -c "go run ./gen -rows > rows_amd64.s"
//go:generate sh -c "go run ./gen -minus > minus_amd64.s"

import (
	"fmt"

	"github.com/ito-sde/ito/internal/simd"
)

// depth is the number of terms that one kernel call adds up. It keeps a panel in
// cache and a call within microseconds: assembly cannot be preempted.
const depth = 512

// The largest tile of any kernel.
const widestRows, widestCols = 12, 32

var best = simd.Best()

// Float is the type of an element.
type Float interface{ float32 | float64 }

// Packed is a [Matrix] of float32.
type Packed = Matrix[float32]

// Matrix is op(B), a k×n matrix, in panels: the columns in groups as wide as a
// kernel's tile, each group k rows long and without gaps, the last one filled up
// with zeros. The zero value is an empty matrix, ready for Pack. Any number of
// goroutines may call Mul at once; Pack excludes them.
type Matrix[T Float] struct {
	k, n int
	isa  simd.ISA
	cols int // of a panel
	data []T
}

// Dims returns the dimensions of op(B).
func (p *Matrix[T]) Dims() (k, n int) { return p.k, p.n }

// Pack sets p to the k×n matrix op(B)[i][j] = b[i*ld+j], or b[j*ld+i] if
// transposed. It copies b, and reuses the memory of an earlier matrix. It panics
// if b is too short or ld is less than a row of b.
func (p *Matrix[T]) Pack(k, n int, b []T, ld int, transposed bool) {
	isa := best
	if _, wide := tileSize[T](simd.AVX512); isa == simd.AVX512 && n <= wide/2 {
		isa = simd.AVX2 // half the width: less of a tile is lost; the bits are the same
	}
	p.pack(isa, k, n, b, ld, transposed)
}

// pack is Pack for a family of kernels.
func (p *Matrix[T]) pack(isa simd.ISA, k, n int, b []T, ld int, transposed bool) {
	if transposed {
		check("B", n, k, b, ld)
	} else {
		check("B", k, n, b, ld)
	}
	p.k, p.n, p.isa = k, n, isa
	_, p.cols = tileSize[T](isa)
	panels := (n + p.cols - 1) / p.cols
	if size := panels * p.cols * k; cap(p.data) < size {
		p.data = make([]T, size)
	} else {
		p.data = p.data[:size]
	}
	if k == 0 {
		return
	}
	for j := 0; j < n; j += p.cols {
		panel := p.data[j*k:][:k*p.cols]
		w := min(p.cols, n-j)
		if transposed {
			packColumns(panel, p.cols, k, w, b[j*ld:], ld)
		} else {
			packRows(panel, p.cols, k, w, b[j:], ld)
		}
	}
}

// Negate changes the sign of what was packed, for products that are subtracted.
func (p *Matrix[T]) Negate() {
	for i, v := range p.data {
		p.data[i] = -v
	}
}

func packRows[T Float](panel []T, cols, k, w int, b []T, ld int) {
	for l := range k {
		row := panel[l*cols:][:cols]
		copy(row, b[l*ld:][:w])
		clear(row[w:])
	}
}

// packColumns goes by blocks of rows, so that what it scatters stays in cache.
func packColumns[T Float](panel []T, cols, k, w int, b []T, ld int) {
	const block = 64
	for l := 0; l < k; l += block {
		rows := min(block, k-l)
		part := panel[l*cols:][:rows*cols]
		for j := range w {
			column := part[j:]
			for i, v := range b[j*ld+l:][:rows] {
				column[i*cols] = v
			}
		}
		for i := w; i < len(part) && w < cols; i += cols {
			clear(part[i : i+cols-w])
		}
	}
}

// Mul sets C = op(A)·op(B), or adds the product to C if accumulate, and adds
// bias to every row unless it is nil:
//
//	c[i*ldc+j] = (c[i*ldc+j] if accumulate) + bias[j] + Σ_l op(A)[i][l] · op(B)[l][j]
//
// op(A)[i][l] = a[i*lda+l], or a[l*lda+i] if transA, is m×k. C must not overlap
// A, bias or the matrix packed. Mul does not allocate. It panics if a slice is
// too short or a stride less than a row.
func (p *Matrix[T]) Mul(c []T, ldc int, m int, a []T, lda int, transA, accumulate bool, bias []T) {
	k, n := p.k, p.n
	check("C", m, n, c, ldc)
	rowStep, termStep := lda, 1
	if transA {
		check("A", k, m, a, lda)
		rowStep, termStep = 1, lda
	} else {
		check("A", m, k, a, lda)
	}
	if bias != nil && len(bias) != n {
		panic(fmt.Sprintf("gemm: bias has %d elements, want %d", len(bias), n))
	}
	if m == 0 || n == 0 {
		return
	}
	if accumulate && bias != nil || k == 0 {
		start(c, ldc, m, n, accumulate, bias)
		accumulate, bias = true, nil
	}
	var zeros [widestCols]T
	for l := 0; l < k; l += depth {
		terms := min(depth, k-l)
		for j := 0; j < n; j += p.cols {
			g := group[T]{
				rows: m, width: min(p.cols, n-j), terms: terms,
				a: a[l*termStep:], rowStep: rowStep, termStep: termStep,
				b: p.data[j*k+l*p.cols:][:terms*p.cols],
				c: c[j:], ldc: ldc,
			}
			switch {
			case accumulate || l > 0:
				g.init, g.ldi = g.c, ldc
			case bias != nil:
				g.init = bias[j:]
			default:
				g.init = zeros[:]
			}
			p.multiply(&g)
		}
	}
}

// start sets C to what the products are added to.
func start[T Float](c []T, ldc, m, n int, accumulate bool, bias []T) {
	for i := range m {
		row := c[i*ldc:][:n]
		if !accumulate {
			clear(row)
			copy(row, bias)
			continue
		}
		for j, v := range bias {
			row[j] += v
		}
	}
}

// group is the product of all rows of A with a part of one panel.
type group[T Float] struct {
	rows, width, terms int
	a                  []T // op(A)[i][l] = a[i*rowStep+l*termStep]
	rowStep, termStep  int
	b                  []T
	c                  []T
	ldc                int
	init               []T // sums start at init[i*ldi+j]
	ldi                int
}

// multiply runs the kernel over the tiles of g. A kernel reads and writes tiles
// of full width, so the last columns of C go through a tile on the stack.
func (p *Matrix[T]) multiply(g *group[T]) {
	height, cols := tileSize[T](p.isa)
	var edge [widestRows * widestCols]T
	for i := 0; i < g.rows; i += height {
		rows := min(height, g.rows-i)
		a, c, init := g.a[i*g.rowStep:], g.c[i*g.ldc:], g.init[i*g.ldi:]
		if g.width == cols {
			tile(p.isa, rows, g.terms, a, g.rowStep, g.termStep, g.b, c, g.ldc, init, g.ldi)
			continue
		}
		for r := range rows {
			copy(edge[r*cols:], init[r*g.ldi:][:g.width])
		}
		tile(p.isa, rows, g.terms, a, g.rowStep, g.termStep, g.b, edge[:], cols, edge[:], cols)
		for r := range rows {
			copy(c[r*g.ldc:][:g.width], edge[r*cols:])
		}
	}
}

func check[T Float](name string, rows, cols int, x []T, ld int) {
	if rows < 0 || cols < 0 {
		panic(fmt.Sprintf("gemm: %s has negative dimensions %d×%d", name, rows, cols))
	}
	if rows == 0 || cols == 0 {
		return
	}
	if ld < cols {
		panic(fmt.Sprintf("gemm: stride %d of %s is less than its %d columns", ld, name, cols))
	}
	if need := (rows-1)*ld + cols; len(x) < need {
		panic(fmt.Sprintf("gemm: %s has %d elements, %d×%d with stride %d needs %d", name, len(x), rows, cols, ld, need))
	}
}

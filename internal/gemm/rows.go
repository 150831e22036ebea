package gemm

import (
	"fmt"

	"github.com/ito-sde/ito/internal/simd"
)

// Products of a vector with the rows of a matrix, for what is no product of matrices:
// triangular solves, reflections, symmetric matrices times a vector. A row of A is
// lda numbers after the one before. The order of the sums depends on the processor.

// Dots adds A·x to d: four rows at a time, so that x is read once for them.
//
//	d[r] += Σ_j a[r*lda+j] · x[j]
func Dots(d, a []float64, lda int, x []float64) { dots(best, d, a, lda, x) }

func dots(isa simd.ISA, d, a []float64, lda int, x []float64) {
	m, n := len(d), len(x)
	check("A", m, n, a, lda)
	groups, from := 0, 0
	if isa != simd.Portable && m >= 4 && n >= 8 {
		groups, from = m/4, n&^7
		runDots(isa, groups, from, x, a, lda, d)
	}
	for r := range m {
		if r == 4*groups {
			from = 0
		}
		s := d[r]
		for j, v := range a[r*lda:][from:n] {
			s += v * x[from+j]
		}
		d[r] = s
	}
}

// Sums adds f·A to y.
//
//	y[j] += Σ_r f[r] · a[r*lda+j]
func Sums(y, f, a []float64, lda int) { sums(best, y, f, a, lda) }

func sums(isa simd.ISA, y, f, a []float64, lda int) {
	m, n := len(f), len(y)
	check("A", m, n, a, lda)
	groups, from := 0, 0
	if isa != simd.Portable && m >= 4 && n >= 8 {
		groups, from = m/4, n&^7
		runSums(isa, groups, from, y, a, lda, f)
	}
	for r, v := range f {
		if r == 4*groups {
			from = 0
		}
		for j, x := range a[r*lda:][from:n] {
			y[from+j] += v * x
		}
	}
}

// Lower is both for a lower triangle S, reading each of its elements once:
//
//	d[i] += Σ_{j≤i} s[i*lds+j] · x[j],   y[j] += Σ_{i≥j} x[i] · s[i*lds+j],   i < n
//
// Above the diagonal S has zeros, as far as the next column after every fourth row that
// is a multiple of 8: n must be a multiple of 4, and x, y and the rows of S as long as
// the multiple of 8 from n up.
func Lower(d, y, x, s []float64, lds, n int) { lower(best, d, y, x, s, lds, n) }

func lower(isa simd.ISA, d, y, x, s []float64, lds, n int) {
	width := (n + 7) &^ 7
	check("S", n, width, s, lds)
	if n%4 != 0 || len(d) < n || min(len(x), len(y)) < width {
		panic(fmt.Sprintf("gemm: %d rows with vectors of %d, %d and %d", n, len(d), len(y), len(x)))
	}
	if n == 0 {
		return
	}
	if isa != simd.Portable {
		runLower(isa, n/4, y, x, s, lds, d)
		return
	}
	for i := range n {
		row := s[i*lds:][:i+1]
		v, sum := x[i], d[i]
		for j, e := range row {
			sum += e * x[j]
			y[j] += v * e
		}
		d[i] = sum
	}
}

// Turn applies plane rotations to rows top, top−1, ... of A, over its first n columns: with
// c, s the k-th pair of turns and i = top−1−k,
//
//	a_(i+1) ← c a_(i+1) + s a_i,   a_i ← c a_i − s a_(i+1)   (of the old rows).
//
// Every row but the first is read and written once.
func Turn(a []float64, lda, n, top int, turns []float64) { turn(best, a, lda, n, top, turns) }

func turn(isa simd.ISA, a []float64, lda, n, top int, turns []float64) {
	count := len(turns) / 2
	check("A", top+1, n, a, lda)
	if len(turns)%2 != 0 || count > top {
		panic(fmt.Sprintf("gemm: %d numbers for rotations of rows up to %d", len(turns), top))
	}
	if count == 0 {
		return
	}
	from := 0
	if isa != simd.Portable {
		for ; from+32 <= n; from += 32 {
			runWave(isa, 32, count, a[top*lda+from:], lda, turns)
		}
		for ; from+8 <= n; from += 8 {
			runWave(isa, 8, count, a[top*lda+from:], lda, turns)
		}
	}
	for k := range count {
		c, s := turns[2*k], turns[2*k+1]
		high, low := a[(top-k)*lda:][from:n], a[(top-k-1)*lda:][from:n]
		for j, x := range low {
			y := high[j]
			high[j], low[j] = c*y+s*x, c*x-s*y
		}
	}
}

package dense

import (
	"math"

	lapack "gonum.org/v1/gonum/lapack/gonum"

	"github.com/ito-sde/ito/internal/gemm"
)

// Solve overwrites b, n rows of m numbers, by L⁻¹b.
func (t *Lower) Solve(b []float64, m int) { t.solve(b, m, false) }

// SolveTriangle overwrites a lower triangle b, zero above its diagonal, by L⁻¹b: a
// third of the work of a full matrix.
func (t *Lower) SolveTriangle(b []float64) { t.solve(b, t.n, true) }

func (t *Lower) solve(b []float64, m int, triangle bool) {
	n := t.n
	if t.inverse == nil {
		t.substitute(b, m, triangle)
		return
	}
	own := borrow()
	defer pool.Put(own)
	p := &own.packed
	for s := 0; s < n; s += block {
		h := min(block, n-s)
		below, w := s+h, m
		if triangle {
			w = below
		}
		p.Pack(h, w, b[s*m:], m, false)
		p.Mul(b[s*m:], m, h, t.inverse[s*block:], block, false, false, nil)
		if below == n {
			break
		}
		p.Pack(h, w, b[s*m:], m, false)
		p.Negate()
		p.Mul(b[below*m:], m, n-below, t.l[below*n+s:], n, false, true, nil)
	}
}

// substitute is solve by loops.
func (t *Lower) substitute(b []float64, m int, triangle bool) {
	for i := range t.n {
		w := m
		row := b[i*m:][:m]
		for k, v := range t.l[i*t.n:][:i] {
			if triangle {
				w = k + 1
			}
			for j, x := range b[k*m:][:w] {
				row[j] -= v * x
			}
		}
		if triangle {
			w = i + 1
		}
		scale := 1 / t.Diag(i)
		for j := range row[:w] {
			row[j] *= scale
		}
	}
}

// SolveVector overwrites x by L⁻¹x.
func (t *Lower) SolveVector(x []float64) {
	n := t.n
	if t.inverse == nil {
		for i := range n {
			row := t.Row(i)
			s := x[i]
			for k, v := range row[:i] {
				s -= v * x[k]
			}
			x[i] = s / row[i]
		}
		return
	}
	for from := 0; from < n; from += block {
		rows := min(block, n-from)
		var d, y [block]float64
		gemm.Dots(d[:rows], t.l[from*n:], n, x[:from])
		for r, v := range x[from : from+rows] {
			d[r] = v - d[r]
		}
		gemm.Dots(y[:rows], t.inverse[from*block:], block, d[:])
		copy(x[from:], y[:rows])
	}
}

// SolveTransposed overwrites x by L⁻ᵀx.
func (t *Lower) SolveTransposed(x []float64) {
	n := t.n
	if t.inverse == nil {
		for i := n - 1; i >= 0; i-- {
			row := t.Row(i)
			v := x[i] / row[i]
			x[i] = v
			for k, e := range row[:i] {
				x[k] -= v * e
			}
		}
		return
	}
	for from := (n - 1) / block * block; from >= 0; from -= block {
		rows := min(block, n-from)
		var y [block]float64
		gemm.Sums(y[:], x[from:from+rows], t.inverse[from*block:], block)
		copy(x[from:], y[:rows])
		for r := range y {
			y[r] = -y[r]
		}
		gemm.Sums(x[:from], y[:rows], t.l[from*n:], n)
	}
}

// Cond returns an estimate of the condition number of LLᵀ in the 1-norm, given the norm
// of LLᵀ. It is never above the condition number and seldom below by more than a
// factor of 3; for a few rows it is exact.
//
// Higham (1988), algorithm 4.1.
func (t *Lower) Cond(norm float64) float64 {
	n := t.n
	if n <= block {
		return norm * t.inverseNorm()
	}
	v, x, sign := make([]float64, n), make([]float64, n), make([]int, n)
	var impl lapack.Implementation
	var saved [3]int
	estimate, ask := 0.0, 0
	for {
		if estimate, ask = impl.Dlacn2(n, v, x, sign, estimate, ask, &saved); ask == 0 {
			break
		}
		t.SolveVector(x)
		t.SolveTransposed(x)
	}
	return norm * estimate
}

// inverseNorm returns the 1-norm of L⁻ᵀL⁻¹ for n ≤ block.
func (t *Lower) inverseNorm() (norm float64) {
	var m [block * block]float64
	invert(m[:], t.l, t.n, t.n)
	var columns [block]float64
	for i := range t.n {
		for j := range i + 1 {
			var e float64
			for k := i; k < t.n; k++ {
				e += m[k*block+i] * m[k*block+j]
			}
			e = math.Abs(e)
			if columns[j] += e; j < i {
				columns[i] += e
			}
		}
	}
	for _, v := range columns {
		if !(v <= norm) { // an infinite one too
			norm = v
		}
	}
	return norm
}

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
	for i := 0; i < n; i += 4 {
		rows := min(4, n-i)
		var d [4]float64
		gemm.Dots(d[:rows], t.l[i*n:], n, x[:i])
		for r := range rows {
			row := t.l[(i+r)*n:]
			s := x[i+r] - d[r]
			for k := i; k < i+r; k++ {
				s -= row[k] * x[k]
			}
			x[i+r] = s / row[i+r]
		}
	}
}

// SolveTransposed overwrites x by L⁻ᵀx.
func (t *Lower) SolveTransposed(x []float64) {
	n := t.n
	var f [4]float64
	for i := (n - 1) &^ 3; i >= 0; i -= 4 {
		rows := min(4, n-i)
		for r := rows - 1; r >= 0; r-- {
			row := t.l[(i+r)*n:]
			v := x[i+r] / row[i+r]
			x[i+r] = v
			for k := i; k < i+r; k++ {
				x[k] -= v * row[k]
			}
			f[r] = -v
		}
		gemm.Sums(x[:i], f[:rows], t.l[i*n:], n)
	}
}

// Cond returns an estimate of the condition number of LLᵀ in the 1-norm, given the norm
// of LLᵀ. It is never above the condition number and seldom below by more than a
// factor of 3.
//
// Higham (1988), algorithm 4.1.
func (t *Lower) Cond(norm float64) float64 {
	n := t.n
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
	if math.IsNaN(estimate) {
		return math.Inf(1)
	}
	return norm * estimate
}

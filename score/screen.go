package score

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
)

// Most components of a mixture have no part in a row, and a quarter of a
// component's axes is mostly enough to see it. With coordinates c_j on the first
// of them and the length of the rest known, |y|² − Σ_{j<h} c_j²,
//
//	(x−αμ)ᵀ Σ_v⁻¹ (x−αμ) ≥ Σ_{j<h} c_j²/v_j + (|y|² − Σ_{j<h} c_j²)/max_{j≥h} v_j.
//
// The component of the greatest bound is computed, and then those whose bound is
// not negligible against it. Whether one is left out depends on its row alone.

// screenFrom is the dimension from which screening pays.
const screenFrom = 32

// head is the number of axes that are screened.
func (s *spectrum) head() int { return s.dim / 4 }

// screen computes the first coordinates and the bounds of a tile for component k.
func (m *Mixture) screen(w *mixtureScratch, k int, x []float64, alpha float64) {
	g, p := m.part[k], &w.part[k]
	rows, head := len(x)/m.dim, g.head()
	for i := range rows {
		floats.AddScaledTo(p.y[i*m.dim:][:m.dim], x[i*m.dim:][:m.dim], -alpha, g.mean)
	}
	mulTrans(p.coord, g.rank, p.y[:len(x)], g.vec, rows, head, m.dim)
	least := floats.Min(p.inv[head:])
	for i := range rows {
		y, coord := p.y[i*m.dim:][:m.dim], p.coord[i*g.rank:][:head]
		length := floats.Dot(y, y)
		// Rounding must not make the rest longer than it is.
		rest := length*(1-8*float64(m.dim)*0x1p-52) - floats.Dot(coord, coord)
		square := max(0, rest) * least * least
		for j, c := range coord {
			z := c * p.inv[j]
			square += z * z
		}
		w.bound[i*len(m.part)+k] = m.log[k] + p.logNorm - 0.5*square
	}
}

// complete sets the log densities of row i of a screened tile.
func (m *Mixture) complete(w *mixtureScratch, i int, row []float64, alpha float64) {
	bound := w.bound[i*len(m.part):][:len(m.part)]
	best := floats.MaxIdx(bound)
	m.finish(w, best, i, row, alpha)
	threshold := w.log[best] + negligible
	if w.flat || math.IsNaN(threshold) {
		threshold = math.Inf(-1)
	}
	for k, b := range bound {
		switch {
		case k == best:
		case b < threshold:
			w.log[k], w.off[k] = math.Inf(-1), 0
		default:
			m.finish(w, k, i, row, alpha)
		}
	}
}

// finish computes the other coordinates of component k at row i, and its density.
func (m *Mixture) finish(w *mixtureScratch, k, i int, row []float64, alpha float64) {
	g, p := m.part[k], &w.part[k]
	head := g.head()
	y := w.vector[0]
	floats.AddScaledTo(y, row, -alpha, g.mean)
	blas64.Gemv(blas.NoTrans, 1, blas64.General{Rows: g.rank - head, Cols: m.dim, Stride: m.dim, Data: g.vec[head*m.dim:]},
		blas64.Vector{N: m.dim, Data: y, Inc: 1}, 0,
		blas64.Vector{N: g.rank - head, Data: p.coord[i*g.rank+head:][:g.rank-head], Inc: 1})
	m.weigh(w, k, i, row, alpha)
}

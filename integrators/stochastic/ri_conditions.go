package stochastic

import (
	"fmt"

	"gonum.org/v1/gonum/floats"
)

// Validate checks the shapes and the conditions of weak order 2. The error wraps
// [ErrTableau]. Rößler (2009), theorem 5.1.
func (m *RITableau) Validate() error {
	n := len(m.Alpha)
	e := ones(n)
	a0, ok1 := lower(m.A0, e)
	a1, ok2 := lower(m.A1, e)
	b0, ok3 := lower(m.B0, e)
	b1, ok4 := lower(m.B1, e)
	sizes := ok1 && ok2 && ok3 && ok4 && len(m.B2) == n
	for _, v := range append([][]float64{m.C0, m.C1, m.Beta1, m.Beta2, m.Beta3, m.Beta4}, m.B2...) {
		sizes = sizes && len(v) == n
	}
	if n == 0 || !sizes {
		return fmt.Errorf("%w: %s: sizes do not go together", ErrTableau, m.Name)
	}
	var of []condition
	for i := range n {
		of = append(of, condition{"C0 beside the sum of A0's row", m.C0[i], a0[i]}, condition{"C1 beside the sum of A1's row", m.C1[i], a1[i]})
	}
	times := func(u, v []float64) []float64 { return floats.MulTo(make([]float64, n), u, v) }
	by := func(a [][]float64, v []float64) []float64 { out, _ := lower(a, v); return out }
	b2 := func(v []float64) []float64 {
		out := make([]float64, n)
		for i, row := range m.B2 {
			out[i] = floats.Dot(row, v)
		}
		return out
	}
	b1b1, b1sq, b2e := by(m.B1, b1), times(b1, b1), b2(e)
	a1b0 := by(m.A1, b0)
	add := func(name string, beta, v []float64, want float64) {
		of = append(of, condition{name, floats.Dot(beta, v), want})
	}
	add("α·e", m.Alpha, e, 1)
	add("α·A0 e", m.Alpha, a0, 0.5)
	add("α·B0 e", m.Alpha, b0, 0.5)
	add("α·(B0 e)²", m.Alpha, times(b0, b0), 0.5)
	add("α·B0 B1 e", m.Alpha, by(m.B0, b1), 0)
	add("α·(B0 e)(B0 B1 e)", m.Alpha, times(b0, by(m.B0, b1)), 0)
	for _, c := range []struct {
		name         string
		v            []float64
		want1, want2 float64
	}{
		{"e", e, 1, 0}, {"A1 e", a1, 0.5, 0}, {"B1 e", b1, 0, 1}, {"(B1 e)²", b1sq, 0.5, 0}, {"B1 B1 e", b1b1, 0, 0}, {"A1 B0 e", a1b0, 0, 0},
	} {
		add("β1·"+c.name, m.Beta1, c.v, c.want1)
		add("β2·"+c.name, m.Beta2, c.v, c.want2)
	}
	add("β1·(A1 e)(B1 e)", m.Beta1, times(a1, b1), 0)
	add("β1·B1 A1 e", m.Beta1, by(m.B1, a1), 0)
	add("β1·(B1 e)³", m.Beta1, times(b1, b1sq), 0)
	add("β1·B1 (B1 e)²", m.Beta1, by(m.B1, b1sq), 0)
	add("β1·(B1 e)(B1 B1 e)", m.Beta1, times(b1, b1b1), 0)
	add("β1·B1 B1 B1 e", m.Beta1, by(m.B1, b1b1), 0)
	add("β1·(A1 B0 e)(B1 e)", m.Beta1, times(a1b0, b1), 0)
	add("β1·A1 B0 B1 e", m.Beta1, by(m.A1, by(m.B0, b1)), 0)
	add("β1·B1 A1 B0 e", m.Beta1, by(m.B1, a1b0), 0)
	add("β2·A1 (B0 e)²", m.Beta2, by(m.A1, times(b0, b0)), 0)
	sq2 := times(b2e, b2e)
	add("β3·e", m.Beta3, e, 0)
	add("β3·B2 e", m.Beta3, b2e, 0)
	add("β3·(B2 e)²", m.Beta3, sq2, 0.5)
	add("β3·(B2 e)³", m.Beta3, times(sq2, b2e), 0)
	add("β4·e", m.Beta4, e, 0)
	add("β4·B2 e", m.Beta4, b2e, 1)
	add("β4·(B2 e)²", m.Beta4, sq2, 0)
	add("β4·(B2 e)⁴", m.Beta4, times(sq2, sq2), 0)
	for _, c := range []struct {
		name string
		v    []float64
	}{
		{"B1 e", b1}, {"B1 B1 e", b1b1}, {"A1 e", a1}, {"(B1 e)²", b1sq}, {"A1 B0 e", a1b0},
	} {
		v := b2(c.v)
		add("β3·B2 "+c.name, m.Beta3, v, 0)
		add("β4·(B2 e)(B2 "+c.name+")", m.Beta4, times(b2e, v), 0)
	}
	b2b1 := b2(b1)
	add("β3·(B2 e)(B2 B1 e)", m.Beta3, times(b2e, b2b1), 0)
	add("β4·B2 B1 e", m.Beta4, b2b1, 0)
	add("β4·(B2 B1 e)²", m.Beta4, times(b2b1, b2b1), 0)
	return conditions(m.Name, of)
}

package nn

import (
	"github.com/ito-sde/ito/internal/gemm"
	"github.com/ito-sde/ito/internal/vec"
)

// mlpPass is the memory of one goroutine's passes.
type mlpPass struct {
	m                 *MLP
	rows              int
	class             []int
	feature, e0, e, h []float32
	hs, us, as        [][]float32 // of every block: input, before silu, after
	n                 []float32
	dh, du, da, de    []float32
	product           gemm.Packed
}

// NewPass makes the memory of passes of up to rows rows. Blocks share it where
// no gradient needs their values.
func (m *MLP) NewPass(rows int, gradients bool) Pass {
	wide := func() []float32 { return make([]float32, rows*m.Hidden) }
	s := &mlpPass{m: m, rows: rows, feature: make([]float32, rows*features), e0: wide(), e: wide(), h: wide(), n: wide()}
	if gradients {
		s.dh, s.du, s.da, s.de = wide(), wide(), wide(), wide()
	}
	for i := range m.blocks {
		if i == 0 || gradients {
			s.hs, s.us, s.as = append(s.hs, wide()), append(s.us, wide()), append(s.as, wide())
		} else {
			s.hs, s.us, s.as = append(s.hs, s.hs[0]), append(s.us, s.us[0]), append(s.as, s.as[0])
		}
	}
	return s
}

// Forward does what Pass says.
func (s *mlpPass) Forward(dst, x []float32, c []float64, class []int) {
	m := s.m
	rows, width, levels := checkPass(dst, x, c, class, m.Dim, s.rows, m.Classes), m.Hidden, len(c)
	for i, v := range c {
		noiseFeatures(s.feature[i*features:][:features], v)
	}
	s.class = append(s.class[:0], class...)
	m.embed.forward(s.e0, levels, s.feature, m.W)
	m.class.add(s.e0, m.W, s.class)
	vec.SiLU(s.e[:levels*width], s.e0[:levels*width])
	h := s.h[:rows*width]
	m.in.forward(h, rows, x, m.W)
	for i := range m.blocks {
		b := &m.blocks[i]
		copy(s.hs[i], h)
		u, a, n := s.us[i][:rows*width], s.as[i][:rows*width], s.n[:levels*width]
		b.noise.forward(n, levels, s.e, m.W)
		for r := range rows {
			if levels > 1 {
				copy(u[r*width:][:width], n[r*width:])
			} else {
				copy(u[r*width:][:width], n)
			}
		}
		b.up.forth.Mul(u, width, rows, h, width, false, true, b.up.bias(m.W))
		vec.SiLU(a, u)
		b.down.forth.Mul(h, width, rows, a, width, false, true, b.down.bias(m.W))
	}
	m.out.forward(dst, rows, h, m.W)
}

// Backward does what Pass says.
func (s *mlpPass) Backward(grad, dx, dy, x []float32) {
	m := s.m
	rows := len(x) / m.Dim
	n := rows * m.Hidden
	m.out.backward(grad, s.dh, rows, s.h, dy, false, &s.product)
	clear(s.de[:n])
	for i := len(m.blocks) - 1; i >= 0; i-- {
		b := &m.blocks[i]
		b.down.backward(grad, s.da, rows, s.as[i], s.dh, false, &s.product)
		vec.SiLUGrad(s.du[:n], s.us[i][:n], s.da[:n])
		if grad != nil {
			b.noise.backward(grad, s.de, rows, s.e, s.du, true, &s.product)
		}
		b.up.backward(grad, s.dh, rows, s.hs[i], s.du, true, &s.product)
	}
	m.in.backward(grad, dx, rows, x, s.dh, false, &s.product)
	if grad == nil {
		return
	}
	vec.SiLUGrad(s.du[:n], s.e0[:n], s.de[:n])
	m.class.backward(grad, s.du, s.class)
	m.embed.backward(grad, nil, rows, s.feature, s.du, false, &s.product)
}

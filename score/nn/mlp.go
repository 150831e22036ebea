package nn

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas/blas32"

	"github.com/ito-sde/ito/internal/gemm"
	"github.com/ito-sde/ito/internal/vec"
	"github.com/ito-sde/ito/sde/noise"
)

// Shape is an MLP's architecture.
type Shape struct {
	Dim    int `json:"dim"`    // coordinates of a row
	Hidden int `json:"hidden"` // width
	Blocks int `json:"blocks"` // residual blocks
}

// The limits keep a hostile file from asking for absurd memory.
const (
	maxDim, maxHidden, maxBlocks = 1 << 16, 1 << 13, 64
)

// Check returns an error for a shape that is no network.
func (s Shape) Check() error {
	if s.Dim < 1 || s.Dim > maxDim || s.Hidden < 1 || s.Hidden > maxHidden || s.Blocks < 0 || s.Blocks > maxBlocks {
		return fmt.Errorf("nn: no network of dim %d, hidden %d, blocks %d; limits are %d, %d and %d",
			s.Dim, s.Hidden, s.Blocks, maxDim, maxHidden, maxBlocks)
	}
	return nil
}

// Parameters is the number of weights and biases.
func (s Shape) Parameters() int {
	linear := func(in, out int) int { return (in + 1) * out }
	return linear(features, s.Hidden) + linear(s.Dim, s.Hidden) + 3*s.Blocks*linear(s.Hidden, s.Hidden) + linear(s.Hidden, s.Dim)
}

// MLP is a residual multilayer perceptron F(x, c) of a row x and a noise
// coordinate c:
//
//	e   = silu(W_e embed(c)),   h_0 = W_in x,
//	h_b = h_(b−1) + W_down silu(W_up h_(b−1) + W_noise e),   F = W_out h_B,
//
// every product with a bias.
type MLP struct {
	Shape
	W []float32 // all parameters

	embed, in, out linear
	blocks         []block
	layers         []*linear // all of them, in the order of W
}

type block struct{ noise, up, down linear }

// NewMLP makes a network with all parameters zero.
func NewMLP(s Shape) (*MLP, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	m := &MLP{Shape: s, blocks: make([]block, s.Blocks)}
	size := 0
	place := func(l *linear, name string, in, out int) {
		l.name, l.in, l.out, l.offset = name, in, out, size
		size += l.size()
		m.layers = append(m.layers, l)
	}
	place(&m.embed, "embed", features, s.Hidden)
	place(&m.in, "in", s.Dim, s.Hidden)
	for i := range m.blocks {
		b := &m.blocks[i]
		place(&b.noise, fmt.Sprintf("block%d.noise", i), s.Hidden, s.Hidden)
		place(&b.up, fmt.Sprintf("block%d.up", i), s.Hidden, s.Hidden)
		place(&b.down, fmt.Sprintf("block%d.down", i), s.Hidden, s.Hidden)
	}
	place(&m.out, "out", s.Hidden, s.Dim)
	m.W = make([]float32, size)
	return m, nil
}

// Init draws the weights from N(0, 1/fan-in), those of a block's second layer
// with a third of the deviation so that depth does not add up at the start; the
// last layer and all biases are zero, so that F = 0.
func (m *MLP) Init(seed uint64) {
	clear(m.W)
	for i, l := range m.layers {
		if l == &m.out {
			continue
		}
		scale := 1 / math.Sqrt(float64(l.in))
		if i >= 2 && (i-2)%3 == 2 {
			scale /= 3
		}
		s := noise.NewStream(noise.Address{Seed: seed, Use: noise.Init, Step: uint64(i)})
		for j := range l.weight(m.W) {
			m.W[l.offset+j] = float32(scale * s.Normal())
		}
	}
}

// Pack prepares the weights for products after W has changed; backward too where
// gradients are wanted.
func (m *MLP) Pack(backward bool) {
	for _, l := range m.layers {
		l.pack(m.W, backward)
	}
}

// Scratch is the memory of one goroutine's passes.
type Scratch struct {
	rows              int
	feature, e0, e, h []float32
	hs, us, as        [][]float32 // of every block: input, before silu, after
	n                 []float32
	dh, du, da, de    []float32
	product           gemm.Packed
}

// NewScratch makes scratch for passes of up to rows rows.
func (m *MLP) NewScratch(rows int) *Scratch {
	wide := func() []float32 { return make([]float32, rows*m.Hidden) }
	s := &Scratch{rows: rows, feature: make([]float32, rows*features), e0: wide(), e: wide(), h: wide(), n: wide()}
	for range m.blocks {
		s.hs, s.us, s.as = append(s.hs, wide()), append(s.us, wide()), append(s.as, wide())
	}
	return s
}

// Forward writes F of every row of x to dst. c holds one noise coordinate for
// all rows, or one a row.
func (m *MLP) Forward(dst, x []float32, c []float64, s *Scratch) {
	rows, width := len(x)/m.Dim, m.Hidden
	if rows > s.rows || len(x) != rows*m.Dim || len(dst) != len(x) || (len(c) != 1 && len(c) != rows) {
		panic(fmt.Sprintf("nn: %d inputs, %d outputs, %d levels for rows of %d, at most %d", len(x), len(dst), len(c), m.Dim, s.rows))
	}
	levels := len(c)
	for i, v := range c {
		embed(s.feature[i*features:][:features], v)
	}
	m.embed.forward(s.e0, levels, s.feature, m.W)
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

// Backward adds the gradient of Σ dy·F to grad, for the x of the last Forward,
// which must have had one level a row.
func (m *MLP) Backward(grad, dy, x []float32, s *Scratch) {
	rows := len(x) / m.Dim
	if s.dh == nil {
		n := s.rows * m.Hidden
		s.dh, s.du, s.da, s.de = make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	}
	n := rows * m.Hidden
	m.out.backward(grad, s.dh, rows, s.h, dy, false, &s.product)
	clear(s.de[:n])
	for i := len(m.blocks) - 1; i >= 0; i-- {
		b := &m.blocks[i]
		b.down.backward(grad, s.da, rows, s.as[i], s.dh, false, &s.product)
		vec.SiLUGrad(s.du[:n], s.us[i][:n], s.da[:n])
		b.noise.backward(grad, s.de, rows, s.e, s.du, true, &s.product)
		b.up.backward(grad, s.dh, rows, s.hs[i], s.du, true, &s.product)
	}
	m.in.backward(grad, nil, rows, x, s.dh, false, &s.product)
	vec.SiLUGrad(s.du[:n], s.e0[:n], s.de[:n])
	m.embed.backward(grad, nil, rows, s.feature, s.du, false, &s.product)
}

// Norm is the Euclidean norm of a parameter vector.
func Norm(g []float32) float32 { return blas32.Nrm2(blas32.Vector{N: len(g), Data: g, Inc: 1}) }

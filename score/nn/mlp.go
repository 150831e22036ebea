package nn

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/sde/noise"
)

// Shape is an MLP's architecture.
type Shape struct {
	Dim    int `json:"dim"`    // coordinates of a row
	Hidden int `json:"hidden"` // width
	Blocks int `json:"blocks"` // residual blocks

	Classes int `json:"classes,omitempty"` // that F may depend on; 0: none
}

// The limits keep a hostile file from asking for absurd memory.
const (
	maxDim, maxHidden, maxBlocks, maxClasses = 1 << 16, 1 << 13, 64, 1 << 14
)

// Check returns an error for a shape that is no network.
func (s Shape) Check() error {
	if s.Dim < 1 || s.Dim > maxDim || s.Hidden < 1 || s.Hidden > maxHidden || s.Blocks < 0 || s.Blocks > maxBlocks || s.Classes < 0 || s.Classes > maxClasses {
		return fmt.Errorf("nn: no network of dim %d, hidden %d, blocks %d, classes %d; limits are %d, %d, %d and %d",
			s.Dim, s.Hidden, s.Blocks, s.Classes, maxDim, maxHidden, maxBlocks, maxClasses)
	}
	return nil
}

// Parameters is the number of weights and biases.
func (s Shape) Parameters() int {
	linear := func(in, out int) int { return (in + 1) * out }
	return linear(features, s.Hidden) + linear(s.Dim, s.Hidden) + 3*s.Blocks*linear(s.Hidden, s.Hidden) + linear(s.Hidden, s.Dim) + s.Classes*s.Hidden
}

// MLP is a residual multilayer perceptron F(x, c) of a row x and a noise
// coordinate c:
//
//	e   = silu(W_e embed(c) + v_class),   h_0 = W_in x,
//	h_b = h_(b−1) + W_down silu(W_up h_(b−1) + W_noise e),   F = W_out h_B,
//
// every product with a bias; v is a table of the classes.
type MLP struct {
	Shape
	W []float32 // all parameters

	embed, in, out linear
	class          table
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
	m.class = table{"class", s.Classes, s.Hidden, size}
	m.W = make([]float32, size+m.class.size())
	return m, nil
}

// Width is Dim.
func (m *MLP) Width() int { return m.Dim }

// Parameters is W.
func (m *MLP) Parameters() []float32 { return m.W }

// Tiles are what the product kernels work on best.
func (m *MLP) Tiles() (training, inference int) { return 128, 192 }

// Tensors names the matrices, (in, out) each, the biases and the classes in w.
func (m *MLP) Tensors(prefix string, w []float32) []Tensor {
	var ts []Tensor
	for _, l := range m.layers {
		ts = append(ts, l.tensors(prefix, w)...)
	}
	return append(ts, m.class.tensors(prefix, w)...)
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
	m.class.init(m.W, noise.Address{Seed: seed, Use: noise.Init, Step: uint64(len(m.layers))})
}

// Pack prepares the weights for products after W has changed; backward too where
// gradients are wanted.
func (m *MLP) Pack(backward bool) {
	for _, l := range m.layers {
		l.pack(m.W, backward)
	}
}

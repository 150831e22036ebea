package nn

import (
	"math"

	"github.com/ito-sde/ito/sde/noise"
)

// UNet is a convolutional network F(x, c, class) of images: residual blocks at
// falling sizes, then at rising ones that also see what the falling ones made,
//
//	block(x) = skip(x) + conv(silu(norm(conv(silu(norm(x))); e))),
//	e = silu(W_1 silu(W_0 embed(c)) + v_class),
//
// with 3×3 convolutions, the second norm scaled and shifted by e, skip the
// identity or a 1×1 convolution, and attention over the pixels of small images.
// Images are halved by means of 2×2 pixels and doubled by repetition. The last
// convolutions of the blocks, of the attention and of the network begin at zero.
//
// Ronneberger, Fischer, Brox (2015); Ho, Jain, Abbeel (2020), appendix B;
// Dhariwal, Nichol (2021), section 3.
type UNet struct {
	W []float32 // all parameters

	shape  UNetShape
	size   int // of W
	embed  [2]linear
	class  table
	layers []layer
	sizes  []mapSize
	parts  []part // all that has parameters, in the order of W
	// What starts at zero instead of at random.
	zero map[part]bool

	output, widest int // a map; most channels
	image          int // numbers of the largest map
}

// layer is an operation on maps. own is the memory of own() numbers an image
// that forward leaves to backward.
type layer interface {
	forward(p *unetPass, own []float32)
	backward(p *unetPass, own, grad []float32)
	maps() (in []int, out int)
	own() int
}

// part is a layer's parameters.
type part interface {
	size() int
	tensors(prefix string, w []float32) []Tensor
}

// packer is a part with products to prepare.
type packer interface {
	pack(w []float32, backward bool)
}

type mapSize struct{ h, w, c int }

func (m mapSize) numbers() int { return m.h * m.w * m.c }

// NewUNet makes a network with all parameters zero.
func NewUNet(s UNetShape) (*UNet, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	u := plan(s.clone())
	u.W = make([]float32, u.size)
	return u, nil
}

// Shape is the architecture.
func (u *UNet) Shape() UNetShape { return u.shape.clone() }

// Width is the number of coordinates of a row.
func (u *UNet) Width() int { return u.shape.Dim() }

// Parameters is W.
func (u *UNet) Parameters() []float32 { return u.W }

// Tiles are images of about a thousand pixels in all for inference, and at least
// eight for a gradient, which has to be added up once a tile.
func (u *UNet) Tiles() (training, inference int) {
	n := max(1, 1024/(u.shape.Height*u.shape.Width))
	return max(8, min(16, n)), min(64, n)
}

// Pack prepares all products.
func (u *UNet) Pack(backward bool) {
	for _, q := range u.parts {
		if q, ok := q.(packer); ok {
			q.pack(u.W, backward)
		}
	}
}

// Tensors names the matrices, (in, out) or (3, 3, in, out), the biases, the scales
// and shifts of the norms, and the classes in w.
func (u *UNet) Tensors(prefix string, w []float32) []Tensor {
	var ts []Tensor
	for _, q := range u.parts {
		ts = append(ts, q.tensors(prefix, w)...)
	}
	return ts
}

// Init draws the weights from N(0, 1/fan-in), except those that start at zero;
// norms start as the plain ones.
func (u *UNet) Init(seed uint64) {
	clear(u.W)
	for i, q := range u.parts {
		at := noise.Address{Seed: seed, Use: noise.Init, Step: uint64(i)}
		switch q := q.(type) {
		case *norm:
			q.init(u.W)
		case *table:
			q.init(u.W, at)
		case interface{ matrix() *linear }:
			if l := q.matrix(); !u.zero[q.(part)] {
				s := noise.NewStream(at)
				scale := 1 / math.Sqrt(float64(l.in))
				for j := range l.weight(u.W) {
					u.W[l.offset+j] = float32(scale * s.Normal())
				}
			}
		}
	}
}

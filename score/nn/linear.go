package nn

import "github.com/ito-sde/ito/internal/gemm"

// linear is y = x W + b with W (in × out) and b behind it, both at an offset of
// the network's parameters.
type linear struct {
	name    string
	in, out int
	offset  int
	forth   gemm.Packed // W
	back    gemm.Packed // Wᵀ
}

func (l *linear) size() int                    { return (l.in + 1) * l.out }
func (l *linear) weight(w []float32) []float32 { return w[l.offset:][:l.in*l.out] }
func (l *linear) bias(w []float32) []float32   { return w[l.offset+l.in*l.out:][:l.out] }

// pack prepares products by the weights; backward those by their transpose.
func (l *linear) pack(w []float32, backward bool) {
	l.forth.Pack(l.in, l.out, l.weight(w), l.out, false)
	if backward {
		l.back.Pack(l.out, l.in, l.weight(w), l.out, true)
	}
}

func (l *linear) forward(y []float32, rows int, x, w []float32) {
	l.forth.Mul(y, l.out, rows, x, l.in, false, false, l.bias(w))
}

// backward adds xᵀ dy and Σ dy to the gradient, and sets (or adds to) dx = dy Wᵀ,
// unless they are nil.
func (l *linear) backward(grad, dx []float32, rows int, x, dy []float32, accumulate bool, scratch *gemm.Packed) {
	if grad != nil {
		scratch.Pack(rows, l.out, dy, l.out, false)
		scratch.Mul(l.weight(grad), l.out, l.in, x, l.in, true, true, nil)
		b := l.bias(grad)
		for r := range rows {
			for j, v := range dy[r*l.out:][:l.out] {
				b[j] += v
			}
		}
	}
	if dx != nil {
		l.back.Mul(dx, l.in, rows, dy, l.out, false, accumulate, nil)
	}
}

func (l *linear) tensors(prefix string, w []float32) []Tensor {
	return []Tensor{
		{prefix + l.name + ".weight", []int{l.in, l.out}, l.weight(w)},
		{prefix + l.name + ".bias", []int{l.out}, l.bias(w)},
	}
}

// matrix is l: how layers made of a matrix and a bias are told apart.
func (l *linear) matrix() *linear { return l }

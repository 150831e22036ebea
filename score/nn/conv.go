package nn

import "github.com/ito-sde/ito/internal/gemm"

// Maps of a convolutional network are channels-last: a batch of images of h×w
// pixels is rows·h·w rows of channels, so that a 1×1 convolution is a linear
// layer and a 3×3 one a product of windows by a matrix.

// conv3 is a 3×3 convolution with zeros around the image,
//
//	y[p] = b + Σ_(dy, dx ∈ −1..1) x[p + (dy, dx)] W[dy][dx],
//
// plus another map where there is a residual. W is (3, 3, in, out), as a matrix of
// 9·in rows. Windows are copied in tiles of pixels; the gradient for x is a
// convolution too, of dy with W turned by 180° and transposed.
type conv3 struct {
	linear   // in is 9 channels
	channels int
	h, w     int
	src, dst int // maps
	residual int // a map, or none
	turned   []float32
}

const none = -1

// windowFloats bounds a tile of windows, so that it stays in the second-level
// cache beside the weights.
const windowFloats = 1 << 17

// tile is the number of pixels that a product of windows of width numbers takes:
// a multiple of every kernel's rows.
func tilePixels(width int) int { return max(24, min(192, windowFloats/width/24*24)) }

func (l *conv3) pack(w []float32, backward bool) {
	l.forth.Pack(l.in, l.out, l.weight(w), l.out, false)
	if !backward {
		return
	}
	if l.turned == nil {
		l.turned = make([]float32, l.in*l.out)
	}
	in, out := l.channels, l.out
	weight := l.weight(w)
	for tap := range 9 {
		from, to := weight[tap*in*out:][:in*out], l.turned[(8-tap)*in*out:][:in*out]
		for i := range in {
			for j, v := range from[i*out:][:out] {
				to[j*in+i] = v
			}
		}
	}
	l.back.Pack(9*out, in, l.turned, in, false)
}

func (l *conv3) forward(p *unetPass, _ []float32) {
	x, y := p.y[l.src], p.y[l.dst]
	if l.residual != none {
		copy(y[:p.rows*l.h*l.w*l.out], p.y[l.residual])
	}
	l.convolve(p, &l.forth, y, x, l.channels, l.residual != none, l.bias(p.n.W))
}

// convolve multiplies the windows of x by a matrix.
func (l *conv3) convolve(p *unetPass, m *gemm.Packed, y, x []float32, channels int, accumulate bool, bias []float32) {
	width := 9 * channels
	_, out := m.Dims()
	pixels, tile := p.rows*l.h*l.w, tilePixels(width)
	for lo := 0; lo < pixels; lo += tile {
		n := min(tile, pixels-lo)
		l.windows(p.windows, x, channels, lo, n)
		m.Mul(y[lo*out:], out, n, p.windows, width, false, accumulate, bias)
	}
}

// windows copies the 3×3 neighbourhoods of n pixels from lo on.
func (l *conv3) windows(dst, x []float32, c, lo, n int) {
	h, w := l.h, l.w
	for p := lo; p < lo+n; p++ {
		col, row := p%w, p/w%h
		for dy := -1; dy <= 1; dy++ {
			d := dst[:3*c]
			dst = dst[3*c:]
			if row+dy < 0 || row+dy >= h {
				clear(d)
				continue
			}
			at := (p + dy*w) * c
			switch {
			case col > 0 && col < w-1:
				copy(d, x[at-c:at+2*c])
			case w == 1:
				clear(d)
				copy(d[c:2*c], x[at:])
			case col == 0:
				clear(d[:c])
				copy(d[c:], x[at:at+2*c])
			default:
				copy(d[:2*c], x[at-c:at+c])
				clear(d[2*c:])
			}
		}
	}
}

func (l *conv3) backward(p *unetPass, _, grad []float32) {
	x, dy := p.y[l.src], p.dy[l.dst]
	pixels, tile := p.rows*l.h*l.w, tilePixels(l.in)
	for lo := 0; lo < pixels && grad != nil; lo += tile {
		n := min(tile, pixels-lo)
		l.windows(p.windows, x, l.channels, lo, n)
		l.linear.backward(grad, nil, n, p.windows, dy[lo*l.out:], false, &p.product)
	}
	if l.residual != none {
		p.pass(l.residual, dy[:pixels*l.out])
	}
	if p.dy[l.src] != nil { // not every caller asks for the image's
		dx, accumulate := p.gradient(l.src)
		l.convolve(p, &l.back, dx, dy, l.out, accumulate, nil)
	}
}

func (l *conv3) maps() (in []int, out int) {
	if l.residual == none {
		return []int{l.src}, l.dst
	}
	return []int{l.src, l.residual}, l.dst
}

func (l *conv3) own() int { return 0 }

func (l *conv3) tensors(prefix string, w []float32) []Tensor {
	ts := l.linear.tensors(prefix, w)
	ts[0].Shape = []int{3, 3, l.channels, l.out}
	return ts
}

// conv1 is a 1×1 convolution: a linear layer of every pixel's channels, plus
// another map where there is a residual.
type conv1 struct {
	linear
	pixels   int
	src, dst int
	residual int
}

func (l *conv1) forward(p *unetPass, _ []float32) {
	n := p.rows * l.pixels
	y := p.y[l.dst]
	if l.residual != none {
		copy(y[:n*l.out], p.y[l.residual])
	}
	l.forth.Mul(y, l.out, n, p.y[l.src], l.in, false, l.residual != none, l.bias(p.n.W))
}

func (l *conv1) backward(p *unetPass, _, grad []float32) {
	n := p.rows * l.pixels
	dy := p.dy[l.dst][:n*l.out]
	dx, accumulate := p.gradient(l.src)
	l.linear.backward(grad, dx, n, p.y[l.src], dy, accumulate, &p.product)
	if l.residual != none {
		p.pass(l.residual, dy)
	}
}

func (l *conv1) maps() (in []int, out int) {
	if l.residual == none {
		return []int{l.src}, l.dst
	}
	return []int{l.src, l.residual}, l.dst
}

func (l *conv1) own() int { return 0 }

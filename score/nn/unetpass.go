package nn

import (
	"slices"

	"gonum.org/v1/gonum/blas/blas32"

	"github.com/ito-sde/ito/internal/gemm"
	"github.com/ito-sde/ito/internal/vec"
)

// unetPass is the memory of one goroutine's passes.
type unetPass struct {
	n            *UNet
	most         int // rows
	rows, levels int // of this pass
	class        []int

	y, dy [][]float32 // maps and their gradients
	set   []bool      // gradients that hold something
	own   [][]float32 // by layer

	feature, e0, a0, e1, e []float32 // the embedding
	de, d1                 []float32
	film                   []float32
	windows, wide          []float32
	sums                   []float64
	product                gemm.Packed
}

// NewPass makes the memory of passes of up to rows rows. Without gradients maps
// share memory as soon as nobody reads them any more, and so do layers.
func (u *UNet) NewPass(rows int, gradients bool) Pass {
	floats := func(n int) []float32 { return make([]float32, n) }
	embed := func() []float32 { return floats(rows * u.shape.Embed) }
	p := &unetPass{
		n: u, most: rows, y: make([][]float32, len(u.sizes)),
		feature: floats(rows * features), e0: embed(), a0: embed(), e1: embed(), e: embed(),
		film: floats(rows * 2 * u.widest), sums: make([]float64, 2*u.widest),
	}
	windows, own := 0, 0
	for _, l := range u.layers {
		own = max(own, rows*l.own())
	}
	var shared []float32
	if !gradients {
		shared = floats(own)
	}
	for _, l := range u.layers {
		if gradients {
			p.own = append(p.own, floats(rows*l.own()))
		} else {
			p.own = append(p.own, shared[:rows*l.own()])
		}
		if l, ok := l.(*conv3); ok {
			windows = max(windows, l.in*tilePixels(l.in))
			if gradients {
				windows = max(windows, 9*l.out*tilePixels(9*l.out))
			}
		}
	}
	p.windows = floats(windows)
	if !gradients {
		u.share(p.y, rows)
		return p
	}
	p.dy, p.set = make([][]float32, len(u.sizes)), make([]bool, len(u.sizes))
	for i, m := range u.sizes {
		if i != 0 && i != u.output {
			p.y[i], p.dy[i] = floats(rows*m.numbers()), floats(rows*m.numbers())
		}
	}
	p.de, p.d1 = embed(), embed()
	wide := u.image
	for _, l := range u.layers {
		if l, ok := l.(*attention); ok {
			wide = max(wide, l.pixels*l.pixels)
		}
	}
	p.wide = floats(wide)
	return p
}

// share gives maps memory, that of maps which nobody reads any more first.
func (u *UNet) share(y [][]float32, rows int) {
	last := make([]int, len(u.sizes)) // layer that reads a map
	for i, l := range u.layers {
		in, _ := l.maps()
		for _, m := range in {
			last[m] = i
		}
	}
	var free [][]float32
	for i, l := range u.layers {
		in, out := l.maps()
		if out != u.output {
			need := rows * u.sizes[out].numbers()
			at := slices.IndexFunc(free, func(f []float32) bool { return len(f) >= need })
			if at < 0 {
				y[out] = make([]float32, need)
			} else {
				y[out] = free[at]
				free = slices.Delete(free, at, at+1)
			}
		}
		for j, m := range in {
			if m != 0 && last[m] == i && !slices.Contains(in[:j], m) {
				free = append(free, y[m])
			}
		}
	}
}

// Forward does what Pass says.
func (p *unetPass) Forward(dst, x []float32, c []float64, class []int) {
	u, embed := p.n, p.n.shape.Embed
	p.rows, p.levels = checkPass(dst, x, c, class, u.Width(), p.most, u.shape.Classes), len(c)
	for i, v := range c {
		noiseFeatures(p.feature[i*features:][:features], v)
	}
	p.class = append(p.class[:0], class...)
	n := p.levels * embed
	u.embed[0].forward(p.e0, p.levels, p.feature, u.W)
	vec.SiLU(p.a0[:n], p.e0[:n])
	u.embed[1].forward(p.e1, p.levels, p.a0, u.W)
	u.class.add(p.e1, u.W, p.class)
	vec.SiLU(p.e[:n], p.e1[:n])
	p.y[0], p.y[u.output] = x, dst
	for i, l := range u.layers {
		l.forward(p, p.own[i])
	}
}

// Backward does what Pass says.
func (p *unetPass) Backward(grad, dx, dy, x []float32) {
	u := p.n
	n := p.rows * u.shape.Embed
	clear(p.de[:n])
	clear(p.set)
	p.y[0], p.dy[0], p.dy[u.output] = x, dx, dy
	for i := len(u.layers) - 1; i >= 0; i-- {
		u.layers[i].backward(p, p.own[i], grad)
	}
	if grad == nil {
		return
	}
	vec.SiLUGrad(p.d1[:n], p.e1[:n], p.de[:n])
	u.class.backward(grad, p.d1, p.class)
	u.embed[1].backward(grad, p.de, p.rows, p.a0, p.d1, false, &p.product)
	vec.SiLUGrad(p.d1[:n], p.e0[:n], p.de[:n])
	u.embed[0].backward(grad, nil, p.rows, p.feature, p.d1, false, &p.product)
}

// gradient is where the gradient for a map goes, and whether it is to be added to
// what is there.
func (p *unetPass) gradient(of int) (dx []float32, accumulate bool) {
	accumulate = p.set[of]
	p.set[of] = true
	return p.dy[of], accumulate
}

// pass hands a gradient on to a map as it is.
func (p *unetPass) pass(to int, dy []float32) {
	dx, accumulate := p.gradient(to)
	if !accumulate {
		copy(dx, dy)
		return
	}
	vector := func(v []float32) blas32.Vector { return blas32.Vector{N: len(dy), Data: v, Inc: 1} }
	blas32.Axpy(1, vector(dy), vector(dx))
}

package score

import (
	"math"
	"sync"

	"github.com/ito-sde/ito/internal/vec"
	"github.com/ito-sde/ito/score/nn"
	"github.com/ito-sde/ito/sde"
)

// gradients are a network's layers, made ready to be gone through backwards at the
// first use: that takes three times the memory.
type gradients struct {
	once sync.Once
	net  nn.Network
	err  error
	rows int
	pool sync.Pool
}

type gradientChunk struct {
	pass    nn.Pass
	in, out []float32
	dy, dx  []float32
	level   []float64
	class   []int
}

func (g *gradients) prepare(n *Network) error {
	g.once.Do(func() {
		if g.net, g.err = n.config.network(); g.err != nil {
			return
		}
		copy(g.net.Parameters(), n.net.Parameters())
		g.net.Pack(true)
		_, g.rows = g.net.Tiles()
		g.pool.New = func() any {
			size := g.rows * g.net.Width()
			return &gradientChunk{pass: g.net.NewPass(g.rows, true), in: make([]float32, size), out: make([]float32, size),
				dy: make([]float32, size), dx: make([]float32, size), level: make([]float64, g.rows), class: make([]int, g.rows)}
		}
	})
	return g.err
}

// VJPDenoise writes (∂D/∂x)ᵀ v: with D = c_skip x + c_out F(x/s),
//
//	(∂D/∂x)ᵀ v = c_skip v + (c_out/s) (∂F/∂(x/s))ᵀ v,
//
// F's by going backwards through its layers, which costs about two evaluations
// more. It allocates nothing once warm. Errors: [ErrLevel].
func (n *Network) VJPDenoise(dst, x, v []float64, at sde.Level) error {
	return n.vjp(dst, x, v, at, nn.NullClass)
}

// VJPDenoise is that of the network, for the class.
func (m *conditional) VJPDenoise(dst, x, v []float64, at sde.Level) error {
	return m.n.vjp(dst, x, v, at, m.class)
}

func (n *Network) vjp(dst, x, v []float64, at sde.Level, class int) error {
	dim := n.net.Width()
	mustRows(dst, x, dim)
	mustRows(dst, v, dim)
	if err := checkLevel(at); err != nil {
		return err
	}
	if at.Sigma == 0 {
		for i, a := range v {
			dst[i] = a / at.Alpha
		}
		return nil
	}
	if err := n.gradients.prepare(n); err != nil {
		return err
	}
	sd := n.config.SigmaData
	s := math.Hypot(at.Sigma, at.Alpha*sd)
	skip, out := at.Alpha*sd*sd/(s*s), at.Sigma*sd/s
	c := n.gradients.pool.Get().(*gradientChunk)
	defer n.gradients.pool.Put(c)
	for i := range c.level {
		c.level[i], c.class[i] = n.level(at), class
	}
	most := n.gradients.rows * dim
	for lo := 0; lo < len(x); lo += most {
		hi := min(lo+most, len(x))
		in, f, dy, dx := c.in[:hi-lo], c.out[:hi-lo], c.dy[:hi-lo], c.dx[:hi-lo]
		rows := len(in) / dim
		vec.Narrow(in, x[lo:hi], 1/s)
		vec.Narrow(dy, v[lo:hi], out/s)
		c.pass.Forward(f, in, c.level[:rows], c.class[:rows])
		c.pass.Backward(nil, dx, dy, in)
		d := dst[lo:hi]
		for i, a := range v[lo:hi] {
			d[i] = skip*a + float64(dx[i])
		}
	}
	return nil
}

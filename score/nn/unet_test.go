package nn_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/nn"
	"github.com/ito-sde/ito/sde/noise"
)

// Every kind of layer, in images that are not square, of one and more channels,
// with one and more heads, and down to a single pixel a side.
var shapes = []nn.UNetShape{
	{Height: 4, Width: 8, Channels: 2, Base: 4, Mults: []int{1, 2}, Blocks: 1, Groups: 2, Attend: 4, Heads: 2, Embed: 8, Classes: 3},
	{Height: 2, Width: 6, Channels: 1, Base: 6, Mults: []int{2, 1}, Blocks: 2, Groups: 3, Attend: 8, Heads: 1, Embed: 5},
	{Height: 4, Width: 4, Channels: 1, Base: 12, Mults: []int{1, 1, 1}, Blocks: 1, Groups: 1, Embed: 6, Heads: 1},
}

func unet(t testing.TB, s nn.UNetShape) *nn.UNet {
	t.Helper()
	u, err := nn.NewUNet(s)
	require.NoError(t, err)
	require.Equal(t, s.Parameters(), len(u.W))
	u.Init(1)
	z := noise.NewStream(noise.Address{Seed: 2, Use: noise.Test})
	for i := range u.W { // also what Init leaves at zero
		u.W[i] += float32(0.1 * z.Normal())
	}
	return u
}

type batch struct {
	x, dy []float32
	c     []float64
	class []int
}

func images(s nn.UNetShape, rows int) batch {
	z := noise.NewStream(noise.Address{Seed: 3, Use: noise.Test})
	b := batch{make([]float32, rows*s.Dim()), make([]float32, rows*s.Dim()), make([]float64, rows), make([]int, rows)}
	for i := range b.x {
		b.x[i], b.dy[i] = float32(z.Normal()), float32(z.Normal())
	}
	for i := range b.c {
		b.c[i], b.class[i] = 0.5*z.Normal(), i%(s.Classes+1)-1
	}
	return b
}

// The gradient of Σ dy·F against differences of fourth order,
//
//	F' ≈ (8 (F(h) − F(−h)) − F(2h) + F(−2h))/12h,
//
// for the first entries of every tensor. With h = 1/64 and sums of size 20 in
// float32 rounding is about 16·20·6e-8·64/12 = 1e-4 for exact layers and ten times
// that for a chain of twenty; a lost factor of 2 or a missing path is 1.
func TestUNetBackwardAgainstDifferences(t *testing.T) {
	for _, s := range shapes {
		t.Run(fmt.Sprintf("%dx%d", s.Height, s.Width), func(t *testing.T) {
			u := unet(t, s)
			const rows = 4
			b := images(s, rows)
			p := u.NewPass(rows, true)
			y := make([]float32, len(b.x))
			value := func() float64 {
				u.Pack(false)
				p.Forward(y, b.x, b.c, b.class)
				var sum float64
				for i, v := range y {
					sum += float64(v) * float64(b.dy[i])
				}
				return sum
			}
			u.Pack(true)
			p.Forward(y, b.x, b.c, b.class)
			grad := make([]float32, len(u.W))
			p.Backward(grad, nil, b.dy, b.x)
			grads := u.Tensors("", grad)
			const h = 1. / 64
			for k, tensor := range u.Tensors("", u.W) {
				for i := 0; i < len(tensor.Data); i += 1 + len(tensor.Data)/9 {
					w := tensor.Data[i]
					at := func(d float32) float64 { tensor.Data[i] = w + d; return value() }
					want := (8*(at(h)-at(-h)) - at(2*h) + at(-2*h)) / (12 * h)
					tensor.Data[i] = w
					require.InDelta(t, want, grads[k].Data[i], 4e-3*(1+math.Abs(want)), "%s[%d]", tensor.Name, i)
				}
			}
			// The sum of all differences at once, along the gradient itself.
			var norm float64
			for _, g := range grad {
				norm += float64(g) * float64(g)
			}
			norm = math.Sqrt(norm)
			start := append([]float32(nil), u.W...)
			along := func(d float64) float64 {
				for i, g := range grad {
					u.W[i] = start[i] + float32(d/norm*float64(g))
				}
				return value()
			}
			require.InEpsilon(t, norm, (8*(along(h)-along(-h))-along(2*h)+along(-2*h))/(12*h), 2e-3)
		})
	}
}

// A second Backward adds to the gradient.
func TestUNetBackwardAccumulates(t *testing.T) {
	s := shapes[0]
	u, b := unet(t, s), images(s, 3)
	p := u.NewPass(3, true)
	y := make([]float32, len(b.x))
	u.Pack(true)
	p.Forward(y, b.x, b.c, b.class)
	once, twice := make([]float32, len(u.W)), make([]float32, len(u.W))
	p.Backward(once, nil, b.dy, b.x)
	p.Backward(twice, nil, b.dy, b.x)
	p.Backward(twice, nil, b.dy, b.x)
	for i := range once {
		require.InDelta(t, 2*once[i], twice[i], 1e-4*(1+math.Abs(float64(once[i]))))
	}
}

// A row's result is the same bits alone and in a batch, with its own level or a
// shared one, with memory for gradients or without.
func TestUNetRowsAreIndependent(t *testing.T) {
	for _, s := range shapes {
		const rows = 30
		u, b := unet(t, s), images(s, rows)
		u.Pack(true)
		many, alone, one := u.NewPass(rows, true), u.NewPass(rows, false), make([]float32, s.Dim())
		batch := make([]float32, len(b.x))
		many.Forward(batch, b.x, b.c, b.class)
		for r := range rows {
			alone.Forward(one, b.x[r*s.Dim():][:s.Dim()], b.c[r:r+1], b.class[r:r+1])
			require.Equal(t, batch[r*s.Dim():][:s.Dim()], one)
		}
		// One level and no class for all.
		alone.Forward(batch, b.x, b.c[:1], nil)
		many.Forward(one, b.x[5*s.Dim():][:s.Dim()], b.c[:1], []int{nn.NullClass})
		require.Equal(t, batch[5*s.Dim():][:s.Dim()], one)
	}
}

// A trained-from-zero network is F = 0, and a class changes nothing then but does
// later.
func TestUNetInit(t *testing.T) {
	s := shapes[0]
	u, err := nn.NewUNet(s)
	require.NoError(t, err)
	u.Init(7)
	b := images(s, 4)
	y := make([]float32, len(b.x))
	p := u.NewPass(4, false)
	u.Pack(false)
	p.Forward(y, b.x, b.c, b.class)
	require.Equal(t, make([]float32, len(y)), y)
	u = unet(t, s)
	u.Pack(false)
	p = u.NewPass(4, false)
	outputs := map[[2]float32]bool{}
	for k := nn.NullClass; k < s.Classes; k++ {
		p.Forward(y, b.x, b.c[:1], []int{k})
		outputs[[2]float32{y[0], y[1]}] = true
	}
	require.Len(t, outputs, s.Classes+1)
	require.Panics(t, func() { p.Forward(y, b.x, b.c[:1], []int{s.Classes}) })
	require.Panics(t, func() { p.Forward(y, b.x[1:], b.c[:1], nil) })
}

func TestUNetDoesNotAllocate(t *testing.T) {
	s := shapes[0]
	u, b := unet(t, s), images(s, 8)
	p := u.NewPass(8, true)
	u.Pack(true)
	y, grad := make([]float32, len(b.x)), make([]float32, len(u.W))
	require.Zero(t, testing.AllocsPerRun(10, func() {
		p.Forward(y, b.x, b.c, b.class)
		p.Backward(grad, nil, b.dy, b.x)
		u.Pack(true)
	}))
}

func TestUNetShapeLimits(t *testing.T) {
	good := nn.UNetShape{Height: 8, Width: 8}.WithDefaults()
	require.NoError(t, good.Check())
	for name, change := range map[string]func(*nn.UNetShape){
		"no height": func(s *nn.UNetShape) { s.Height = 0 }, "odd": func(s *nn.UNetShape) { s.Width = 7 },
		"huge": func(s *nn.UNetShape) { s.Height = 1 << 20 }, "channels": func(s *nn.UNetShape) { s.Channels = -1 },
		"base": func(s *nn.UNetShape) { s.Base = 1 << 30 }, "groups": func(s *nn.UNetShape) { s.Groups = 7 },
		"levels": func(s *nn.UNetShape) { s.Mults = make([]int, 100) }, "multiple": func(s *nn.UNetShape) { s.Mults = []int{1, -2} },
		"heads": func(s *nn.UNetShape) { s.Heads = 5 }, "blocks": func(s *nn.UNetShape) { s.Blocks = 1000 },
		"embed": func(s *nn.UNetShape) { s.Embed = -4 }, "classes": func(s *nn.UNetShape) { s.Classes = -1 },
		"attend": func(s *nn.UNetShape) { s.Attend = -1 }, "nothing": func(s *nn.UNetShape) { *s = nn.UNetShape{} },
	} {
		s := good
		change(&s)
		_, err := nn.NewUNet(s)
		require.Error(t, err, name)
	}
}

// The gradient by the input, for both architectures, against the same differences,
// and the gradient by the parameters is the same bits with it or without.
func TestInputGradientAgainstDifferences(t *testing.T) {
	mlp, err := nn.NewMLP(nn.Shape{Dim: 5, Hidden: 16, Blocks: 2})
	require.NoError(t, err)
	mlp.Init(3)
	z := noise.NewStream(noise.Address{Seed: 4, Use: noise.Test})
	for i := range mlp.W {
		mlp.W[i] += float32(0.1 * z.Normal())
	}
	for _, n := range []nn.Network{mlp, unet(t, shapes[0]), unet(t, shapes[2])} {
		const rows, h = 2, 1. / 64
		x, dy, y := make([]float32, rows*n.Width()), make([]float32, rows*n.Width()), make([]float32, rows*n.Width())
		for i := range x {
			x[i], dy[i] = float32(z.Normal()), float32(z.Normal())
		}
		c := []float64{0.2, -0.3}
		n.Pack(true)
		p := n.NewPass(rows, true)
		p.Forward(y, x, c, nil)
		dx := make([]float32, len(x))
		p.Backward(nil, dx, dy, x)
		with, without, again := make([]float32, len(n.Parameters())), make([]float32, len(n.Parameters())), make([]float32, len(x))
		p.Backward(with, again, dy, x)
		p.Backward(without, nil, dy, x)
		require.Equal(t, without, with)
		require.Equal(t, dx, again)
		for i := range x {
			start := x[i]
			at := func(d float32) float64 {
				x[i] = start + d
				p.Forward(y, x, c, nil)
				var sum float64
				for k, v := range y {
					sum += float64(v) * float64(dy[k])
				}
				return sum
			}
			want := (8*(at(h)-at(-h)) - at(2*h) + at(-2*h)) / (12 * h)
			x[i] = start
			require.InDelta(t, want, dx[i], 4e-3*(1+math.Abs(want)), "%T, input %d", n, i)
		}
	}
}

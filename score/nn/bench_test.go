package nn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/nn"
)

// digitsUNet is the network of the digits; 0.7 million parameters.
var digitsUNet = nn.UNetShape{Height: 8, Width: 8, Attend: 4}.WithDefaults()

// BenchmarkNetworks reports, on one core, evaluations and training gradients of
// rows a second: the MLP 64 → 512×3 → 64 as other engines were measured on, and
// U-Nets of 8×8 and 32×32 pixels.
func BenchmarkNetworks(b *testing.B) {
	mlp, err := nn.NewMLP(nn.Shape{Dim: 64, Hidden: 512, Blocks: 1})
	require.NoError(b, err)
	digits, err := nn.NewUNet(digitsUNet)
	require.NoError(b, err)
	large, err := nn.NewUNet(nn.UNetShape{Height: 32, Width: 32, Channels: 3, Mults: []int{1, 2, 2}, Attend: 8}.WithDefaults())
	require.NoError(b, err)
	for _, c := range []struct {
		name string
		n    nn.Network
	}{{"mlp", mlp}, {"unet8x8", digits}, {"unet32x32", large}} {
		c.n.Init(1)
		c.n.Pack(true)
		training, inference := c.n.Tiles()
		run := func(name string, rows int, f func(x, y []float32, level []float64)) {
			x, y, level := make([]float32, rows*c.n.Width()), make([]float32, rows*c.n.Width()), make([]float64, rows)
			for i := range x {
				x[i] = float32(i%17)/8 - 1
			}
			b.Run(c.name+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					f(x, y, level)
				}
				b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "images/s")
			})
		}
		forth := c.n.NewPass(inference, false)
		run("inference", inference, func(x, y []float32, level []float64) { forth.Forward(y, x, level[:1], nil) })
		back, grad := c.n.NewPass(training, true), make([]float32, len(c.n.Parameters()))
		run("training", training, func(x, y []float32, level []float64) {
			back.Forward(y, x, level, nil)
			back.Backward(grad, nil, y, x)
		})
	}
}

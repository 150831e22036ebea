package energy

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"

	"github.com/ito-sde/ito/sde/noise"
)

// The gradient of the loss by every weight, against central differences of the loss at the
// same draws: a second derivative of the network, to the differences' own error.
func TestGradient(t *testing.T) {
	c := Config{Hidden: 5, Layers: 3, Seed: 3}
	require.NoError(t, c.complete())
	x := make([]float64, 40)
	s := noise.NewStream(noise.Address{Seed: 1, Use: noise.Test})
	s.Fill(x)
	n, err := prepare(x, 2, c)
	require.NoError(t, err)
	s.Fill(n.p.all)
	tile := trainTile{newTape(n.p, tileRows), newWeights(n.p.shape), 0, make([]float64, 2), make([]float64, 2*tileRows)}
	loss := func(w []float64) float64 {
		copy(n.p.all, w)
		s := noise.NewStream(noise.Address{Seed: 2, Use: noise.Test})
		tile.gradient(n, x, c, &s)
		return tile.loss
	}
	start := append([]float64(nil), n.p.all...)
	want := fd.Gradient(nil, loss, start, &fd.Settings{Formula: fd.Central, Step: 1e-5})
	loss(start)
	require.InDeltaSlice(t, want, tile.grad.all, 1e-6)
	// Some of it is not small.
	var size float64
	for _, v := range tile.grad.all {
		size += v * v
	}
	require.Greater(t, size, 1e-2)
}

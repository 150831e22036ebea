package score

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/nn"
	"github.com/ito-sde/ito/sde/noise"
)

// pictures is a trainer of a U-Net on random pictures of height 4, width 8 and 2
// channels.
func pictures(t *testing.T, c TrainConfig) *trainer {
	t.Helper()
	x := make([]float64, 64*100)
	noise.Gaussian{}.Normal(x, 64, noise.Address{Seed: 8, Use: noise.Test})
	c.UNet = nn.UNetShape{Height: 4, Width: 8, Channels: 2, Base: 4, Mults: []int{1}, Blocks: 1, Groups: 2, Embed: 4}
	c.Batch, c.Seed = 1, 3
	tr, err := newTrainer(x, 64, c)
	require.NoError(t, err)
	return tr
}

// The mean over pixels of e·(P e) is that of e² and, times its weight, that of the pooled
// picture's: for an error that is the same everywhere 1 + Σ w times its square, for a
// chessboard its square alone, for one pixel of 1 each scale's own share.
func TestPooledMetric(t *testing.T) {
	tr := pictures(t, TrainConfig{Pooled: []float64{3, 5}})
	dst, e := make([]float32, 64), make([]float32, 64)
	mean := func(value func(i, j, channel int) float64) (sum float64) {
		for k := range e {
			e[k] = float32(value(k/16, k/2%8, k%2))
		}
		for k, v := range tr.metric(dst, e) {
			sum += float64(v) * float64(e[k]) / 64
		}
		return sum
	}
	require.Equal(t, (1+3+5)*0.25, mean(func(_, _, _ int) float64 { return 0.5 }))
	require.Equal(t, 0.25, mean(func(i, j, _ int) float64 { return 0.5 - float64((i+j)%2) }))
	// Channels, and neighbouring squares of 4, that cancel are not pooled together.
	require.Equal(t, 9., mean(func(_, _, c int) float64 { return float64(2*c - 1) }))
	require.Equal(t, 9., mean(func(_, j, _ int) float64 { return float64(2*(j/4) - 1) }))
	// Those of 2 within one of 4 cancel there.
	require.Equal(t, 4., mean(func(i, _, _ int) float64 { return float64(2*(i/2) - 1) }))
	// 1/64; of 16 squares' means one is 1/4; of 4 one is 1/16.
	require.Equal(t, 1./64+3./16/16+5./4/256, mean(func(i, j, c int) float64 {
		if i == 3 && j == 6 && c == 1 {
			return 1
		}
		return 0
	}))
}

// Gradients of the pooled loss are its differences. Without pooling the metric is that of
// squares, and nothing is copied.
func TestPooledGradient(t *testing.T) {
	tr := pictures(t, TrainConfig{Pooled: []float64{2, 4}})
	s := noise.NewStream(noise.Address{Seed: 2, Use: noise.Test})
	w, b := tr.main.Parameters(), &tr.tiles[0]
	for i := range w {
		w[i] += float32(0.1 * s.Normal())
	}
	value := func() float64 {
		tr.main.Pack(true)
		tr.gradient(0, 0)
		return b.loss
	}
	value()
	grad := append([]float32(nil), b.grad...)
	const h = 1. / 64
	for i := 0; i < len(w); i += 7 {
		at := w[i]
		w[i] = at + h
		up := value()
		w[i] = at - h
		down := value()
		w[i] = at
		want := (up - down) / (2 * h)
		// h²/6 of third derivatives of the size of the second's.
		require.InDelta(t, want, grad[i], 3e-3*(1+math.Abs(want)), "parameter %d", i)
	}
	require.Same(t, &grad[0], &pictures(t, TrainConfig{}).metric(nil, grad)[0])
}

// The loss on rows held out has the weights that training has: it is linear in them,
// and without any the mean square.
func TestPooledHeldOut(t *testing.T) {
	held := func(pooled ...float64) float64 {
		tr := pictures(t, TrainConfig{Pooled: pooled, HoldOut: 0.2})
		loss, err := tr.check(t.Context())
		require.NoError(t, err)
		return loss
	}
	square := held()
	require.Equal(t, square, held(0, 0))
	two, four := held(1, 0)-square, held(0, 1)-square
	require.InEpsilon(t, square+2*two+4*four, held(2, 4), 1e-6) // of float32 errors
	// F = 0 errs by its target: by weak noise, whose mean over n pixels has 1/n of its
	// variance, as the data's, white as they are here. The 80 rows have 320 means over
	// 16 pixels, so that a deviation is √(2/320) = 8 %: a half is six.
	require.InEpsilon(t, square/4, two, 0.5)
	require.InEpsilon(t, square/16, four, 0.5)
}

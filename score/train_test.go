package score_test

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/nn"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// cloud is rows of a correlated Gaussian in the plane: x_0 = 0.8 z, x_1 = 0.5 x_0 + 0.3 z'.
func cloud(n int) []float64 {
	x := make([]float64, 2*n)
	noise.Gaussian{}.Normal(x, 2, noise.Address{Seed: 8, Use: noise.Test})
	for i := range n {
		x[2*i] *= 0.8
		x[2*i+1] = 0.5*x[2*i] + 0.3*x[2*i+1]
	}
	return x
}

func saved(t *testing.T, n *score.Network) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, n.Save(&b))
	return b.Bytes()
}

var small = score.TrainConfig{Hidden: 24, Blocks: 2, Steps: 60, Batch: 500, Seed: 4}

// One, two and eight workers train the same bits.
func TestTrainWorkers(t *testing.T) {
	x := cloud(500)
	var want []byte
	for _, workers := range []int{1, 2, 8} {
		c := small
		c.Workers = workers
		n, err := score.Train(context.Background(), x, 2, c)
		require.NoError(t, err)
		if want == nil {
			want = saved(t, n)
		}
		require.Equal(t, want, saved(t, n), "%d workers", workers)
	}
}

// Interrupted at any step, training resumes to the bits of an uninterrupted run.
func TestTrainResumes(t *testing.T) {
	x := cloud(500)
	whole, err := score.Train(context.Background(), x, 2, small)
	require.NoError(t, err)
	for _, stop := range []int{1, 7, 30, 59} {
		c := small
		c.State = filepath.Join(t.TempDir(), "state")
		c.SaveEvery = 10
		ctx, cancel := context.WithCancel(context.Background())
		steps := 0
		c.Observer = func(s score.TrainStep) {
			if steps++; s.Step == stop {
				cancel()
			}
		}
		_, err := score.Train(ctx, x, 2, c)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, stop, steps, "it must stop within a step")
		n, err := score.Train(context.Background(), x, 2, c)
		require.NoError(t, err)
		require.Equal(t, small.Steps, steps, "no step is made twice")
		require.Equal(t, saved(t, whole), saved(t, n), "interrupted after %d", stop)
	}
}

// A state of another run is refused, and so is a broken one.
func TestTrainRefusesForeignState(t *testing.T) {
	x := cloud(100)
	c := small
	c.State = filepath.Join(t.TempDir(), "state")
	_, err := score.Train(context.Background(), x, 2, c)
	require.NoError(t, err)
	other := c
	other.Rate = 2e-3
	_, err = score.Train(context.Background(), x, 2, other)
	require.ErrorIs(t, err, score.ErrTraining)
	x[0]++
	_, err = score.Train(context.Background(), x, 2, c)
	require.ErrorIs(t, err, score.ErrTraining)
	x[0]--
	text, err := os.ReadFile(c.State)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(c.State, text[:len(text)/2], 0o600))
	_, err = score.Train(context.Background(), x, 2, c)
	require.ErrorIs(t, err, nn.ErrFile)
}

func TestTrainRefuses(t *testing.T) {
	x := cloud(10)
	nan := append([]float64(nil), x...)
	nan[5] = math.NaN()
	for name, c := range map[string]struct {
		x   []float64
		dim int
		c   score.TrainConfig
	}{
		"NaN": {nan, 2, small}, "ragged": {x, 3, small}, "one row": {x[:2], 2, small}, "no dim": {x, 0, small},
		"constant": {make([]float64, 20), 2, small}, "steps": {x, 2, score.TrainConfig{Steps: -1}}, "rate": {x, 2, score.TrainConfig{Rate: -1}},
		"too wide": {x, 2, score.TrainConfig{Hidden: 1 << 20}},
	} {
		_, err := score.Train(context.Background(), c.x, c.dim, c.c)
		require.ErrorIs(t, err, score.ErrTraining, name)
	}
	// An absurd rate ends with an error, not with a network of NaN.
	c := small
	c.Rate, c.Steps = 1e20, 600
	_, err := score.Train(context.Background(), x, 2, c)
	require.ErrorIs(t, err, score.ErrTraining)
}

// On Gaussian data the optimal denoiser is linear and known. The network comes
// near it at every level: the excess loss E‖D − D*‖²/E‖x_0‖² is small against
// the spread of the posterior.
func TestTrainedNetworkOnGaussian(t *testing.T) {
	x := cloud(4000)
	c := score.TrainConfig{Hidden: 64, Blocks: 2, Steps: 1500, Batch: 512, Seed: 1, EMA: 300}
	var last float64
	c.Observer = func(s score.TrainStep) { last += 0.02 * (s.Loss - last) }
	n, err := score.Train(context.Background(), x, 2, c)
	require.NoError(t, err)
	exact, err := score.FitGaussian(x, 2)
	require.NoError(t, err)
	z := make([]float64, 2*1000)
	noise.Gaussian{}.Normal(z, 2, noise.Address{Seed: 99, Use: noise.Test})
	got, want, y := make([]float64, len(z)), make([]float64, len(z)), make([]float64, len(z))
	for _, at := range []sde.Level{{Alpha: 1, Sigma: 0.2}, {Alpha: 0.7, Sigma: 0.7}, {Alpha: 0.3, Sigma: 0.95}, {Alpha: 1, Sigma: 2}} {
		for i := range y {
			y[i] = at.Alpha*x[i] + at.Sigma*z[i]
		}
		require.NoError(t, n.Denoise(got, y, at))
		require.NoError(t, exact.Denoise(want, y, at))
		var excess, posterior float64
		for i := range y {
			excess += (got[i] - want[i]) * (got[i] - want[i])
			posterior += (x[i] - want[i]) * (x[i] - want[i])
		}
		require.Less(t, excess/posterior, 0.03, "%+v", at)
	}
}

func trained(t testing.TB, dim int) *score.Network {
	t.Helper()
	x := make([]float64, 50*dim)
	noise.Gaussian{}.Normal(x, dim, noise.Address{Seed: 8, Use: noise.Test})
	n, err := score.Train(context.Background(), x, dim, score.TrainConfig{Hidden: 40, Blocks: 2, Steps: 20, Batch: 128})
	require.NoError(t, err)
	return n
}

func TestNetworkRowsAreIndependent(t *testing.T) {
	n := trained(t, 5)
	const rows = 500
	x := make([]float64, rows*5)
	noise.Gaussian{}.Normal(x, 5, noise.Address{Seed: 1, Use: noise.Test})
	at := sde.Level{Alpha: 0.6, Sigma: 0.8}
	batch, one := make([]float64, len(x)), make([]float64, 5)
	require.NoError(t, n.Denoise(batch, x, at))
	for r := range rows {
		require.NoError(t, n.Denoise(one, x[5*r:5*r+5], at))
		require.Equal(t, batch[5*r:5*r+5], one)
	}
	// A level and its multiple with the state's are one question.
	scaled, twice := make([]float64, len(x)), make([]float64, len(x))
	for i, v := range x {
		twice[i] = 2 * v
	}
	require.NoError(t, n.Denoise(scaled, twice, sde.Level{Alpha: 1.2, Sigma: 1.6}))
	require.InDeltaSlice(t, batch, scaled, 1e-5)
}

func TestNetworkAtTheEnds(t *testing.T) {
	n := trained(t, 3)
	x, d := []float64{0.3, -1, 2}, make([]float64, 3)
	require.NoError(t, n.Denoise(d, x, sde.Level{Alpha: 0.5, Sigma: 0}))
	require.InDeltaSlice(t, []float64{0.6, -2, 4}, d, 1e-15)
	for _, at := range []sde.Level{{Alpha: 0, Sigma: 1}, {Alpha: 1, Sigma: 1e-9}, {Alpha: 1e-9, Sigma: 80}, {Alpha: 1, Sigma: 1e6}} {
		require.NoError(t, n.Denoise(d, x, at))
		for _, v := range d {
			require.False(t, math.IsNaN(v) || math.IsInf(v, 0), "%+v", at)
		}
	}
	for _, at := range []sde.Level{{}, {Alpha: -1, Sigma: 1}, {Alpha: 1, Sigma: math.NaN()}, {Alpha: math.Inf(1), Sigma: 1}} {
		require.Error(t, n.Denoise(d, x, at), "%+v", at)
	}
}

func TestNetworkFile(t *testing.T) {
	n := trained(t, 3)
	b := saved(t, n)
	got, err := score.LoadNetwork(bytes.NewReader(b))
	require.NoError(t, err)
	require.Equal(t, b, saved(t, got))
	x, want, have := []float64{1, 2, 3}, make([]float64, 3), make([]float64, 3)
	at := sde.Level{Alpha: 0.7, Sigma: 0.7}
	require.NoError(t, n.Denoise(want, x, at))
	require.NoError(t, got.Denoise(have, x, at))
	require.Equal(t, want, have)

	bad := bytes.Clone(b) // a NaN weight
	copy(bad[len(bad)-4:], []byte{0, 0, 0xc0, 0x7f})
	_, err = score.LoadNetwork(bytes.NewReader(bad))
	require.ErrorIs(t, err, nn.ErrFile)
	bad = bytes.Replace(b, []byte(`\"hidden\":40`), []byte(`\"hidden\":41`), 1)
	_, err = score.LoadNetwork(bytes.NewReader(bad))
	require.ErrorIs(t, err, nn.ErrFile)
	bad = bytes.Replace(b, []byte(`\"dim\":3`), []byte(`\"dim\":0`), 1)
	_, err = score.LoadNetwork(bytes.NewReader(bad))
	require.ErrorIs(t, err, nn.ErrFile)
}

func TestNetworkDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector a sync.Pool drops what it is given")
	}
	n := trained(t, 2)
	x, d := make([]float64, 800), make([]float64, 800)
	require.Zero(t, testing.AllocsPerRun(20, func() {
		if err := n.Denoise(d, x, sde.Level{Alpha: 1, Sigma: 1}); err != nil {
			panic(err)
		}
	}))
}

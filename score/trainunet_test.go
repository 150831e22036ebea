package score_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/nn"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// stripes are pictures of 4×4 pixels: class 0 of rows, class 1 of columns, with a
// random contrast and a little noise.
func stripes(n int) (x []float64, labels []int) {
	x, labels = make([]float64, 16*n), make([]int, n)
	noise.Gaussian{}.Normal(x, 16, noise.Address{Seed: 5, Use: noise.Test})
	for r := range n {
		labels[r] = r % 2
		contrast := 1 + 0.3*x[16*r]
		for i := range 16 {
			stripe := i / 4
			if labels[r] == 1 {
				stripe = i % 4
			}
			x[16*r+i] = 0.1*x[16*r+i] + contrast*float64(2*(stripe%2)-1)
		}
	}
	return x, labels
}

// everything is a small run with all that a state has to remember.
func everything() ([]float64, score.TrainConfig) {
	x, labels := stripes(200)
	return x, score.TrainConfig{
		UNet:  nn.UNetShape{Height: 4, Width: 4, Base: 8, Groups: 4, Blocks: 1, Attend: 2},
		Steps: 40, Batch: 48, Warm: 10, Labels: labels, LearnWeights: true, Decay: 0.01, Schedule: "sqrt",
		HoldOut: 0.2, CheckEvery: 5, Patience: 100, Seed: 4,
	}
}

// One, two and eight workers train the same bits, and so does a run interrupted at
// any step.
func TestTrainUNetBits(t *testing.T) {
	x, c := everything()
	var want []byte
	for _, workers := range []int{1, 2, 8} {
		c.Workers = workers
		n, err := score.Train(context.Background(), x, 16, c)
		require.NoError(t, err)
		if want == nil {
			want = saved(t, n)
		}
		require.Equal(t, want, saved(t, n), "%d workers", workers)
	}
	for _, stop := range []int{1, 23, 39} {
		c := c
		c.State = filepath.Join(t.TempDir(), "state")
		ctx, cancel := context.WithCancel(context.Background())
		steps := 0
		c.Observer = func(s score.TrainStep) {
			if steps++; s.Step == stop {
				cancel()
			}
		}
		_, err := score.Train(ctx, x, 16, c)
		require.ErrorIs(t, err, context.Canceled)
		n, err := score.Train(context.Background(), x, 16, c)
		require.NoError(t, err)
		require.Equal(t, c.Steps, steps, "no step is made twice")
		require.Equal(t, want, saved(t, n), "interrupted after %d", stop)
	}
}

// The classes are learned: of a picture with both kinds of stripes D for a class
// keeps its own, and D for none in particular something of both.
func TestTrainClasses(t *testing.T) {
	x, c := everything()
	c.Steps, c.Patience, c.LearnWeights, c.Schedule = 250, 0, false, ""
	n, err := score.Train(context.Background(), x, 16, c)
	require.NoError(t, err)
	require.Equal(t, 2, n.Classes())
	in, d := make([]float64, 16), make([]float64, 16)
	for i := range in {
		in[i] = float64(2*(i/4%2)-1) + float64(2*(i%4%2)-1)
	}
	at := sde.Level{Alpha: 1, Sigma: 1}
	mean := func(m score.Model) (rows, columns float64) {
		require.Equal(t, 16, m.Dim())
		require.NoError(t, m.Denoise(d, in, at))
		for i, v := range d {
			rows += v * float64(2*(i/4%2)-1) / 16
			columns += v * float64(2*(i%4%2)-1) / 16
		}
		return rows, columns
	}
	for k := range 2 {
		m, err := n.Class(k)
		require.NoError(t, err)
		rows, columns := mean(m)
		if k == 1 {
			rows, columns = columns, rows
		}
		require.InDelta(t, 1, rows, 0.3, "class %d", k)
		require.InDelta(t, 0, columns, 0.3, "class %d", k)
	}
	rows, columns := mean(n)
	require.Greater(t, rows, 0.2)
	require.Greater(t, columns, 0.2)
	for _, k := range []int{-1, 2} {
		_, err := n.Class(k)
		require.ErrorIs(t, err, score.ErrConfig)
	}
}

// With γ σ more noise on the input than the target knows of, y' = x_0 + σ(ε + γ ε'),
// F is the regression of the target on y': on Gaussian data of variance v along an
// axis, with c_out·target = x_0 − c_skip (x_0 + σ ε),
//
//	∂D/∂y = c_skip + (v − c_skip (v + σ²))/(v + σ²(1+γ²)),
//
// which at γ = 0 is v/(v + σ²): 0.17 instead of 0.42 on the second axis here.
func TestTrainInputNoise(t *testing.T) {
	const gamma = 2.
	v := []float64{1.8, 0.2} // mean 1: c_skip = ½ at σ = 1
	x := make([]float64, 8000)
	noise.Gaussian{}.Normal(x, 2, noise.Address{Seed: 5, Use: noise.Test})
	for i := range x {
		x[i] *= math.Sqrt(v[i%2])
	}
	n, err := score.Train(context.Background(), x, 2, score.TrainConfig{Hidden: 32, Blocks: 1, Steps: 600, Warm: 50, Batch: 512, Rate: 3e-3,
		EMA: 100, InputNoise: gamma, PMean: 1e-9, PStd: 0.2, Seed: 1})
	require.NoError(t, err)
	up, down := make([]float64, 2), make([]float64, 2)
	for i, v := range v {
		e := make([]float64, 2)
		e[i] = 0.5
		require.NoError(t, n.Denoise(up, e, sde.Level{Alpha: 1, Sigma: 1}))
		e[i] = -0.5
		require.NoError(t, n.Denoise(down, e, sde.Level{Alpha: 1, Sigma: 1}))
		require.InDelta(t, 0.5+(v-0.5*(v+1))/(v+1+gamma*gamma), up[i]-down[i], 0.04)
	}
}

// Every loss has the same optimum: on Gaussian data all come near the exact
// denoiser in the middle of their levels.
func TestTrainLosses(t *testing.T) {
	x := cloud(2000)
	exact, err := score.FitGaussian(x, 2)
	require.NoError(t, err)
	at := sde.Level{Alpha: 1, Sigma: 0.6}
	y, got, want := make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x))
	noise.Gaussian{}.Normal(y, 2, noise.Address{Seed: 98, Use: noise.Test})
	for i := range y {
		y[i] = x[i] + 0.6*y[i]
	}
	require.NoError(t, exact.Denoise(want, y, at))
	for _, loss := range score.Losses {
		for _, learn := range []bool{false, true} {
			n, err := score.Train(context.Background(), x, 2, score.TrainConfig{
				Hidden: 32, Blocks: 1, Steps: 400, Warm: 50, Batch: 256, Rate: 3e-3, Loss: loss.Name, LearnWeights: learn, EMA: 100, Seed: 1})
			require.NoError(t, err)
			require.NoError(t, n.Denoise(got, y, at))
			var excess, posterior float64
			for i := range y {
				excess += (got[i] - want[i]) * (got[i] - want[i])
				posterior += (x[i] - want[i]) * (x[i] - want[i])
			}
			require.Less(t, excess/posterior, 0.05, "%s, learned weights %t", loss.Name, learn)
		}
	}
}

// Twelve rows are soon known by heart: the loss on those held out turns, training
// stops, and the weights of the lowest are what comes back.
func TestTrainStopsEarly(t *testing.T) {
	x := cloud(16)
	c := score.TrainConfig{Hidden: 64, Blocks: 2, Steps: 4000, Warm: 20, Batch: 128, Rate: 3e-3, EMA: 10, HoldOut: 0.25, CheckEvery: 20, Patience: 4, Seed: 1}
	var held []float64
	last := 0
	c.Observer = func(s score.TrainStep) {
		last = s.Step
		if s.HeldOut != 0 {
			require.Zero(t, s.Step%20)
			held = append(held, s.HeldOut)
		}
	}
	n, err := score.Train(context.Background(), x, 2, c)
	require.NoError(t, err)
	require.Less(t, last, c.Steps)
	require.Len(t, held, last/20)
	lowest := 0
	for i, v := range held {
		if v < held[lowest] {
			lowest = i
		}
	}
	require.Equal(t, len(held)-1-c.Patience, lowest)
	// The same run, with the lowest as its last step, has the same weights.
	c.Observer, c.Schedule = nil, "constant"
	early, err := score.Train(context.Background(), x, 2, c)
	require.NoError(t, err)
	c.Observer = func(s score.TrainStep) { last = s.Step }
	_, err = score.Train(context.Background(), x, 2, c)
	require.NoError(t, err)
	c.Observer, c.Steps, c.Patience = nil, last-20*c.Patience, 0
	short, err := score.Train(context.Background(), x, 2, c)
	require.NoError(t, err)
	require.Equal(t, saved(t, short), saved(t, early))
	require.NotEqual(t, saved(t, n), saved(t, early), "the schedule matters")
}

func TestTrainRefusesConfigurations(t *testing.T) {
	x, good := everything()
	for name, change := range map[string]func(*score.TrainConfig){
		"loss": func(c *score.TrainConfig) { c.Loss = "huber" }, "schedule": func(c *score.TrainConfig) { c.Schedule = "step" },
		"shape": func(c *score.TrainConfig) { c.UNet.Height = 5 }, "groups": func(c *score.TrainConfig) { c.UNet.Groups = 3 },
		"labels": func(c *score.TrainConfig) { c.Labels = c.Labels[1:] }, "negative label": func(c *score.TrainConfig) { c.Labels = append([]int{-1}, c.Labels[1:]...) },
		"many classes": func(c *score.TrainConfig) { c.Labels = append([]int{1 << 20}, c.Labels[1:]...) },
		"classes":      func(c *score.TrainConfig) { c.UNet.Classes = 5 }, "drop": func(c *score.TrainConfig) { c.ClassDrop = 1.5 },
		"drop of nothing": func(c *score.TrainConfig) { c.Labels, c.ClassDrop = nil, 0.1 },
		"hold-out":        func(c *score.TrainConfig) { c.HoldOut = -0.1 }, "all held out": func(c *score.TrainConfig) { c.HoldOut = 1 },
		"none held out": func(c *score.TrainConfig) { c.HoldOut = 1e-9 }, "patience": func(c *score.TrainConfig) { c.HoldOut = 0 },
		"input noise": func(c *score.TrainConfig) { c.InputNoise = -1 },
		"decay":       func(c *score.TrainConfig) { c.Decay = math.NaN() }, "rate": func(c *score.TrainConfig) { c.Rate = math.Inf(1) },
		"warm": func(c *score.TrainConfig) { c.Warm = -1 }, "level": func(c *score.TrainConfig) { c.PStd = math.NaN() },
	} {
		c := good
		change(&c)
		_, err := score.Train(context.Background(), x, 16, c)
		require.ErrorIs(t, err, score.ErrTraining, name)
	}
}

// A U-Net comes back from its file to the bit; files that claim another shape than
// they hold, or one that cannot be, are errors.
func TestUNetFile(t *testing.T) {
	x, c := everything()
	c.Steps = 2
	n, err := score.Train(context.Background(), x, 16, c)
	require.NoError(t, err)
	b := saved(t, n)
	got, err := score.LoadNetwork(bytes.NewReader(b))
	require.NoError(t, err)
	require.Equal(t, b, saved(t, got))
	require.Equal(t, n.Classes(), got.Classes())
	want, have := make([]float64, len(x)), make([]float64, len(x))
	at := sde.Level{Alpha: 0.7, Sigma: 0.7}
	require.NoError(t, n.Denoise(want, x, at))
	require.NoError(t, got.Denoise(have, x, at))
	require.Equal(t, want, have)
	for _, field := range []string{"height", "width", "channels", "base", "blocks", "groups", "heads", "embed", "classes"} {
		pattern := regexp.MustCompile(fmt.Sprintf(`\\"%s\\":(\d)`, field))
		require.True(t, pattern.Match(b), field)
		for _, digit := range []string{"0", "-", "7", "9"} {
			bad := pattern.ReplaceAll(b, []byte(fmt.Sprintf(`\"%s\":%s`, field, digit)))
			if bytes.Equal(bad, b) {
				continue
			}
			if field == "heads" && digit != "0" && digit != "-" {
				continue // other heads of the same weights are another network, not a broken file
			}
			_, err := score.LoadNetwork(bytes.NewReader(bad))
			require.ErrorIs(t, err, nn.ErrFile, "%s %s", field, digit)
		}
	}
	both := bytes.Replace(b, []byte(`\"sigma_data\"`), []byte(`\"dim\":16,\"a\"`), 1)
	_, err = score.LoadNetwork(bytes.NewReader(both))
	require.ErrorIs(t, err, nn.ErrFile)
}

// Any file is a network, which then answers and comes back from its own file, or
// an error that says so.
func FuzzLoadNetwork(f *testing.F) {
	x, c := everything()
	c.Steps = 1
	unet, err := score.Train(context.Background(), x, 16, c)
	require.NoError(f, err)
	mlp, err := score.Train(context.Background(), x, 16, score.TrainConfig{Hidden: 4, Blocks: 1, Steps: 1, Batch: 1})
	require.NoError(f, err)
	for _, n := range []*score.Network{unet, mlp} {
		var b bytes.Buffer
		require.NoError(f, n.Save(&b))
		f.Add(b.Bytes())
		f.Add(b.Bytes()[:b.Len()-4])
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		n, err := score.LoadNetwork(bytes.NewReader(file))
		if err != nil {
			require.ErrorIs(t, err, nn.ErrFile)
			return
		}
		d := make([]float64, n.Dim())
		require.NoError(t, n.Denoise(d, d, sde.Level{Alpha: 1, Sigma: 1}))
		again, err := score.LoadNetwork(bytes.NewReader(saved(t, n)))
		require.NoError(t, err)
		require.Equal(t, saved(t, n), saved(t, again))
	})
}

func TestUNetDenoiseDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector a sync.Pool drops what it is given")
	}
	x, c := everything()
	c.Steps = 1
	n, err := score.Train(context.Background(), x, 16, c)
	require.NoError(t, err)
	m, err := n.Class(1)
	require.NoError(t, err)
	d := make([]float64, len(x))
	require.Zero(t, testing.AllocsPerRun(5, func() {
		if err := m.Denoise(d, x, sde.Level{Alpha: 1, Sigma: 1}); err != nil {
			panic(err)
		}
	}))
}

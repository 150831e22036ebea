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
	snapshots := func(folder string) (all []byte) {
		networks, err := score.ReadSnapshots(folder)
		require.NoError(t, err)
		require.Len(t, networks, 8)
		for _, n := range networks {
			all = append(all, saved(t, n)...)
		}
		return all
	}
	c.SnapshotEvery = 10
	var want, averages []byte
	for _, workers := range []int{1, 2, 8} {
		c.Workers, c.Snapshots = workers, t.TempDir()
		n, err := score.Train(context.Background(), x, 16, c)
		require.NoError(t, err)
		if want == nil {
			want, averages = saved(t, n), snapshots(c.Snapshots)
		}
		require.Equal(t, want, saved(t, n), "%d workers", workers)
		require.Equal(t, averages, snapshots(c.Snapshots), "%d workers", workers)
	}
	for _, stop := range []int{1, 23, 39} {
		c := c
		c.State, c.Snapshots = filepath.Join(t.TempDir(), "state"), t.TempDir()
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
		require.Equal(t, averages, snapshots(c.Snapshots), "interrupted after %d", stop)
	}
}

// The classes are learned: of a picture with both kinds of stripes D for a class
// keeps its own, and D for none in particular something of both.
func TestTrainClasses(t *testing.T) {
	if raceEnabled {
		t.Skip("a long computation that runs nothing at once but what TestTrainUNetBits does")
	}
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
		"input noise": func(c *score.TrainConfig) { c.InputNoise = -1 }, "penalty": func(c *score.TrainConfig) { c.Penalty = math.NaN() },
		"pooled no number": func(c *score.TrainConfig) { c.Pooled = []float64{2, math.NaN()} }, "pooled below 0": func(c *score.TrainConfig) { c.Pooled = []float64{-1} },
		"pooled too far": func(c *score.TrainConfig) { c.Pooled = []float64{2, 4, 8} }, "pooled far too far": func(c *score.TrainConfig) { c.Pooled = make([]float64, 100) },
		"pooled, sliced":                   func(c *score.TrainConfig) { c.Loss, c.LearnWeights, c.Pooled = "sliced", false, []float64{2} },
		"pooled rows":                      func(c *score.TrainConfig) { c.UNet, c.Pooled = nn.UNetShape{}, []float64{2} },
		"learned weights of a sliced loss": func(c *score.TrainConfig) { c.Loss = "sliced" },
		"input noise of an implicit loss":  func(c *score.TrainConfig) { c.Loss, c.LearnWeights, c.InputNoise = "implicit", false, 0.1 },
		"decay":                            func(c *score.TrainConfig) { c.Decay = math.NaN() }, "rate": func(c *score.TrainConfig) { c.Rate = math.Inf(1) },
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

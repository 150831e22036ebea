package sampler_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// inParallel are the rules of the catalogue that can go parallel over time.
func inParallel() []sampler.Entry {
	var out []sampler.Entry
	for _, e := range sampler.Catalogue {
		_, starts := e.Rule.(sampler.Starter)
		if c := e.Rule.Cost(); c.Evaluations == 1 && c.Start == 0 && c.Kept == 0 && !starts {
			out = append(out, e)
		}
	}
	return out
}

func parallel(t testing.TB, c sampler.ParallelConfig, rows int) ([]float64, sampler.ParallelStats) {
	t.Helper()
	x := make([]float64, rows*c.Model.Dim())
	stats, err := sampler.SampleParallel(context.Background(), x, c)
	require.NoError(t, err)
	return x, stats
}

// Without a tolerance the samples are those of Sample, bit for bit, for every rule,
// window, number of workers and batch, in no more rounds than steps.
func TestParallelIsSequential(t *testing.T) {
	rules := inParallel()
	require.Greater(t, len(rules), 20)
	const rows, steps = 20, 15
	for _, name := range []string{"vp", "ddpm-zero-snr"} {
		p := process(t, name)
		for _, e := range rules {
			c := sampler.ParallelConfig{Config: sampler.Config{Process: p, Model: bend, Rule: e.Rule, Grid: grid(t, p, sampler.UniformTime{}, steps, true), Seed: 9, FirstRow: 3}}
			want := make([]float64, rows*3)
			_, err := sampler.Sample(context.Background(), want, c.Config)
			require.NoError(t, err)
			for _, window := range []int{0, 1, 4} {
				c.Window = window
				c.Workers = 1 + window
				got, stats := parallel(t, c, rows)
				require.Equal(t, want, got, "%s, window %d", e.Name, window)
				require.LessOrEqual(t, stats.Rounds, steps+1, e.Name)
				if window == 1 {
					require.Equal(t, sampler.ParallelStats{Rounds: steps + 1, NFE: steps + 1}, stats)
				}
			}
			c.Workers, c.FirstRow = 1, 3+7
			one, _ := parallel(t, c, 1)
			require.Equal(t, want[21:24], one, e.Name)
		}
	}
}

// With a tolerance there are fewer rounds than steps, and the samples differ by no
// more than the tolerance of every step.
func TestParallelSavesRounds(t *testing.T) {
	p, m := process(t, "vp"), normal(t)
	const steps = 200
	for _, r := range []sampler.Rule{sampler.DDIM{}, sampler.DPMPP2M{}, sampler.DDPM{}} {
		c := sampler.ParallelConfig{Config: sampler.Config{Process: p, Model: m, Rule: r, Grid: grid(t, p, sampler.UniformTime{}, steps, true), Seed: 9}}
		want := make([]float64, 30)
		_, err := sampler.Sample(context.Background(), want, c.Config)
		require.NoError(t, err)
		before := steps
		for _, tol := range []float64{1e-10, 1e-6, 1e-2} {
			c.Tol = tol
			got, stats := parallel(t, c, 10)
			// What a state is off by shrinks on the way to the data: the sum over
			// the steps is a bound.
			require.InDeltaSlice(t, want, got, steps*tol, "%T", r)
			require.Less(t, stats.Rounds, before, "%T at %v", r, tol)
			require.GreaterOrEqual(t, stats.NFE, float64(stats.Rounds))
			before = stats.Rounds
		}
		require.Less(t, before, steps/8, "%T", r)
	}
}

func TestBadParallels(t *testing.T) {
	p := process(t, "vp")
	good := sampler.ParallelConfig{Config: sampler.Config{Process: p, Model: bend, Rule: sampler.DDIM{}, Grid: grid(t, p, sampler.UniformTime{}, 5, true)}}
	x := make([]float64, 6)
	run := func(edit func(*sampler.ParallelConfig)) error {
		c := good
		edit(&c)
		_, err := sampler.SampleParallel(context.Background(), x, c)
		return err
	}
	require.NoError(t, run(func(*sampler.ParallelConfig) {}))
	for _, r := range []sampler.Rule{sampler.EDMHeun{}, sampler.UniPC{Order: 2}, sampler.Consistency{}, sampler.PNDM{}} {
		require.ErrorIs(t, run(func(c *sampler.ParallelConfig) { c.Rule = r }), sampler.ErrRule, "%T", r)
	}
	require.ErrorIs(t, run(func(c *sampler.ParallelConfig) { c.Span = [2]int{1, 3} }), sampler.ErrGrid)
	for _, edit := range []func(*sampler.ParallelConfig){
		func(c *sampler.ParallelConfig) { c.Window = -1 },
		func(c *sampler.ParallelConfig) { c.Tol = math.NaN() },
		func(c *sampler.ParallelConfig) { c.Tol = math.Inf(1) },
		func(c *sampler.ParallelConfig) { c.Start = x[:3] },
	} {
		require.Error(t, run(edit))
	}
	boom := errors.New("boom")
	require.ErrorIs(t, run(func(c *sampler.ParallelConfig) { c.Model = failing{boom} }), boom)
	require.ErrorIs(t, run(func(c *sampler.ParallelConfig) {
		c.Model = modelFunc{3, func(x float64, _ int, at sde.Level) float64 {
			if at.Sigma < 0.2 {
				return math.NaN()
			}
			return x
		}}
	}), sampler.ErrNotFinite)
	ctx, cancel := context.WithCancel(context.Background())
	good.Progress = func(done, total int64) {
		require.EqualValues(t, 10, total)
		cancel()
	}
	_, err := sampler.SampleParallel(ctx, x, good)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, make([]float64, 6), x)
}

// A hundred steps of DDIM, one after another and in parallel.
func ExampleSampleParallel() {
	process, _ := sde.ByName("vp")
	model, _ := score.NewGaussian([]float64{3}, mat.NewSymDense(1, []float64{0.25}))
	grid, _ := sampler.Times(process, sampler.UniformTime{}, 100, true)
	c := sampler.ParallelConfig{Config: sampler.Config{Process: process, Model: model, Rule: sampler.DDIM{}, Grid: grid, Start: []float64{1}}, Tol: 1e-3}
	one, all := make([]float64, 1), make([]float64, 1)
	if _, err := sampler.Sample(context.Background(), one, c.Config); err != nil {
		fmt.Println(err)
		return
	}
	stats, err := sampler.SampleParallel(context.Background(), all, c)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f in 101 evaluations, %.3f in %d rounds\n", one[0], all[0], stats.Rounds)
	// Output: 3.476 in 101 evaluations, 3.476 in 11 rounds
}

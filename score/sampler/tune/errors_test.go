package tune_test

import (
	"context"
	"math"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/exact"
	"github.com/ito-sde/ito/score/sampler/tune"
	"github.com/ito-sde/ito/sde"
)

func TestConfigErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	good := tune.Config{Process: process(t, "vp"), Rule: sampler.DDIM{}, NFE: 5, Objective: tune.Surrogate{Data: few}, Evaluations: 10, Starts: 1}
	_, err := tune.Grid(context.Background(), good)
	require.NoError(t, err)
	spectrum := func(mean, variance float64) tune.Objective {
		return tune.Surrogate{Data: exact.Spectrum{Mean: []float64{mean}, Var: []float64{variance}}}
	}
	for name, change := range map[string]func(c *tune.Config){
		"no process":     func(c *tune.Config) { c.Process = nil },
		"no rule":        func(c *tune.Config) { c.Rule = nil },
		"two rules":      func(c *tune.Config) { c.Knob = &tune.Knobs[0] },
		"no objective":   func(c *tune.Config) { c.Objective = nil },
		"nan knob":       func(c *tune.Config) { c.Rule, c.Knob = nil, &tune.Knob{Range: tune.Range{Lo: nan, Hi: 1}} },
		"smoothness":     func(c *tune.Config) { c.Smoothness = nan },
		"rougher":        func(c *tune.Config) { c.Smoothness = -1 },
		"starts":         func(c *tune.Config) { c.Starts = -1 },
		"evaluations":    func(c *tune.Config) { c.Evaluations = -1 },
		"pure noise":     func(c *tune.Config) { c.Process = process(t, "ddpm-zero-snr") },
		"infinite end":   func(c *tune.Config) { c.Last = tune.Range{Lo: 1, Hi: inf} },
		"first too late": func(c *tune.Config) { c.First = tune.Range{Lo: -1, Hi: 5} },
		"ends crossed":   func(c *tune.Config) { c.Last = tune.Range{Lo: -6, Hi: 1} },
		"range crossed":  func(c *tune.Config) { c.Last = tune.Range{Lo: 3, Hi: 2} },
		"before the end": func(c *tune.Config) { c.First = tune.Range{Lo: -9, Hi: -4} },
		"empty spectrum": func(c *tune.Config) { c.Objective = tune.Surrogate{} },
		"lengths": func(c *tune.Config) {
			c.Objective = tune.Surrogate{Data: exact.Spectrum{Mean: []float64{1}, Var: []float64{1, 2}}}
		},
		"nan mean":          func(c *tune.Config) { c.Objective = spectrum(nan, 1) },
		"infinite mean":     func(c *tune.Config) { c.Objective = spectrum(inf, 1) },
		"negative variance": func(c *tune.Config) { c.Objective = spectrum(0, -1) },
		"nan variance":      func(c *tune.Config) { c.Objective = spectrum(0, nan) },
		"infinite KL": func(c *tune.Config) {
			c.Objective = tune.Surrogate{Data: exact.Spectrum{Mean: []float64{0}, Var: []float64{0}}, Measure: tune.KL}
		},
		"blur":       func(c *tune.Config) { c.Objective = tune.Surrogate{Data: few, Blur: nan} },
		"no measure": func(c *tune.Config) { c.Objective = tune.Surrogate{Data: few, Measure: 7} },
		"validation": func(c *tune.Config) { c.Validate = tune.Moments{} },
	} {
		c := good
		change(&c)
		_, err := tune.Grid(context.Background(), c)
		require.ErrorIs(t, err, tune.ErrConfig, name)
	}
	for _, nfe := range []int{-1, 0, 1} {
		c := good
		c.NFE = nfe
		_, err := tune.Grid(context.Background(), c)
		require.ErrorIs(t, err, tune.ErrBudget)
		require.ErrorIs(t, err, tune.ErrConfig)
	}
}

// Every process has grids to hold a tuned one against, and each can be tuned: the
// one that ends at pure noise from a level before.
func TestEveryProcess(t *testing.T) {
	for _, e := range sde.All() {
		c := tune.Config{Process: e.Process, Rule: sampler.DPMPP2M{}, NFE: 6, Objective: tune.Surrogate{Data: few}, Starts: 2, Evaluations: 300}
		if _, end := e.Process.Horizon(); e.Process.At(end).Alpha == 0 {
			c.First = tune.Range{Lo: -5, Hi: -5}
		}
		r, err := tune.Grid(context.Background(), c)
		require.NoError(t, err, e.Name)
		require.Less(t, r.Error, r.Standard[0].Error, e.Name)
	}
}

// An end that is reached after the first level is not the process's own prior.
func TestFreeEnds(t *testing.T) {
	c := tune.Config{Process: process(t, "vp"), Rule: sampler.DPMPP2M{}, NFE: 6, Objective: tune.Surrogate{Data: few}, Starts: 2,
		First: tune.Range{Lo: -5, Hi: -3}, Last: tune.Range{Lo: 1, Hi: 6}}
	r, err := tune.Grid(context.Background(), c)
	require.NoError(t, err)
	l := r.Grid.Levels(nil)
	require.GreaterOrEqual(t, l[0].Lambda(), -5-1e-9)
	require.LessOrEqual(t, l[0].Lambda(), -3+1e-9)
	require.GreaterOrEqual(t, l[len(l)-1].Lambda(), 1-1e-9)
	require.LessOrEqual(t, l[len(l)-1].Lambda(), 6+1e-9)
	require.Less(t, r.Error, r.Standard[0].Error)
}

func TestCancelled(t *testing.T) {
	c := tune.Config{Process: process(t, "vp"), Rule: sampler.DDIM{}, NFE: 5, Objective: tune.Surrogate{Data: few}, Workers: 2}
	ctx, cancel := context.WithCancel(context.Background())
	var calls atomic.Int64
	c.Progress = func(done, total int) {
		if calls.Add(1) == 20 {
			cancel()
		}
	}
	_, err := tune.Grid(ctx, c)
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, calls.Load(), int64(30), "one more call of each start's, and one of its end, at most")
	_, err = tune.Grid(ctx, c)
	require.ErrorIs(t, err, context.Canceled)
	_, _, err = tune.Samplers(ctx, c, sampler.Catalogue[:2])
	require.ErrorIs(t, err, context.Canceled)
	_, err = tune.NewPaths(ctx, tune.PathsConfig{Process: c.Process, Model: few})
	require.ErrorIs(t, err, context.Canceled)
}

// fails gives no number from the third row-wise call on.
type fails struct{ exact.Spectrum }

func (f fails) Denoise(dst, x []float64, at sde.Level) error {
	if err := f.Spectrum.Denoise(dst, x, at); err != nil {
		return err
	}
	dst[0] = math.NaN()
	return nil
}

// A sampler that runs away everywhere is an error that says so.
func TestNothingFinite(t *testing.T) {
	c := tune.Config{Process: process(t, "vp"), Rule: sampler.DDIM{}, NFE: 5}
	target, err := few.Gaussian()
	require.NoError(t, err)
	c.Objective = tune.Moments{Model: fails{few}, Data: target, Rows: 10}
	_, err = tune.Grid(context.Background(), c)
	require.ErrorIs(t, err, sampler.ErrNotFinite)
}

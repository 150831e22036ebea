package tune_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/exact"
	"github.com/ito-sde/ito/score/sampler/tune"
)

// On a Gaussian the paths' distance is the W2 between the laws of sampler and
// flow, from the prior that both start from. Within 6 standard errors: a false
// alarm with probability 2e-9 a rule.
func TestPathsAreW2OnGaussian(t *testing.T) {
	p := process(t, "vp")
	paths, err := tune.NewPaths(context.Background(), tune.PathsConfig{Process: p, Model: few, Rows: 4000, Seed: 5})
	require.NoError(t, err)
	fine, err := sampler.Times(p, sampler.UniformLambda{}, 400, true)
	require.NoError(t, err)
	flow, err := few.Law(context.Background(), sampler.Config{Process: p, Rule: sampler.UniPC{Order: 3}, Grid: fine}, nil)
	require.NoError(t, err)
	g, err := sampler.Times(p, sampler.Karras{}, 6, true)
	require.NoError(t, err)
	for _, name := range []string{"ddim", "dpm++2m", "unipc-3"} {
		c := sampler.Config{Process: p, Rule: rule(t, name), Grid: g}
		law, err := few.Law(context.Background(), c, nil)
		require.NoError(t, err)
		want := math.Sqrt(law.W2Squared(flow))
		got, se, err := paths.Estimate(context.Background(), c)
		require.NoError(t, err)
		require.InDelta(t, want, got, 6*se, name)
		require.Less(t, se, 0.05*got)
		again, err := paths.Error(context.Background(), c)
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
	require.Less(t, paths.Slack(), 1e-5, "third order and more: what 100 steps err by on a smooth problem")
}

func TestPathsErrors(t *testing.T) {
	p := process(t, "vp")
	for name, c := range map[string]tune.PathsConfig{
		"process": {Model: few},
		"model":   {Process: p},
		"rows":    {Process: p, Model: few, Rows: 1},
		"few":     {Process: p, Model: few, Steps: 10},
		"odd":     {Process: p, Model: few, Steps: 21},
	} {
		_, err := tune.NewPaths(context.Background(), c)
		require.ErrorIs(t, err, tune.ErrConfig, name)
	}
	paths, err := tune.NewPaths(context.Background(), tune.PathsConfig{Process: p, Model: few, Rows: 2, Steps: 20})
	require.NoError(t, err)
	g, err := sampler.Times(p, sampler.Karras{}, 6, true)
	require.NoError(t, err)
	_, err = paths.Error(context.Background(), sampler.Config{Rule: sampler.DDPM{}, Grid: g})
	require.ErrorIs(t, err, tune.ErrConfig)
	_, err = paths.Error(context.Background(), sampler.Config{Grid: g})
	require.ErrorIs(t, err, tune.ErrConfig)
	_, err = tune.NewPaths(context.Background(), tune.PathsConfig{Process: p, Model: fails{few}})
	require.ErrorIs(t, err, sampler.ErrNotFinite)
}

// Tuning on the paths of a mixture: the paths of other starts come closer too.
func TestTunedOnPathsOfMixture(t *testing.T) {
	narrow, err := score.NewIsotropic([]float64{-1, 0}, 0.01)
	require.NoError(t, err)
	wide, err := score.NewIsotropic([]float64{1, 0.5}, 0.09)
	require.NoError(t, err)
	m, err := score.NewMixture([]float64{0.4, 0.6}, []*score.Gaussian{narrow, wide})
	require.NoError(t, err)
	p := process(t, "vp")
	train, err := tune.NewPaths(context.Background(), tune.PathsConfig{Process: p, Model: m, Rows: 300, Seed: 1})
	require.NoError(t, err)
	test, err := tune.NewPaths(context.Background(), tune.PathsConfig{Process: p, Model: m, Rows: 1000, Seed: 2})
	require.NoError(t, err)
	r, err := tune.Grid(context.Background(), tune.Config{Process: p, Rule: sampler.DPMPP2M{}, NFE: 8, Objective: train, Starts: 2, Evaluations: 250})
	require.NoError(t, err)
	tuned, _, err := test.Estimate(context.Background(), sampler.Config{Rule: r.Rule, Grid: r.Grid})
	require.NoError(t, err)
	best := math.Inf(1)
	for _, s := range r.Standard {
		e, err := test.Error(context.Background(), sampler.Config{Rule: r.Rule, Grid: s.Grid})
		require.NoError(t, err)
		best = min(best, e)
	}
	require.Less(t, tuned, best)
}

// The Fréchet distance of samples that follow the data's law has the stated
// expectation. It is a weighted sum of squared normals, of which the widest, the
// mean of the last direction, has 43% of the weight: fifteen times the
// expectation needs (5.9)² of it, a false alarm with probability 1e-8 or so.
func TestMoments(t *testing.T) {
	p := process(t, "vp")
	target, err := few.Gaussian()
	require.NoError(t, err)
	const n = 2000
	m := tune.Moments{Model: few, Data: target, Rows: n, Seed: 3}
	g, err := sampler.Times(p, sampler.UniformLambda{}, 100, true)
	require.NoError(t, err)
	good, err := m.Error(context.Background(), sampler.Config{Process: p, Rule: sampler.DPMPP2M{}, Grid: g})
	require.NoError(t, err)
	var bias float64
	for _, a := range few.Var {
		bias += a / n
		for _, b := range few.Var {
			bias += a * b / (2 * n * (a + b))
		}
	}
	require.Positive(t, good)
	require.Less(t, good*good, 15*bias)
	g, err = sampler.Times(p, sampler.UniformLambda{}, 5, true)
	require.NoError(t, err)
	bad, err := m.Error(context.Background(), sampler.Config{Process: p, Rule: sampler.DDPM{}, Grid: g})
	require.NoError(t, err)
	require.Greater(t, bad, 3*good)
	law, err := few.Law(context.Background(), sampler.Config{Process: p, Rule: sampler.DDPM{}, Grid: g}, nil)
	require.NoError(t, err)
	require.InEpsilon(t, math.Sqrt(law.W2Squared(few)), bad, 0.1, "n = 2000 leaves a few per cent")

	for name, m := range map[string]tune.Moments{
		"model": {Data: target, Rows: 9},
		"data":  {Model: few, Rows: 9},
		"dim":   {Model: exact.Spectrum{Mean: []float64{0}, Var: []float64{1}}, Data: target, Rows: 9},
		"rows":  {Model: few, Data: target, Rows: 1},
	} {
		_, err := m.Error(context.Background(), sampler.Config{Process: p, Rule: sampler.DDPM{}, Grid: g})
		require.ErrorIs(t, err, tune.ErrConfig, name)
	}
}

package score_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// With γ σ more noise on the input than the target knows of, y' = x_0 + σ(ε + γ ε'),
// F is the regression of the target on y': on Gaussian data of variance v along an
// axis, with c_out·target = x_0 − c_skip (x_0 + σ ε),
//
//	∂D/∂y = c_skip + (v − c_skip (v + σ²))/(v + σ²(1+γ²)),
//
// which at γ = 0 is v/(v + σ²): 0.17 instead of 0.42 on the second axis here.
func TestTrainInputNoise(t *testing.T) {
	if raceEnabled {
		t.Skip("a long computation that runs nothing at once but what TestTrainUNetBits does")
	}
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

// A penalty λ s²(∂D/∂y)² makes the slope of the best linear D on Gaussian data of
// variance v the least of E(a y − x_0)² + λ s² a²: v/(v + (1+λ) s²), for λ = 2 at s = 1
// 0.375 and 0.063 instead of 0.643 and 0.167.
func TestTrainPenalty(t *testing.T) {
	if raceEnabled {
		t.Skip("a long computation that runs nothing at once but what TestTrainUNetBits does")
	}
	const lambda = 2.
	v := []float64{1.8, 0.2}
	x := make([]float64, 8000)
	noise.Gaussian{}.Normal(x, 2, noise.Address{Seed: 5, Use: noise.Test})
	for i := range x {
		x[i] *= math.Sqrt(v[i%2])
	}
	n, err := score.Train(context.Background(), x, 2, score.TrainConfig{Hidden: 32, Blocks: 1, Steps: 600, Warm: 50, Batch: 512, Rate: 3e-3,
		EMA: 100, Penalty: lambda, PMean: 1e-9, PStd: 0.2, Seed: 1})
	require.NoError(t, err)
	up, down := make([]float64, 2), make([]float64, 2)
	for i, v := range v {
		e := make([]float64, 2)
		e[i] = 0.5
		require.NoError(t, n.Denoise(up, e, sde.Level{Alpha: 1, Sigma: 1}))
		e[i] = -0.5
		require.NoError(t, n.Denoise(down, e, sde.Level{Alpha: 1, Sigma: 1}))
		// The fit from a finite run, as for TestTrainInputNoise.
		require.InDelta(t, v/(v+1+lambda), up[i]-down[i], 0.04)
	}
}

// Every loss has the same optimum: on Gaussian data all come near the exact
// denoiser in the middle of their levels.
func TestTrainLosses(t *testing.T) {
	if raceEnabled {
		t.Skip("a long computation that runs nothing at once but what TestTrainUNetBits does")
	}
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
			if learn && slices.Contains([]string{"sliced", "implicit"}, loss.Name) {
				continue // refused
			}
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
	if raceEnabled {
		t.Skip("a long computation that runs nothing at once but what TestTrainUNetBits does")
	}
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

package sampler_test

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// From pure noise every rule makes the step of DDIM, whatever it does later, in one
// evaluation; then it goes on as if the run began there.
func TestPureNoise(t *testing.T) {
	p := process(t, "ddpm-zero-snr")
	times := []float64{1, 0.9, 0.7, 0.5, 0.3, 0.1, 0.01}
	g, err := sampler.NewGrid(p, times, true)
	require.NoError(t, err)
	rest, err := sampler.NewGrid(p, times[1:], true)
	require.NoError(t, err)
	l := p.At(0.9)
	for _, e := range sampler.Catalogue {
		if r, ok := e.Rule.(sampler.Restart); ok && r.Intervals != nil {
			continue // its grid must begin above the interval
		}
		m := counter{bend, new(atomic.Int64)}
		c := sampler.Config{Process: p, Model: m, Rule: e.Rule, Grid: g, Start: []float64{0.4, -1, 2}, Source: constant(kick)}
		got := make([]float64, 3)
		stats, err := sampler.Sample(context.Background(), got, c)
		require.NoError(t, err, e.Name)
		require.EqualValues(t, m.calls.Load(), stats.NFE)
		require.Equal(t, stats.NFE, g.Evaluations(e.Rule.Cost()), e.Name)
		want := make([]float64, 3)
		for i, x := range c.Start {
			want[i] = l.Sigma*x/p.At(1).Sigma + l.Alpha*bend.f(x, i, p.At(1))
		}
		c.Start, c.Grid = want, rest
		_, err = sampler.Sample(context.Background(), want, c)
		require.NoError(t, err)
		if _, ok := e.Rule.(sampler.EDMHeun); ok && e.Rule.Cost().Noises > 0 {
			continue // the churn of a step is a share of the number of steps
		}
		require.InDeltaSlice(t, want, got, 1e-13, e.Name)
	}
	for _, s := range []sampler.Spacing{sampler.UniformLambda{}, sampler.Karras{}} {
		_, err := sampler.Times(p, s, 5, true)
		require.ErrorIs(t, err, sampler.ErrGrid)
		require.ErrorContains(t, err, "pure noise")
	}
	for _, s := range []sampler.Spacing{sampler.UniformTime{}, sampler.Quadratic{}, sampler.UniformSigma{}} {
		require.Zero(t, grid(t, p, s, 5, true).Levels(nil)[0].Alpha)
	}
	k, err := sampler.Timesteps{Train: 1000, Convention: sampler.Trailing}.Grid(p, 10)
	require.NoError(t, err)
	require.Zero(t, k.Levels(nil)[0].Alpha)
	_, err = sampler.FromRho(p, []float64{100, 1, 0})
	require.ErrorIs(t, err, sampler.ErrGrid)
}

// Pure noise at the end of a schedule, at last: with D known there, samples of
// N(3, ¼) have its mean, of which plain DDPM's first level, α_T = 0.006, would
// miss nothing worth seeing, but one of α_T = 0.3 does.
func ExampleNewGrid_pureNoise() {
	model, _ := score.NewGaussian([]float64{3}, mat.NewSymDense(1, []float64{0.25}))
	short, _ := sde.FromBetas(sde.LinearBetas(20, 0.005, 0.2))
	for _, p := range []sde.Process{short, sde.ZeroTerminalSNR{Process: short}} {
		grid, err := sampler.Timesteps{Train: 20, Convention: sampler.Trailing}.Grid(p, 20)
		if err != nil {
			fmt.Println(err)
			return
		}
		x := []float64{0} // the middle of the prior, where flow leads to the mean
		_, err = sampler.Sample(context.Background(), x, sampler.Config{Process: p, Model: model, Rule: sampler.DDIM{}, Grid: grid, Start: []float64{0}})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("α = %.2f at the end: mean %.2f\n", grid.Levels(nil)[0].Alpha, x[0])
	}
	// Output:
	// α = 0.33 at the end: mean 2.51
	// α = 0.00 at the end: mean 3.00
}

func normal(t testing.TB) *score.Gaussian {
	t.Helper()
	g, err := score.NewGaussian([]float64{1, -2, 0.5}, mat.NewSymDense(3, []float64{0.5, 0.2, 0, 0.2, 1.5, -0.3, 0, -0.3, 0.8}))
	require.NoError(t, err)
	return g
}

// One and two evaluations of a consistency model: x = G(σ_T z), and
// x = G(G(σ_T z) + noise); a grid of one time is all that the first needs.
func TestConsistencyFormulas(t *testing.T) {
	p, m := process(t, "vp"), normal(t)
	jump := func(x []float64, from, to sde.Level) []float64 {
		dst := make([]float64, len(x))
		require.NoError(t, m.FlowMap(dst, x, from, to))
		return dst
	}
	data := sde.Level{Alpha: 1}
	start := []float64{0.3, -1, 2}
	one, err := sampler.NewGrid(p, []float64{1}, true)
	require.NoError(t, err)
	two, err := sampler.NewGrid(p, []float64{1, 0.4}, true)
	require.NoError(t, err)
	from, to := p.At(1), p.At(0.4)
	for _, gamma := range []float64{0, 0.5, 1} {
		run := func(g sampler.Grid) []float64 {
			x := make([]float64, 3)
			stats, err := sampler.Sample(context.Background(), x, sampler.Config{Process: p, Model: m, Rule: sampler.Consistency{Gamma: gamma}, Grid: g, Start: start, Source: constant(kick)})
			require.NoError(t, err)
			require.Equal(t, g.Steps()+1, stats.NFE)
			return x
		}
		require.InDeltaSlice(t, jump(start, from, data), run(one), 1e-15)
		// Kim et al. in ρ: to √(1−γ²)ρ_s, up by γρ_s z.
		u := sde.Level{Alpha: 1, Sigma: math.Sqrt(1-gamma*gamma) * to.Rho()}
		y := jump(start, from, u)
		for i := range y {
			y[i] = to.Alpha * (y[i] + gamma*to.Rho()*kick)
		}
		require.InDeltaSlice(t, jump(y, to, data), run(two), 1e-13)
	}
	// Without the ability there is no such sampler.
	_, err = sampler.Sample(context.Background(), make([]float64, 3), sampler.Config{Process: p, Model: bend, Rule: sampler.Consistency{}, Grid: two})
	require.ErrorIs(t, err, sampler.ErrModel)
	_, err = sampler.Sample(context.Background(), make([]float64, 3), sampler.Config{Process: p, Model: bend, Rule: sampler.Consistency{}, Grid: one})
	require.ErrorIs(t, err, sampler.ErrModel)
}

// One evaluation of the final denoising is all of a grid of one time, with any rule.
func TestGridOfOneTime(t *testing.T) {
	p := process(t, "vp")
	_, err := sampler.NewGrid(p, []float64{1}, false)
	require.ErrorIs(t, err, sampler.ErrGrid)
	g, err := sampler.NewGrid(p, []float64{1}, true)
	require.NoError(t, err)
	for _, e := range sampler.Catalogue {
		if e.Rule.Cost().Least > 0 {
			continue
		}
		x := []float64{0, 0, 0}
		stats, err := sampler.Sample(context.Background(), x, sampler.Config{Process: p, Model: bend, Rule: e.Rule, Grid: g, Start: []float64{1, 2, 3}})
		require.NoError(t, err, e.Name)
		require.Equal(t, 1, stats.NFE)
		require.Equal(t, bend.f(2, 1, p.At(1)), x[1])
	}
}

// Two evaluations, and the law is the data's but for the prior: α_T = 0.007.
func ExampleConsistency() {
	process, _ := sde.ByName("vp")
	model, _ := score.NewGaussian([]float64{3}, mat.NewSymDense(1, []float64{0.25}))
	grid, _ := sampler.NewGrid(process, []float64{1, 0.3}, true)
	for _, z := range []float64{-1, 0, 1} {
		x := []float64{0}
		c := sampler.Config{Process: process, Model: model, Rule: sampler.Consistency{}, Grid: grid, Start: []float64{z}}
		stats, err := sampler.Sample(context.Background(), x, c)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("NFE %d: %.3f\n", stats.NFE, x[0])
	}
	// Output:
	// NFE 2: 2.490
	// NFE 2: 2.990
	// NFE 2: 3.490
}

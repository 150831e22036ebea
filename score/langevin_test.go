package score_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// Of is the model's own score, and Tweedie's where it has none.
func TestOf(t *testing.T) {
	m := threeBlobs(t)
	x := m.Sample(10, 1)
	at := sde.Level{Alpha: 0.7, Sigma: 1.1}
	want, got := make([]float64, 20), make([]float64, 20)
	require.NoError(t, m.Score(want, x, at))
	require.NoError(t, score.Of(got, m, x, at))
	require.Equal(t, want, got)
	plain := score.FromFunc(2, score.Data, m.Denoise)
	require.NoError(t, score.Of(got, plain, x, at))
	require.InDeltaSlice(t, want, got, 1e-12)
	require.ErrorIs(t, score.Of(got, plain, x, sde.Level{Alpha: 1}), score.ErrLevel)
}

// The unadjusted algorithm's step is affine on a Gaussian: x(1 − h/2v) without noise
// and √h of it, so that its stationary variance is h/(1 − (1 − h/2v)²) = v/(1 − h/4v);
// paths agree within six standard errors, √(2/n) of a variance.
func TestLangevin(t *testing.T) {
	g, err := score.NewIsotropic([]float64{0}, 0.8)
	require.NoError(t, err)
	at := sde.Level{Alpha: 1, Sigma: math.Sqrt(0.2)} // v = 1
	const h, n = 0.6, 20000
	step := func(source noise.Source, x float64) float64 {
		r, err := sde.Solve(context.Background(), stochastic.EulerMaruyama{}, score.Langevin(g, at), 0, h, []float64{x}, sde.Config{Steps: 1, Source: source})
		require.NoError(t, err)
		return r.Y[0]
	}
	require.InDelta(t, 2*(1-h/2), step(noise.Zero{}, 2), 1e-15)
	require.InDelta(t, math.Sqrt(h), step(noise.Impulse{At: noise.Address{Use: noise.Path}}, 0), 1e-15)
	r, err := sde.Solve(context.Background(), stochastic.EulerMaruyama{}, score.Langevin(g, at), 0, 40*h, make([]float64, n), sde.Config{Steps: 40})
	require.NoError(t, err)
	require.InEpsilon(t, 1/(1-h/4), stat.PopVariance(r.Y, nil), 6*math.Sqrt(2.0/n))
}

// The law of annealed Langevin on a Gaussian by its recursion of variances, and without
// noise the product of its factors.
func TestAnneal(t *testing.T) {
	const v, n = 0.5, 20000
	g, err := score.NewIsotropic([]float64{0}, v)
	require.NoError(t, err)
	c := score.Annealing{Steps: 60, Step: 0.4}
	for _, s := range []float64{3, 1, 0.3, 0.1} {
		c.Levels = append(c.Levels, sde.Level{Alpha: 1 / math.Hypot(1, s), Sigma: s / math.Hypot(1, s)})
	}
	variance := c.Levels[0].Sigma * c.Levels[0].Sigma
	for i, l := range c.Levels {
		if i > 0 {
			scale := l.Alpha / c.Levels[i-1].Alpha
			variance *= scale * scale
		}
		marginal, h := l.Alpha*l.Alpha*v+l.Sigma*l.Sigma, c.Step*l.Sigma*l.Sigma
		for range c.Steps {
			keep := 1 - 0.5*h/marginal
			variance = keep*keep*variance + h
		}
	}
	last := c.Levels[len(c.Levels)-1]
	shrink := last.Alpha * v / (last.Alpha*last.Alpha*v + last.Sigma*last.Sigma)
	variance *= shrink * shrink
	x := make([]float64, n)
	require.NoError(t, score.Anneal(context.Background(), x, g, c))
	require.InEpsilon(t, variance, stat.PopVariance(x, nil), 6*math.Sqrt(2.0/n))
	require.InEpsilon(t, v, variance, 0.2) // near the data's

	for _, bad := range []score.Annealing{
		{}, {Levels: c.Levels, Step: 0.1}, {Levels: c.Levels, Steps: 1}, {Levels: c.Levels, Steps: 1, Step: math.Inf(1)},
	} {
		require.ErrorIs(t, score.Anneal(context.Background(), x, g, bad), score.ErrConfig)
	}
	for _, levels := range [][]sde.Level{{{Alpha: 1}}, {{Sigma: 1}}, {{Alpha: 1, Sigma: math.NaN()}}, {last, c.Levels[0]}} {
		require.ErrorIs(t, score.Anneal(context.Background(), x, g, score.Annealing{Levels: levels, Steps: 1, Step: 0.1}), score.ErrLevel)
	}
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, score.Anneal(stopped, x, g, c), context.Canceled)
}

// Langevin's algorithm with a step of 1 on N(0, 1) has a variance of 4/3.
func ExampleLangevin() {
	g, _ := score.NewIsotropic([]float64{0}, 1)
	r, err := sde.Solve(context.Background(), stochastic.EulerMaruyama{}, score.Langevin(g, sde.Level{Alpha: 1}), 0, 30, make([]float64, 100_000), sde.Config{Steps: 30})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f\n", stat.Variance(r.Y, nil))
	// Output: 1.33
}

// Two atoms, found from noise.
func ExampleAnneal() {
	atoms, _ := score.NewEmpirical([]float64{-1, 1}, 1)
	c := score.Annealing{Steps: 20, Step: 0.2}
	for _, s := range []float64{3, 1, 0.5, 0.25, 0.1} {
		c.Levels = append(c.Levels, sde.Level{Alpha: 1, Sigma: s})
	}
	x := make([]float64, 1000)
	if err := score.Anneal(context.Background(), x, atoms, c); err != nil {
		fmt.Println(err)
		return
	}
	far := 0
	for _, v := range x {
		if math.Abs(math.Abs(v)-1) > 1e-6 {
			far++
		}
	}
	fmt.Printf("%d of %d are not at an atom\n", far, len(x))
	// Output: 0 of 1000 are not at an atom
}

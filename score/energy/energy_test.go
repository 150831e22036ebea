package energy_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/energy"
	"github.com/ito-sde/ito/score/flow"
	"github.com/ito-sde/ito/sde"
)

var background = context.Background()

func isotropic(t testing.TB, x, y, v float64) *score.Gaussian {
	g, err := score.NewIsotropic([]float64{x, y}, v)
	require.NoError(t, err)
	return g
}

// truth are two clusters in the plane, weights 0.3 and 0.7.
func truth(t testing.TB) *score.Mixture {
	m, err := score.NewMixture([]float64{0.3, 0.7}, []*score.Gaussian{isotropic(t, 2, 5, 0.2), isotropic(t, 5, 4, 0.4)})
	require.NoError(t, err)
	return m
}

// rough is a network of few steps, whose derivatives are as exact as any.
func rough(t testing.TB) *energy.Network {
	n, err := energy.Train(background, truth(t).Sample(500, 1), 2, energy.Config{Hidden: 16, Steps: 60, Batch: 64})
	require.NoError(t, err)
	return n
}

// σ²∇ ln p̂ = αD − x: the denoiser is the gradient of the energy; its derivative is that of
// the denoiser and symmetric. By central differences, at several levels of two kinds.
func TestDerivatives(t *testing.T) {
	n := rough(t)
	x := truth(t).Sample(70, 2) // more than a tile
	for _, at := range []sde.Level{{Alpha: 1, Sigma: 0.3}, {Alpha: 0.6, Sigma: 0.8}, {Alpha: 1, Sigma: 20}, {Alpha: 0.1, Sigma: 1}} {
		d, v, along := make([]float64, 140), make([]float64, 140), make([]float64, 140)
		require.NoError(t, n.Denoise(d, x, at))
		for i := range v {
			v[i] = math.Sin(float64(3 * i))
		}
		require.NoError(t, n.JVPDenoise(along, x, v, at))
		const h = 1e-4
		up, down := make([]float64, 140), make([]float64, 140)
		moved := make([]float64, 140)
		floats.AddScaledTo(moved, x, h, v)
		require.NoError(t, n.Denoise(up, moved, at))
		eUp, eDown := make([]float64, 70), make([]float64, 70)
		require.NoError(t, n.Energy(eUp, moved, at))
		floats.AddScaledTo(moved, x, -h, v)
		require.NoError(t, n.Denoise(down, moved, at))
		require.NoError(t, n.Energy(eDown, moved, at))
		for i := range up {
			require.InDelta(t, (up[i]-down[i])/(2*h), along[i], 1e-5)
		}
		for i := range eUp {
			var slope float64
			for j := 2 * i; j < 2*i+2; j++ {
				slope += v[j] * (at.Alpha*d[j] - x[j]) / (at.Sigma * at.Sigma)
			}
			require.InDelta(t, slope, (eUp[i]-eDown[i])/(2*h), 1e-5*(1+math.Abs(slope)))
		}
		// a·(∂D b) = b·(∂D a).
		other, back := make([]float64, 140), make([]float64, 140)
		for i := range other {
			other[i] = math.Cos(float64(5 * i))
		}
		require.NoError(t, n.VJPDenoise(back, x, other, at))
		require.InDelta(t, floats.Dot(other, along), floats.Dot(v, back), 1e-10)
	}
}

// A row is the same bits alone and in company; without noise D is x/α, without data near
// the mean.
func TestRowsAndEnds(t *testing.T) {
	n := rough(t)
	x := truth(t).Sample(130, 2)
	all, one := make([]float64, 260), make([]float64, 2)
	at := sde.Level{Alpha: 0.8, Sigma: 0.6}
	require.NoError(t, n.Denoise(all, x, at))
	for _, i := range []int{0, 63, 64, 129} {
		require.NoError(t, n.Denoise(one, x[2*i:][:2], at))
		require.Equal(t, all[2*i:][:2], one)
	}
	require.NoError(t, n.Denoise(one, x[:2], sde.Level{Alpha: 0.5}))
	require.Equal(t, []float64{2 * x[0], 2 * x[1]}, one)
	require.NoError(t, n.JVPDenoise(one, x[:2], x[2:4], sde.Level{Alpha: 0.5}))
	require.Equal(t, []float64{2 * x[2], 2 * x[3]}, one)
	require.NoError(t, n.Denoise(one, []float64{0.1, -0.2}, sde.Level{Sigma: 1}))
	require.InDelta(t, 4.1, one[0], 1.5)
	if !raceEnabled { // the detector empties pools at random
		require.Zero(t, testing.AllocsPerRun(10, func() { _ = n.Denoise(one, x[:2], at) }))
	}

	require.ErrorIs(t, n.Energy(one[:1], x[:2], sde.Level{Alpha: 1}), score.ErrLevel)
	require.ErrorIs(t, n.Denoise(one, x[:2], sde.Level{}), score.ErrLevel)
	require.ErrorIs(t, n.Denoise(one, x[:2], sde.Level{Alpha: math.NaN(), Sigma: 1}), score.ErrLevel)
	require.Panics(t, func() { _ = n.Denoise(one, x[:4], at) })
	require.Panics(t, func() { _ = n.Energy(one, x[:2], at) })
	require.Panics(t, func() { _ = n.JVPDenoise(one, x[:2], x[:4], at) })
}

// trained is good enough to be judged by what is known of the data.
func trained(t testing.TB) *energy.Network {
	n, err := energy.Train(background, truth(t).Sample(20_000, 1), 2, energy.Config{Hidden: 48, Steps: 2000, Batch: 128, Seed: 1})
	require.NoError(t, err)
	return n
}

// Energies are log densities but for a constant at every level, samples of annealed
// Langevin dynamics have the clusters' weights, and the flow's likelihood, with the exact
// trace of the symmetric Jacobian, is the density.
func TestTrained(t *testing.T) {
	if raceEnabled {
		t.Skip("takes a minute under the race detector; TestTrain has the same goroutines")
	}
	n, m := trained(t), truth(t)
	const rows = 400
	x := m.Sample(rows, 9)
	for _, sigma := range []float64{0.2, 0.6, 2} {
		at := sde.Level{Alpha: 1, Sigma: sigma}
		noised := append([]float64(nil), x...)
		for i := range noised {
			noised[i] += sigma * math.Sin(float64(i*i)) * math.Sqrt2
		}
		want, got := make([]float64, rows), make([]float64, rows)
		require.NoError(t, m.LogDensity(want, noised, at))
		require.NoError(t, n.Energy(got, noised, at))
		floats.Sub(got, want)
		_, off := stat.MeanStdDev(got, nil)
		_, spread := stat.MeanStdDev(want, nil)
		t.Logf("σ = %v: ln p̂ − ln p varies by %.3f, ln p by %.2f", sigma, off, spread)
		require.Less(t, off, 0.2*spread)
	}
	// 10 levels from 12 to 0.1.
	var levels []sde.Level
	for i := range 10 {
		levels = append(levels, sde.Level{Alpha: 1, Sigma: 12 * math.Pow(0.1/12, float64(i)/9)})
	}
	samples := make([]float64, 2*2000)
	require.NoError(t, score.Anneal(background, samples, n, score.Annealing{Levels: levels, Steps: 20, Step: 0.3, Seed: 4}))
	first, mean := 0.0, 0.0
	for i := 0; i < len(samples); i += 2 {
		if samples[i] < 3.4 {
			first += 1. / 2000
			mean += samples[i+1] / 2000
		}
	}
	require.InDelta(t, 0.3, first, 0.1) // statistical error 0.01; the rest is the network's
	require.InDelta(t, 5, mean/first, 0.15)

	l, err := flow.LogLikelihood(background, sde.EDM{SigmaMin: 0.1, SigmaMax: 20}, n, x[:40], flow.Config{Solve: ode.Config{RTol: 1e-4, ATol: 1e-4}})
	require.NoError(t, err)
	want := make([]float64, 20)
	require.NoError(t, m.LogDensity(want, x[:40], sde.Level{Alpha: 1, Sigma: 0.1}))
	require.InDelta(t, floats.Sum(want)/20, floats.Sum(l.LogDensity)/20, 0.2)
}

// The same bits for any number of workers; the loss falls; progress is told.
func TestTrain(t *testing.T) {
	x := truth(t).Sample(300, 1)
	var losses []float64
	c := energy.Config{Hidden: 8, Steps: 200, Batch: 200, Workers: 1, Observer: func(s energy.Step) {
		require.Equal(t, 200, s.Steps)
		require.Equal(t, len(losses)+1, s.Step)
		losses = append(losses, s.Loss)
	}}
	at := sde.Level{Alpha: 1, Sigma: 0.5}
	a, b := make([]float64, len(x)), make([]float64, len(x))
	one, err := energy.Train(background, x, 2, c)
	require.NoError(t, err)
	require.NoError(t, one.Denoise(a, x, at))
	require.Len(t, losses, 200)
	require.Less(t, stat.Mean(losses[100:], nil), 0.97*stat.Mean(losses[:10], nil))
	c.Workers, c.Observer = 3, nil
	two, err := energy.Train(background, x, 2, c)
	require.NoError(t, err)
	require.NoError(t, two.Denoise(b, x, at))
	require.Equal(t, a, b)
	c.Seed = 1
	other, err := energy.Train(background, x, 2, c)
	require.NoError(t, err)
	require.NoError(t, other.Denoise(b, x, at))
	require.NotEqual(t, a, b)
}

func TestTrainErrors(t *testing.T) {
	x := []float64{1, 2, 3, 4}
	for _, c := range []energy.Config{{Hidden: -1}, {Layers: -1}, {Steps: -1}, {Batch: -1}, {EMA: -1}, {Rate: math.NaN()}, {PStd: -1}, {PMean: math.Inf(1)}, {Hidden: 1 << 20}} {
		_, err := energy.Train(background, x, 2, c)
		require.ErrorIs(t, err, score.ErrConfig)
	}
	_, err := energy.Train(background, x, 3, energy.Config{})
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = energy.Train(background, []float64{1, 2}, 2, energy.Config{})
	require.ErrorIs(t, err, score.ErrSamples)
	_, err = energy.Train(background, []float64{1, 2, 1, 2}, 2, energy.Config{})
	require.ErrorIs(t, err, score.ErrSamples)
	_, err = energy.Train(background, []float64{1, math.Inf(1)}, 1, energy.Config{})
	require.ErrorIs(t, err, score.ErrNotFinite)
	_, err = energy.Train(background, x, 2, energy.Config{Rate: 1e35, Steps: 50, Layers: 5})
	require.ErrorIs(t, err, score.ErrTraining)
	done, cancel := context.WithCancel(background)
	cancel()
	_, err = energy.Train(done, x, 2, energy.Config{})
	require.ErrorIs(t, err, context.Canceled)
}

// Which of two points is likelier, without a normalised density.
func ExampleTrain() {
	g, _ := score.NewIsotropic([]float64{3}, 0.25)
	n, err := energy.Train(context.Background(), g.Sample(2000, 1), 1, energy.Config{Hidden: 16, Steps: 300, Batch: 64})
	if err != nil {
		fmt.Println(err)
		return
	}
	e := make([]float64, 2)
	if err := n.Energy(e, []float64{3.1, 4.5}, sde.Level{Alpha: 1, Sigma: 0.5}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e[0] > e[1])
	// Output: true
}

package guidance_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/guidance"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// Gradients go through a network as through an exact model: one trained on a
// correlated Gaussian, told one coordinate, gives the mean of the other that the
// posterior has, from which replacement is far.
func TestObservationsThroughANetwork(t *testing.T) {
	if testing.Short() {
		t.Skip("trains a network")
	}
	const n = 2000
	ctx := context.Background()
	prior, err := score.NewGaussian([]float64{0, 0}, mat.NewSymDense(2, []float64{1, 0.9, 0.9, 1}))
	require.NoError(t, err)
	net, err := score.Train(ctx, prior.Sample(4000, 1), 2, score.TrainConfig{Hidden: 32, Blocks: 1, Batch: 256, Steps: 800, Seed: 1})
	require.NoError(t, err)
	o, err := score.ObserveCoordinates([]float64{1, 0}, []bool{true, false}, 0.3)
	require.NoError(t, err)
	exact, _, err := prior.Posterior(o)
	require.NoError(t, err)
	p := sde.VP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-3}
	grid, err := sampler.Times(p, sampler.UniformLambda{}, 40, true)
	require.NoError(t, err)
	mean := func(m score.Model, err error) float64 {
		require.NoError(t, err)
		x := make([]float64, 2*n)
		_, err = sampler.Sample(ctx, x, sampler.Config{Process: p, Model: m, Rule: sampler.SDEDPMPP{Steps: 2}, Grid: grid, Seed: 2})
		require.NoError(t, err)
		var sum float64
		for i := 1; i < len(x); i += 2 {
			sum += x[i] / n
		}
		return sum
	}
	// A deviation of 0.5/√2000 = 0.011 of the mean, the pseudoinverse's own error on
	// correlated data, and what 800 steps of training leave.
	want := exact.Mean()[1]
	require.InDelta(t, want, mean(guidance.PseudoInverse(net, o, 1)), 0.12)
	require.Greater(t, want-mean(guidance.Replace(net, o)), 0.15)

	// Moment matching, where the network's Jacobian is good enough for it: nearer to
	// the posterior's denoiser than the network is without the observation.
	moments, err := guidance.MomentMatching(net, o)
	require.NoError(t, err)
	for _, at := range []sde.Level{{Alpha: 0.95, Sigma: 0.3}, {Alpha: 0.8, Sigma: 0.6}} {
		x := exact.Sample(500, 3)
		floats.Scale(at.Alpha, x)
		floats.AddScaled(x, at.Sigma, normals(4, len(x)))
		right := denoise(t, exact, x, at)
		guided, plain := floats.Distance(right, denoise(t, moments, x, at), 2), floats.Distance(right, denoise(t, net, x, at), 2)
		require.Less(t, guided, 0.3*plain, "%v", at)
	}
}

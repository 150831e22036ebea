package latent_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/latent"
)

// Three clusters of votes, equal for all capsules, are found from shares that lean the
// right way, to the means and variances of their rows; a fourth capsule gets none.
func TestRouteClusters(t *testing.T) {
	x := normals(60, 3)
	start := make([]float64, 0, 120)
	var mean, square [3]float64
	for i := range x {
		x[i] += float64(i%3) * 20
		lean := []float64{0.1, 0.1, 0.1, 0}
		lean[i%3] = 0.8
		start = append(start, lean...)
		mean[i%3] += x[i] / 20
	}
	for i, v := range x {
		square[i%3] += (v - mean[i%3]) * (v - mean[i%3]) / 20
	}
	p, err := latent.Route(latent.SameVotes(x, 1, 4, start), latent.RoutingConfig{Iterations: 10, Lambda: 0.01, BetaA: 1, BetaU: 1})
	require.NoError(t, err)
	for j := range 3 {
		require.InDelta(t, mean[j], p.Pose[j], 1e-9)
		require.InDelta(t, square[j], p.Variance[j], 1e-8)
		cost := (1 + 0.5*math.Log(p.Variance[j])) * 20
		require.InDelta(t, cost, p.Cost[j], 1e-6)
		require.InDelta(t, 1/(1+math.Exp(-0.01*(1-cost))), p.Activation[j], 1e-8)
	}
	require.Zero(t, p.Activation[3])
}

// The cost of a capsule is the description length of its votes: −Σ_i R_ij ln p_ij with
// BetaU = ½ + ½ ln 2π, whatever votes, activations and shares. And the steps are those
// of the procedure, done by hand for two inputs.
func TestRouteIsProcedure1(t *testing.T) {
	v := latent.Votes{Inputs: 7, Capsules: 3, Dim: 2, Values: normals(42, 5), Activation: []float64{1, 0.5, 0.2, 0.9, 1, 0, 0.7}}
	c := latent.RoutingConfig{Iterations: 4, BetaU: 0.5 + 0.5*math.Log(2*math.Pi), BetaA: 0.3, Lambda: 0.4, Floor: 1e-12}
	p, err := latent.Route(v, c)
	require.NoError(t, err)
	for j := range 3 {
		var length float64
		for i := range 7 {
			for h := range 2 {
				d, s := v.Values[(i*3+j)*2+h]-p.Pose[j*2+h], p.Variance[j*2+h]
				length += v.Activation[i] * p.Share[i*3+j] * 0.5 * (d*d/s + math.Log(2*math.Pi*s))
			}
		}
		require.InDelta(t, length, p.Cost[j], 1e-9)
	}
	for i := range 7 {
		require.InDelta(t, 1, floats.Sum(p.Share[3*i:][:3]), 1e-14)
	}

	// Two inputs with equal shares: mean and half the squared distance; then shares by
	// Bayes with the activations for weights.
	two := latent.Votes{Inputs: 2, Capsules: 2, Dim: 1, Values: []float64{0, 5, 2, 6}}
	c = latent.RoutingConfig{Iterations: 1, Lambda: 1, BetaU: 0.1, BetaA: 0.2}
	one, err := latent.Route(two, c)
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{1, 5.5}, one.Pose, 1e-15)
	require.InDeltaSlice(t, []float64{1, 0.25}, one.Variance, 1e-8)
	cost := []float64{0.1, 0.1 + math.Log(0.5)}
	a := []float64{1 / (1 + math.Exp(-0.1)), 1 / (1 + math.Exp(-0.2+cost[1]))}
	require.InDeltaSlice(t, a, one.Activation, 1e-8)
	c.Iterations = 2
	second, err := latent.Route(two, c)
	require.NoError(t, err)
	// Both votes are one standard deviation off: p = φ(1) and 2φ(1).
	require.InDelta(t, a[0]/(a[0]+2*a[1]), second.Share[0], 1e-8)
}

// Sharp routing is Lloyd's algorithm: a codebook at rest stays; soft routing is EM with
// equal weights and a fixed variance, whose likelihood never falls.
func TestRouteMeans(t *testing.T) {
	x := normals(80, 9)
	b, err := score.Quantise(background, x, 2, 3, score.QuantiseConfig{Restarts: 3})
	require.NoError(t, err)
	codes, start := make([]int, 40), make([]float64, 120)
	b.Encode(codes, x)
	for i, j := range codes {
		start[3*i+j] = 1
	}
	p, err := latent.RouteMeans(latent.SameVotes(x, 2, 3, start), math.Inf(1), 5)
	require.NoError(t, err)
	require.InDeltaSlice(t, b.Atoms(), p.Pose, 1e-12)
	require.InDeltaSlice(t, b.Weights(), p.Activation, 1e-12)

	for i := range start {
		start[i] = 0.2 + 0.4*start[i]
	}
	last := math.Inf(-1)
	for iterations := 1; iterations < 12; iterations++ {
		p, err := latent.RouteMeans(latent.SameVotes(x, 2, 3, start), 4, iterations)
		require.NoError(t, err)
		var likelihood float64
		for i := range 40 {
			var sum float64
			for j := range 3 {
				d := floats.Distance(x[2*i:][:2], p.Pose[2*j:][:2], 2)
				sum += math.Exp(-2 * d * d)
			}
			likelihood += math.Log(sum)
		}
		require.GreaterOrEqual(t, likelihood, last-1e-12)
		last = likelihood
	}
}

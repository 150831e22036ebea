package variational_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/score/variational"
	"github.com/ito-sde/ito/sde"
)

// Data of two values ±1, each with probability ½: the true denoiser is tanh, and the bound
// of ln P tends to ln 2 as the levels span all noise. Without noise the decoder is sure.
func TestDiscreteDecoder(t *testing.T) {
	m, err := score.NewEmpirical([]float64{-1, 1}, 1)
	require.NoError(t, err)
	x := make([]float64, 20_000)
	for i := range x {
		x[i] = float64(i%2*2 - 1)
	}
	p := sde.EDM{SigmaMin: 0.1, SigmaMax: 100}
	c := variational.Continuous{From: p.At(100), To: p.At(0.1), Values: []float64{-1, 1}}
	b, err := c.Bound(background, m, x, matching.Config{Seed: 1})
	require.NoError(t, err)
	require.InDelta(t, math.Ln2, b.Total.Value, 6*b.Total.Error+1e-4)
	require.InDelta(t, 0, b.Decoder, 1e-12) // 10 deviations apart
	// At ρ = 1: E ln(1 + e^(−2y)) over y ~ N(1, 1).
	c.To = p.At(1)
	b, err = c.Bound(background, m, x, matching.Config{Seed: 1})
	require.NoError(t, err)
	want := quad.Fixed(func(y float64) float64 {
		return distuv.Normal{Mu: 1, Sigma: 1}.Prob(y) * math.Log1p(math.Exp(-2*y))
	}, -8, 10, 200, nil, 0)
	require.InDelta(t, want, b.Decoder, 0.02)                         // sd 0.45 of 20 000 rows: six errors
	require.InDelta(t, math.Ln2, b.Total.Value, 6*b.Total.Error+1e-4) // exact too: the posterior of ±1
	steps := variational.Hierarchy{Levels: []sde.Level{p.At(100), p.At(3), p.At(1), p.At(0.1)}, Values: []float64{-1, 1}}
	d, err := steps.Bound(background, m, x, matching.Config{Seed: 1})
	require.NoError(t, err)
	require.Greater(t, d.Total.Value, math.Ln2)

	_, err = c.Bound(background, m, []float64{0.5}, matching.Config{})
	require.ErrorIs(t, err, score.ErrConfig)
	require.ErrorContains(t, err, "row 0, column 0 is 0.5")
	for _, values := range [][]float64{{1}, {1, 1}, {0, math.NaN()}, {}} {
		c.Values = values
		_, err = c.Bound(background, m, x, matching.Config{})
		require.ErrorIs(t, err, score.ErrConfig)
	}
}

func TestContinuousErrors(t *testing.T) {
	g, err := score.NewIsotropic([]float64{0}, 1)
	require.NoError(t, err)
	a, b := sde.Level{Alpha: 1, Sigma: 10}, sde.Level{Alpha: 1, Sigma: 0.1}
	x := []float64{1, 2}
	for _, c := range []variational.Continuous{{}, {From: b, To: a}, {From: a, To: a}, {From: a, To: sde.Level{Alpha: 1}}, {From: sde.Level{Sigma: 1}, To: b}} {
		_, err = c.Bound(background, g, x, matching.Config{})
		require.ErrorIs(t, err, score.ErrLevel)
	}
	for _, c := range []variational.Continuous{{From: a, To: b, Nodes: -1}, {From: a, To: b, Prior: -1}, {From: a, To: b, Prior: math.NaN()}} {
		_, err = c.Bound(background, g, x, matching.Config{})
		require.ErrorIs(t, err, score.ErrConfig)
	}
	_, err = variational.Continuous{From: a, To: b}.Bound(background, g, nil, matching.Config{})
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = variational.Continuous{From: a, To: b}.Bound(background, g, []float64{math.Inf(1)}, matching.Config{})
	require.ErrorIs(t, err, score.ErrNotFinite)
	_, err = variational.Hierarchy{Levels: []sde.Level{a, {Alpha: 1}}, Forward: true, Values: x}.Bound(background, g, x, matching.Config{})
	require.ErrorIs(t, err, score.ErrLevel)
}

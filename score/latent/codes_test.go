package latent_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/divergence/transport"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/latent"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// pairs are rows of four numbers: two points of the plane, each in one of three clusters,
// the second that after the first.
func pairs(t testing.TB, rows int) []float64 {
	centres := [][2]float64{{0, 0}, {4, 0}, {0, 4}}
	g, err := score.NewIsotropic(make([]float64, 4), 0.04)
	require.NoError(t, err)
	x := g.Sample(rows, 3)
	for i := range rows {
		for p := range 2 {
			for j := range 2 {
				x[4*i+2*p+j] += centres[(i+p)%3][j]
			}
		}
	}
	return x
}

// The mean square error of rounding is the distortion, and the square of the exact W2
// distance between the data and the rounded data: no other law on the atoms is nearer.
func TestCodesDistortion(t *testing.T) {
	const rows = 150
	x := pairs(t, rows)
	for _, parts := range []int{1, 2, 4} {
		e, err := latent.FitCodes(background, x, 4, parts, 3, score.QuantiseConfig{Restarts: 3})
		require.NoError(t, err)
		require.Equal(t, parts, e.Parts())
		rounded := slices.Clone(x)
		e.Round(rounded)
		var square float64
		for i, v := range x {
			square += (v - rounded[i]) * (v - rounded[i]) / rows
		}
		require.InDelta(t, e.Distortion(), square, 1e-12)
		w, err := transport.Exact(background, x, rounded, 4, transport.Slices{})
		require.NoError(t, err)
		require.InDelta(t, e.Distortion(), w.Value*w.Value, 1e-9)
		// Codes and rows stand for each other.
		codes, again := make([]int, rows*parts), make([]int, rows*parts)
		e.Encode(codes, x)
		e.Encode(again, rounded)
		require.Equal(t, codes, again)
		back := make([]float64, len(x))
		e.Decode(back, codes)
		require.Equal(t, rounded, back)
	}
}

// By the exact score of the rounded data samples are rows of it, codes that go together
// among them; a mixture with the covariances of a fit is rounded to the same.
func TestCodesDiffusion(t *testing.T) {
	const rows = 90
	x := pairs(t, rows)
	e, err := latent.FitCodes(background, x, 4, 2, 3, score.QuantiseConfig{Restarts: 3})
	require.NoError(t, err)
	e.Round(x)
	codes := make([]int, 2*rows)
	e.Encode(codes, x)
	known := map[[2]int]bool{}
	for i := range rows {
		known[[2]int{codes[2*i], codes[2*i+1]}] = true
	}
	require.Len(t, known, 3)
	exact, err := score.NewEmpirical(x, 4)
	require.NoError(t, err)
	fit, _, err := score.FitMixture(background, x, 4, 3, score.EMConfig{Restarts: 4})
	require.NoError(t, err)
	p, err := sde.ByName("vp")
	require.NoError(t, err)
	grid, err := sampler.Times(p, sampler.UniformLambda{}, 30, true)
	require.NoError(t, err)
	for _, m := range []score.Model{exact, fit} {
		samples := make([]float64, 4*600)
		_, err = e.Sample(background, samples, sampler.Config{Process: p, Model: m, Rule: sampler.DDIM{}, Grid: grid, Seed: 2})
		require.NoError(t, err)
		drawn := make([]int, 2*600)
		e.Encode(drawn, samples)
		count := map[[2]int]int{}
		for i := range 600 {
			count[[2]int{drawn[2*i], drawn[2*i+1]}]++
		}
		for pair, n := range count {
			require.True(t, known[pair], "%v", pair)
			// A third each: six deviations of √(600·2/9).
			require.InDelta(t, 200, n, 6*math.Sqrt(600*2./9)+10)
		}
		require.Len(t, count, 3)
	}
}

func TestCodesErrors(t *testing.T) {
	x := pairs(t, 10)
	for _, parts := range []int{0, 3, -1} {
		_, err := latent.FitCodes(background, x, 4, parts, 2, score.QuantiseConfig{})
		require.ErrorIs(t, err, score.ErrDimension)
	}
	_, err := latent.FitCodes(background, x[:39], 4, 2, 2, score.QuantiseConfig{})
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = latent.FitCodes(background, x, 4, 2, 11, score.QuantiseConfig{})
	require.ErrorIs(t, err, score.ErrSamples)
	require.ErrorContains(t, err, "part 0")
	bad := slices.Clone(x)
	bad[3] = math.NaN()
	_, err = latent.FitCodes(background, bad, 4, 2, 2, score.QuantiseConfig{})
	require.ErrorIs(t, err, score.ErrNotFinite)
	require.ErrorContains(t, err, "part 1")
	e, err := latent.FitCodes(background, x, 4, 2, 2, score.QuantiseConfig{})
	require.NoError(t, err)
	require.Panics(t, func() { e.Encode(make([]int, 19), x) })
	require.Panics(t, func() { e.Decode(x, make([]int, 19)) })
	require.Panics(t, func() { e.Decode(x[:4], []int{0, 2}) })
	m, err := score.NewIsotropic([]float64{0}, 1)
	require.NoError(t, err)
	_, err = e.Sample(background, x, sampler.Config{Model: m})
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = e.Sample(background, x[:3], sampler.Config{})
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = e.Sample(background, x, sampler.Config{})
	require.Error(t, err)
}

// Two halves of a row, each to the nearer of its two atoms.
func ExampleFitCodes() {
	x := []float64{0, 10, 0, 20, 2, 10, 2, 20}
	e, err := latent.FitCodes(context.Background(), x, 2, 2, 2, score.QuantiseConfig{Restarts: 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	y := []float64{1.8, 14}
	e.Round(y)
	fmt.Println(y, e.Distortion())
	// Output: [2 10] 0
}

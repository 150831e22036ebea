package matching_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/sde"
)

// silent is the model that predicts no noise, D = x/α.
func silent(dim int) score.Model {
	return score.FromFunc(dim, score.Data, func(dst, x []float64, at sde.Level) error {
		floats.ScaleTo(dst, 1/at.Alpha, x)
		return nil
	})
}

// Pooling divides the variance of noise by s²; a prediction that is smooth keeps its
// size; and the loss at s = 1 is the denoising one in its units.
func TestPooled(t *testing.T) {
	const side, n = 8, 2000
	at := sde.Level{Alpha: 0.7, Sigma: 0.5}
	x := make([]float64, n*side*side*2)
	factors := []int{1, 2, 4, 8}
	losses, err := matching.Pooled(background, silent(side*side*2), x, at, side, factors, matching.Config{Seed: 2})
	require.NoError(t, err)
	for i, s := range factors {
		require.InDelta(t, 1/float64(s*s), losses[i].Value, 6*losses[i].Error)
		require.Less(t, losses[i].Error, 0.05/float64(s*s))
	}
	// Off by a constant 0.3 in each pixel, without noise: (0.3 α/σ)² at every scale.
	off := score.FromFunc(side*side*2, score.Data, func(dst, _ []float64, _ sde.Level) error {
		for i := range dst {
			dst[i] = 0.3
		}
		return nil
	})
	losses, err = matching.Pooled(background, off, x, at, side, factors, matching.Config{})
	require.NoError(t, err)
	for _, l := range losses {
		require.InDelta(t, 0.42*0.42, l.Value, 1e-12)
	}
	g := isotropic(t, 0.6, make([]float64, 4)...)
	y := g.Sample(100, 4)
	l, err := matching.Pooled(background, g, y, at, 2, []int{1}, matching.Config{Seed: 3})
	require.NoError(t, err)
	d, err := matching.Denoising(background, g, y, at, matching.Config{Seed: 3})
	require.NoError(t, err)
	require.InDelta(t, d.Value*at.Sigma*at.Sigma/4, l[0].Value, 1e-12)

	for _, side := range []int{0, 3} {
		_, err = matching.Pooled(background, g, y, at, side, nil, matching.Config{})
		require.ErrorIs(t, err, score.ErrDimension)
	}
	_, err = matching.Pooled(background, g, y, at, 2, []int{3}, matching.Config{})
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = matching.Pooled(background, g, y, sde.Level{Alpha: 1}, 2, []int{1}, matching.Config{})
	require.ErrorIs(t, err, score.ErrLevel)
	_, err = matching.Pooled(background, g, []float64{1}, at, 2, []int{1}, matching.Config{})
	require.ErrorIs(t, err, score.ErrDimension)
}

// Noise of pictures of 4×4 pixels that are seen at half and at a quarter of the
// resolution: a quarter and a sixteenth of the variance.
func ExamplePooled() {
	x := make([]float64, 16*20_000)
	l, err := matching.Pooled(context.Background(), silent(16), x, sde.Level{Alpha: 0.6, Sigma: 0.8}, 4, []int{1, 2, 4}, matching.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f %.3f %.3f\n", l[0].Value, l[1].Value, l[2].Value)
	// Output: 1.00 0.250 0.063
}

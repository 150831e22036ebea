package guidance_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/guidance"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// Replacement of one of two correlated coordinates: the other's mean by the
// reverse SDE, in closed form; and making steps again brings it nearer to c y.
func TestInconsistencyOfReplacement(t *testing.T) {
	const y = 1.0
	second := func(l *divergence.Gaussian) []float64 {
		return []float64{l.Mean(nil)[1], l.Mean(nil)[0], l.Cov().At(0, 0)}
	}
	for _, c := range []float64{0.3, 0.8, -0.6} {
		g, err := score.NewGaussian([]float64{0, 0}, mat.NewSymDense(2, []float64{1, c, c, 1}))
		require.NoError(t, err)
		o, err := score.ObserveCoordinates([]float64{y, 0}, []bool{true, false}, 0)
		require.NoError(t, err)
		m, err := guidance.Replace(g, o)
		require.NoError(t, err)
		got := limit(t, wide, m, sampler.SDEDPMPP{Steps: 2}, 2, second)
		require.InDelta(t, y*(1-math.Sqrt(1-c*c))/c, got[0], 1e-4)
		require.InDelta(t, y, got[1], 1e-12)
		require.InDelta(t, 0, got[2], 1e-12)

		if c != 0.8 || testing.Short() {
			continue
		}
		last := math.Inf(1)
		for _, times := range []int{1, 4, 12} {
			miss := math.Abs(second(law(t, wide, m, sampler.Restart{Times: times}, 60))[0] - c*y)
			require.Less(t, miss, last)
			last = miss
		}
		require.Less(t, last, math.Abs(got[0]-c*y)/3)
	}
}

// With noise, the observed axes are those of N(t, n), whatever the model says.
func TestReplacementWithNoise(t *testing.T) {
	o := score.Observation{A: mat.NewDense(1, 2, []float64{3, 4}), Y: []float64{10}, Noise: 2} // 5 along (0.6, 0.8)
	m, err := guidance.Replace(gaussian(t, 3, 2), o)
	require.NoError(t, err)
	g, err := score.NewIsotropic([]float64{2}, 0.16)
	require.NoError(t, err)
	x, d, want := []float64{0.5, -1.5}, make([]float64, 2), make([]float64, 1)
	for _, at := range append(levels, sde.Level{Sigma: 1}, sde.Level{Alpha: 1}) {
		require.NoError(t, m.Denoise(d, x, at))
		require.NoError(t, g.Denoise(want, []float64{0.6*x[0] + 0.8*x[1]}, at))
		require.InDelta(t, want[0], 0.6*d[0]+0.8*d[1], 1e-13)
	}
}

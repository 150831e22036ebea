package exact_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/exact"
	"github.com/ito-sde/ito/sde"
)

// The diagonal closed forms against divergence's for full covariances.
func TestDistancesAgreeWithDivergence(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(rt, "n")
		draw := func(name string, lo, hi float64) []float64 {
			return rapid.SliceOfN(rapid.Float64Range(lo, hi), n, n).Draw(rt, name)
		}
		a := exact.Spectrum{Mean: draw("m", -2, 2), Var: draw("v", 0.1, 4)}
		b := exact.Spectrum{Mean: draw("n", -2, 2), Var: draw("w", 0.1, 4)}
		p, err := a.Gaussian()
		require.NoError(rt, err)
		q, err := b.Gaussian()
		require.NoError(rt, err)
		w2, err := divergence.W2Squared(p, q)
		require.NoError(rt, err)
		// Rounding of sums of n numbers up to 4² and of square roots of variances.
		require.InDelta(rt, w2, a.W2Squared(b), 1e-12)
		kl, err := divergence.KL(p, q)
		require.NoError(rt, err)
		require.InDelta(rt, kl, a.KL(b), 1e-12*(1+kl))
	})
}

func TestDistancesWithoutVariance(t *testing.T) {
	point := exact.Spectrum{Mean: []float64{1}, Var: []float64{0}}
	other := exact.Spectrum{Mean: []float64{2}, Var: []float64{0}}
	wide := exact.Spectrum{Mean: []float64{1}, Var: []float64{4}}
	require.Zero(t, point.KL(point))
	require.True(t, math.IsInf(point.KL(other), 1))
	require.True(t, math.IsInf(point.KL(wide), 1))
	require.True(t, math.IsInf(wide.KL(point), 1))
	require.Equal(t, 1.0, point.W2Squared(other))
	require.Equal(t, 4.0, point.W2Squared(wide))
	require.Panics(t, func() { point.KL(exact.Spectrum{Mean: []float64{1, 2}, Var: []float64{1, 1}}) })
}

// A rotated Gaussian has the variances that it was made of, and means that keep
// their length.
func TestSpectrumOfRotated(t *testing.T) {
	c, s := math.Cos(0.3), math.Sin(0.3)
	cov := mat.NewSymDense(2, []float64{4*c*c + s*s, 3 * c * s, 3 * c * s, 4*s*s + c*c})
	g, err := divergence.NewGaussian([]float64{1, 2}, cov)
	require.NoError(t, err)
	got, err := exact.SpectrumOf(g)
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{1, 4}, got.Var, 1e-13)
	require.InDelta(t, 5, got.Mean[0]*got.Mean[0]+got.Mean[1]*got.Mean[1], 1e-13)
}

// The standard deviations of what ten evaluations of three samplers make of data
// with standard deviations 1 and 0.1.
func ExampleSpectrum_Law() {
	p, _ := sde.ByName("vp")
	g, _ := sampler.Times(p, sampler.UniformLambda{}, 9, true)
	data := exact.Spectrum{Mean: []float64{0.5, 0}, Var: []float64{1, 0.01}}
	for _, name := range []string{"ddim", "ddpm", "dpm++2m"} {
		e, _ := sampler.ByName(name)
		law, err := data.Law(context.Background(), sampler.Config{Process: p, Rule: e.Rule, Grid: g}, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: standard deviations %.4f and %.4f, W2 %.4f\n", name,
			math.Sqrt(law.Var[0]), math.Sqrt(law.Var[1]), math.Sqrt(law.W2Squared(data)))
	}
	// Output:
	// ddim: standard deviations 0.7662 and 0.0764, W2 0.2350
	// ddpm: standard deviations 0.6430 and 0.0643, W2 0.3588
	// dpm++2m: standard deviations 1.0369 and 0.0995, W2 0.0370
}

package score_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// Against the textbook form with the exact score, for every process.
func TestReverseDriftIsTheTextbooks(t *testing.T) {
	const dim = 3
	m := mixed(t, dim)
	x := normals(1, 5*dim)
	got, s := make([]float64, len(x)), make([]float64, len(x))
	for _, entry := range sde.Catalogue {
		p := entry.Process
		cutoff, end := p.Horizon()
		for _, noise := range []float64{0, 1, 0.4} {
			drift := score.ReverseDrift(p, m, noise)
			for _, u := range []float64{0, 0.1, 0.5, 0.9, 1} {
				at := cutoff + u*(end-cutoff)
				require.NoError(t, drift(got, at, x))
				require.NoError(t, m.Score(s, x, p.At(at)))
				f, g := p.Coefficients(at)
				for i := range x {
					c := 0.5 * g * g * (1 + noise*noise)
					want := f*x[i] - c*s[i]
					// The denoiser's rounding, which c/σ² magnifies.
					scale := math.Abs(f*x[i]) + c/math.Pow(p.At(at).Sigma, 2)*(1+math.Abs(x[i]))
					require.InDelta(t, want, got[i], 1e-13*scale, "%s t=%v", entry.Name, at)
				}
			}
		}
	}
}

// The reverse equations of any noise end in the data: mean and variance of 20 000
// paths within 6 standard errors (false alarm 2e-9 each) and 0.005 for Heun's weak
// error: (hL)² with h = 0.005 and rates L of at most 8 for t < 0.8, by which time
// the errors made near the end are forgotten.
func TestReverseEndsInTheData(t *testing.T) {
	const n = 20_000
	m, err := score.NewGaussian([]float64{1}, mat.NewSymDense(1, []float64{0.25}))
	require.NoError(t, err)
	p := sde.RectifiedFlow{Cutoff: 0.02, End: 0.98}
	start := p.At(p.End)
	prior := m.Sample(n, 1)
	for i, z := range normals(2, n) {
		prior[i] = start.Alpha*prior[i] + start.Sigma*z
	}
	_, cov := m.Marginal(p.At(p.Cutoff))
	for _, noise := range []float64{0, 0.5, 1} {
		system := score.Reverse(p, m, noise)
		end, err := sde.Solve(context.Background(), stochastic.Heun{}, system, p.End, p.Cutoff, prior, sde.Config{Steps: 200})
		require.NoError(t, err)
		mean, variance := stat.MeanVariance(end.Y, nil)
		require.InDelta(t, 0.98, mean, 6*math.Sqrt(cov.At(0, 0)/n)+0.005, "noise %v", noise)
		require.InEpsilon(t, cov.At(0, 0), variance, 6*math.Sqrt(2./n)+0.005, "noise %v", noise)
		var g [1]float64
		require.NoError(t, system.Diffusion(g[:], 0.5, nil))
		require.InDelta(t, noise*math.Sqrt(2), g[0], 1e-15) // g² = 2t/(1−t)
	}
}

func TestReverseDriftErrors(t *testing.T) {
	m := randomGaussian(t, 1, 1)
	d := make([]float64, 1)
	require.ErrorIs(t, score.ReverseDrift(sde.EDM{}, m, 1)(d, 0, []float64{1}), score.ErrLevel)
	require.Panics(t, func() { score.ReverseDrift(sde.EDM{}, m, -1) })
	require.Panics(t, func() { score.ReverseDrift(sde.EDM{}, m, math.NaN()) })
}

func ExampleReverseDrift() {
	// Under EDM (f = 0, g² = 2t), data at 0 have ∇ log p = −x/t², and the
	// probability flow is dx/dt = x/t.
	m, err := score.NewIsotropic([]float64{0}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	d := make([]float64, 1)
	for _, noise := range []float64{0, 1} {
		if err := score.ReverseDrift(sde.EDM{}, m, noise)(d, 2, []float64{3}); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.4f\n", d[0])
	}
	// Output:
	// 1.5000
	// 3.0000
}

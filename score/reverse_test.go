package score_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

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

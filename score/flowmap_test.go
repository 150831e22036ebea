package score_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// The map solves the flow: its end's derivative in λ, by central differences, is
// the drift, for a full, a singular and a low-rank covariance.
func TestFlowMapSolvesTheFlow(t *testing.T) {
	const dim = 3
	full, err := score.NewGaussian([]float64{1, -2, 0.5}, mat.NewSymDense(dim, []float64{0.5, 0.2, 0, 0.2, 1.5, -0.3, 0, -0.3, 0.8}))
	require.NoError(t, err)
	flat, err := score.NewGaussian([]float64{1, -2, 0.5}, mat.NewSymDense(dim, []float64{0.5, 0, 0, 0, 0, 0, 0, 0, 0.8}))
	require.NoError(t, err)
	low, err := score.NewLowRank([]float64{1, -2, 0.5}, mat.NewDense(dim, 1, []float64{0.6, 0, 0.8}), []float64{2}, 0.1)
	require.NoError(t, err)
	p, x := sde.VP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-3}, normals(3, 4*dim)
	from := p.At(0.9)
	for _, m := range []*score.Gaussian{full, flat, low} {
		at := func(t0 float64) []float64 {
			y := make([]float64, len(x))
			require.NoError(t, m.FlowMap(y, x, from, p.At(t0)))
			return y
		}
		require.InDeltaSlice(t, x, at(0.9), 1e-15)
		drift, y := make([]float64, len(x)), at(0.4)
		require.NoError(t, score.ReverseDrift(p, m, 0)(drift, 0.4, y))
		const h = 1e-4 // h²|y‴|/6 with derivatives of at most 20³
		up, down := at(0.4+h), at(0.4-h)
		for i := range x {
			require.InDelta(t, drift[i], (up[i]-down[i])/(2*h), 1e-4)
		}
		// Two legs are one.
		z := make([]float64, len(x))
		require.NoError(t, m.FlowMap(z, y, p.At(0.4), sde.Level{Alpha: 1}))
		whole := make([]float64, len(x))
		require.NoError(t, m.FlowMap(whole, x, from, sde.Level{Alpha: 1}))
		require.InDeltaSlice(t, whole, z, 1e-13)
	}
	y := make([]float64, dim)
	require.ErrorIs(t, full.FlowMap(y, x[:dim], from, sde.Level{Alpha: math.NaN(), Sigma: 1}), score.ErrLevel)
	require.ErrorIs(t, flat.FlowMap(y, x[:dim], sde.Level{Alpha: 1}, from), score.ErrLevel)
}

// From noise of standard deviation 2 to N(3, 1): a whole run in one evaluation.
func ExampleGaussian_FlowMap() {
	m, _ := score.NewIsotropic([]float64{3}, 1)
	x := make([]float64, 1)
	if err := m.FlowMap(x, []float64{3 + math.Sqrt(5)}, sde.Level{Alpha: 1, Sigma: 2}, sde.Level{Alpha: 1}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.1f\n", x[0])
	// Output: 4.0
}

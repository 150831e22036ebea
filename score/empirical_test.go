package score_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// An empirical model is the mixture of its atoms, computed another way.
func TestEmpiricalIsAMixtureOfAtoms(t *testing.T) {
	const dim, n, rows = 3, 150, 20
	data, x := normals(1, n*dim), normals(2, rows*dim)
	e, err := score.NewEmpirical(data, dim)
	require.NoError(t, err)
	var parts []*score.Gaussian
	weights := make([]float64, n)
	for i := range n {
		g, err := score.NewIsotropic(data[i*dim:][:dim], 0)
		require.NoError(t, err)
		parts, weights[i] = append(parts, g), 1
	}
	m, err := score.NewMixture(weights, parts)
	require.NoError(t, err)
	a, b := make([]float64, rows*dim), make([]float64, rows*dim)
	for _, at := range append(levels, sde.Level{Alpha: 1}, sde.Level{Sigma: 1}, sde.Level{Alpha: 1, Sigma: 1e-200}) {
		require.NoError(t, e.Denoise(a, x, at))
		require.NoError(t, m.Denoise(b, x, at))
		// Squared distances of 100σ² and more keep 1e-14 of themselves in the logs.
		require.InDeltaSlice(t, b, a, 1e-9, "%v", at)
		if at.Sigma > 1e-100 {
			require.NoError(t, e.LogDensity(a[:rows], x, at))
			require.NoError(t, m.LogDensity(b[:rows], x, at))
			require.True(t, floats.EqualApprox(a[:rows], b[:rows], 1e-11), "%v", at)
		}
	}
	require.ErrorIs(t, e.LogDensity(a[:rows], x, sde.Level{Alpha: 1}), score.ErrLevel)
}

func TestEmpiricalEnds(t *testing.T) {
	e, err := score.NewEmpirical([]float64{0, 0, 4, 0, 0, 4, 4, 4}, 2)
	require.NoError(t, err)
	d := make([]float64, 2)
	for _, c := range []struct {
		x    []float64
		at   sde.Level
		want []float64
	}{
		{[]float64{5, 1}, sde.Level{Alpha: 2}, []float64{4, 0}},                // nearest to (2.5, 0.5)
		{[]float64{2, 9}, sde.Level{Alpha: 1}, []float64{2, 4}},                // two equally near
		{[]float64{2, 9}, sde.Level{Alpha: 1, Sigma: 1e-170}, []float64{2, 4}}, // σ² underflows
		{[]float64{1, 9}, sde.Level{Sigma: 1}, []float64{2, 2}},                // the mean
		{[]float64{1e8, 1}, sde.Level{Alpha: 1, Sigma: 1e-3}, []float64{4, 0}},
		{[]float64{-1e8, -1e8}, sde.Level{Alpha: 1, Sigma: 1}, []float64{0, 0}},
	} {
		require.NoError(t, e.Denoise(d, c.x, c.at))
		require.InDeltaSlice(t, c.want, d, 1e-15, "%v at %v", c.x, c.at)
	}
	_, err = score.NewEmpirical(nil, 2)
	require.ErrorIs(t, err, score.ErrSamples)
}

// Halfway between two atoms far from the origin, with noise finer than the
// rounding of |x|²: the log odds are 2·10⁶·δ for an offset δ, exactly.
func TestEmpiricalFineLevel(t *testing.T) {
	e, err := score.NewEmpirical([]float64{1000, 1001, -5000}, 1)
	require.NoError(t, err)
	const delta = 0x1p-21
	at := sde.Level{Alpha: 1, Sigma: 1e-3}
	d := make([]float64, 1)
	require.NoError(t, e.Denoise(d, []float64{1000.5 + delta}, at))
	// p = 1/(1 + exp(−δ/σ²)) of the atom at 1001; δ/σ² = 0.4768…
	odds, _ := new(big.Float).Quo(big.NewFloat(delta), big.NewFloat(1e-6)).Float64()
	require.InDelta(t, 1000+logistic(odds), d[0], 1e-12+2*odds*1e-12)
}

func ExampleEmpirical() {
	e, err := score.NewEmpirical([]float64{-1, 1}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	d := make([]float64, 1)
	if err := e.Denoise(d, []float64{0.5}, sde.Level{Alpha: 1, Sigma: 1}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.6f\n", d[0]) // tanh(0.5)
	// Output: 0.462117
}

package matching_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/sde"
)

// The eigenvalues of a Gaussian's score are −1/(α²s + σ²); between two atoms the score
// grows, at the rate (α²|δ|²/(4σ²) − 1)/σ² along the line through them; and both by
// differences. The Norm of two equal sizes of opposite sign is found too.
func TestLipschitz(t *testing.T) {
	at := sde.Level{Alpha: 0.8, Sigma: 0.5}
	g, err := score.NewGaussian([]float64{1, 2, 3}, mat.NewSymDense(3, []float64{1, 0.2, 0, 0.2, 2, 0.3, 0, 0.3, 0.5}))
	require.NoError(t, err)
	var e mat.EigenSym
	require.True(t, e.Factorize(g.Cov(), false))
	s := e.Values(nil)
	x := []float64{0, 0, 0, 1, -1, 2}
	for _, m := range []score.Model{g, score.FromFunc(3, score.Data, g.Denoise)} {
		curvatures, err := matching.Lipschitz(background, m, x, at, matching.PowerConfig{Tol: 1e-12, MaxIter: 5000})
		require.NoError(t, err)
		for _, c := range curvatures {
			require.InDelta(t, 1/(0.64*s[0]+0.25), c.Norm, 1e-5)
			require.InDelta(t, -1/(0.64*s[2]+0.25), c.Highest, 1e-5)
		}
	}
	atoms, err := score.NewMixture([]float64{1, 1}, []*score.Gaussian{isotropic(t, 0, -1, 0), isotropic(t, 0, 1, 0)})
	require.NoError(t, err)
	want := (0.64*1/0.25 - 1) / 0.25
	for _, m := range []score.Model{atoms, score.FromFunc(2, score.Data, atoms.Denoise)} {
		curvatures, err := matching.Lipschitz(background, m, []float64{0, 0.3}, at, matching.PowerConfig{})
		require.NoError(t, err)
		require.InDelta(t, want, curvatures[0].Highest, 1e-4)
		require.InDelta(t, want, curvatures[0].Norm, 1e-4)
	}
	saddle := score.FromFunc(2, score.ByScore, func(dst, x []float64, _ sde.Level) error {
		for i := 0; i < len(x); i += 2 {
			dst[i], dst[i+1] = 3*x[i+1], 3*x[i]
		}
		return nil
	})
	curvatures, err := matching.Lipschitz(background, saddle, []float64{1, 2}, at, matching.PowerConfig{})
	require.NoError(t, err)
	require.InDelta(t, 3, curvatures[0].Norm, 1e-8)
	require.InDelta(t, 3, curvatures[0].Highest, 1e-8)
}

// Both sides are equal for Gaussians on the line whose variances are in order, from
// either side, and equal to |√v − √v'| at the cut-off; and the bound holds, strictly,
// for mixtures, whose Jacobians depend on x, in the plane.
func TestW2Bound(t *testing.T) {
	p := sde.VP{BetaMin: 0.1, BetaMax: 12, Cutoff: 1e-3}
	for _, v := range [][2]float64{{1.5, 0.6}, {0.4, 0.9}} {
		truth, model := isotropic(t, v[0], 0), isotropic(t, v[1], 0)
		at := p.At(1e-3)
		root := math.Sqrt(at.Alpha*at.Alpha*v[0] + at.Sigma*at.Sigma)
		b, err := matching.W2Bound(background, p, truth, model, []float64{-root, root}, matching.BoundConfig{Tol: 1e-10})
		require.NoError(t, err)
		require.InDelta(t, b.Score, b.Distance, 1e-8)
		// x(0) by the linear flow: √(v'_0/v'_T) √v_T.
		_, end := p.Horizon()
		last := p.At(end)
		marginal := func(l sde.Level, v float64) float64 { return l.Alpha*l.Alpha*v + l.Sigma*l.Sigma }
		want := math.Abs(math.Sqrt(marginal(at, v[1])/marginal(last, v[1])*marginal(last, v[0])) - root)
		require.InDelta(t, want, b.Distance, 1e-8)
		// I_T is the flow's own factor, upside down.
		require.InDelta(t, math.Sqrt(marginal(at, v[1])/marginal(last, v[1])), b.Growth, 1e-8)
	}
	// The same of a model without derivatives, by differences: exact for a linear one but
	// for rounding over 1e-3 σ.
	plain := score.FromFunc(1, score.Data, isotropic(t, 0.6, 0).Denoise)
	b, err := matching.W2Bound(background, p, isotropic(t, 1.5, 0), plain, []float64{-1, 1}, matching.BoundConfig{Tol: 1e-9})
	require.NoError(t, err)
	require.Greater(t, b.Distance, 0.1)
	require.InDelta(t, b.Score, b.Distance, 1e-7)

	truth := twoWells(t)
	model, err := score.NewMixture([]float64{0.5, 0.5}, []*score.Gaussian{isotropic(t, 0.3, -1.1, 0), isotropic(t, 0.5, 1, 0.4)})
	require.NoError(t, err)
	b, err = matching.W2Bound(background, p, truth, model, truth.Sample(40, 1), matching.BoundConfig{Tol: 1e-5, Power: matching.PowerConfig{Tol: 1e-4}})
	require.NoError(t, err)
	require.Greater(t, b.Distance, 0.01)
	require.Less(t, b.Distance, b.Score)
	same, err := matching.W2Bound(background, p, truth, truth, truth.Sample(10, 1), matching.BoundConfig{Tol: 1e-6, Power: matching.PowerConfig{Tol: 1e-4}})
	require.NoError(t, err)
	require.Zero(t, same.Score)
	require.InDelta(t, 0, same.Distance, 1e-3)
}

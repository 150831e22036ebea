package sde_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// Functionals of steps joined from four have the law of a step: variances h,
// h/12 and h/720 without covariance, to rounding, read off by impulses.
func TestRefinedPathHasExactLaw(t *testing.T) {
	const h, steps, k = 0.3, 4, 5
	const f = noise.SpaceTimeTime
	var cov [3][3]float64
	for j := range uint64(steps) {
		for functional := range uint64(3) {
			at := noise.Address{Use: noise.Path, Step: steps*k + j, Stage: functional << 60}
			r := sde.Refined{Source: noise.Impulse{At: at}, Steps: steps}
			var x [3]float64
			noise.Draw(r, x[:], f, 1, h, noise.Address{Use: noise.Path, Step: k})
			for a := range x {
				for b := range x {
					cov[a][b] += x[a] * x[b]
				}
			}
		}
	}
	for a, variance := range []float64{h, h / 12, h / 720} {
		for b := range cov[a] {
			want := 0.0
			if a == b {
				want = variance
			}
			require.InDelta(t, want, cov[a][b], 1e-16, "%d, %d", a, b)
		}
	}
}

// The increments are those of the source alone, whatever else is asked for, and
// joining costs no memory.
func TestRefinedPathIsThePath(t *testing.T) {
	const dim, rows = 2, 70
	const f = noise.Area | noise.SpaceTimeTime
	at := noise.Address{Seed: 3, Use: noise.Path, Row: 9}
	r := sde.Refined{Source: noise.Gaussian{}, Steps: 8}
	path, dw := make([]float64, rows*f.Len(dim)), make([]float64, rows*dim)
	noise.Draw(r, path, f, dim, 0.5, at)
	noise.Draw(r, dw, 0, dim, 0.5, at)
	require.InDeltaSlice(t, dw, f.Parts(path, dim).W, 1e-14)
	require.Zero(t, testing.AllocsPerRun(10, func() { r.Path(path, f, dim, 0.5, at) }))
}

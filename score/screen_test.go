package score_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/sde"
)

// The mixture put together from its components one row at a time, without tiles
// and screening, at levels where few and where all components count.
func TestMixtureByItsComponents(t *testing.T) {
	for _, dim := range []int{3, 40} {
		m := randomMixture(t, 31, dim, 6)
		const rows = 50
		clean, noise := m.Sample(rows, 2), normals(3, rows*dim)
		x := make([]float64, rows*dim)
		d, s, lp := make([]float64, rows*dim), make([]float64, rows*dim), make([]float64, rows)
		r := make([]float64, rows*m.Len())
		for _, at := range append(levels, sde.Level{Alpha: 1}, sde.Level{Sigma: 1}, sde.Level{Alpha: 1, Sigma: 1e-160}) {
			for i := range x {
				x[i] = at.Alpha*clean[i] + at.Sigma*noise[i]
			}
			require.NoError(t, m.Denoise(d, x, at))
			require.NoError(t, m.Score(s, x, at))
			require.NoError(t, m.LogDensity(lp, x, at))
			require.NoError(t, m.Responsibilities(r, x, at))
			for i := range rows {
				row := x[i*dim:][:dim]
				logs := make([]float64, m.Len())
				for k, w := range m.Weights() {
					require.NoError(t, m.Component(k).LogDensity(logs[k:k+1], row, at))
					logs[k] += math.Log(w)
				}
				total := floats.LogSumExp(logs)
				require.InEpsilon(t, total, lp[i], 1e-12)
				denoised, score := make([]float64, dim), make([]float64, dim)
				part := make([]float64, dim)
				for k, l := range logs {
					p := math.Exp(l - total)
					require.InDelta(t, p, r[i*m.Len()+k], 1e-12*(1+math.Abs(total)))
					require.NoError(t, m.Component(k).Denoise(part, row, at))
					floats.AddScaled(denoised, p, part)
					require.NoError(t, m.Component(k).Score(part, row, at))
					floats.AddScaled(score, p, part)
				}
				require.InDeltaSlice(t, denoised, d[i*dim:][:dim], 1e-11)
				for j, v := range s[i*dim:][:dim] {
					require.InDelta(t, score[j], v, 1e-11*(1+floats.Norm(score, 2)))
				}
			}
		}
	}
}

// Screening decides by the row alone: alone or in company, the same bits.
func TestScreenedRowsAreIndependent(t *testing.T) {
	const dim, rows = 40, 37
	m := randomMixture(t, 31, dim, 6)
	x, all, one := m.Sample(rows, 2), make([]float64, rows*dim), make([]float64, dim)
	for _, at := range levels {
		require.NoError(t, m.Denoise(all, x, at))
		for i := range rows {
			require.NoError(t, m.Denoise(one, x[i*dim:][:dim], at))
			require.Equal(t, one, all[i*dim:][:dim])
		}
	}
}

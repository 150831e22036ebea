package score_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// v·(∂D/∂x) u by the backward pass against differences of D along u, for rows in
// more than one chunk and a class. Differences of fourth order of a D in float32:
// rounding 16·6e-8·|D|·|v|/h = 1e-3 of |v| |u| = 16 at h = 0.02.
func TestNetworkVJP(t *testing.T) {
	x, c := everything()
	c.Steps = 20
	unet, err := score.Train(context.Background(), x, 16, c)
	require.NoError(t, err)
	class, err := unet.Class(1)
	require.NoError(t, err)
	const rows = 150
	u, v, got := make([]float64, rows*16), make([]float64, rows*16), make([]float64, rows*16)
	noise.Gaussian{}.Normal(u, 16, noise.Address{Seed: 1, Use: noise.Test})
	noise.Gaussian{}.Normal(v, 16, noise.Address{Seed: 2, Use: noise.Test})
	for _, m := range []score.Model{trained(t, 16), unet, class} {
		for _, at := range []sde.Level{{Alpha: 1, Sigma: 0.3}, {Alpha: 0.6, Sigma: 0.8}, {Alpha: 0, Sigma: 2}, {Alpha: 2, Sigma: 0}} {
			require.NoError(t, m.(score.VJP).VJPDenoise(got, x[:rows*16], v, at))
			const h = 0.02
			var sum [rows]float64
			shifted, d := make([]float64, rows*16), make([]float64, rows*16)
			for _, e := range [][2]float64{{1, 8}, {-1, -8}, {2, -1}, {-2, 1}} {
				for i := range shifted {
					shifted[i] = x[i] + e[0]*h*u[i]
				}
				require.NoError(t, m.Denoise(d, shifted, at))
				for i := range d {
					sum[i/16] += e[1] / (12 * h) * d[i] * v[i]
				}
			}
			for r := range rows {
				var have float64
				for i := range 16 {
					have += got[r*16+i] * u[r*16+i]
				}
				require.InDelta(t, sum[r], have, 0.02*(1+math.Abs(sum[r])), "%T at %+v, row %d", m, at, r)
			}
		}
	}
	require.ErrorIs(t, unet.VJPDenoise(got, x[:rows*16], v, sde.Level{}), score.ErrLevel)
	if !raceEnabled {
		require.Zero(t, testing.AllocsPerRun(5, func() {
			if err := unet.VJPDenoise(got, x[:rows*16], v, sde.Level{Alpha: 1, Sigma: 1}); err != nil {
				panic(err)
			}
		}))
	}
}

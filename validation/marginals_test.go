package validation

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/fokkerplanck"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// The marginals of a mixture under VP, three ways: in closed form, by the
// Fokker–Planck equation, and by particles of the forward SDE.
func TestMarginalsThreeWays(t *testing.T) {
	m := Mixture{Weight: []float64{0.3, 0.7}, Mean: []float64{-1.5, 0.8}, Var: []float64{0.1, 0.2}}
	p := process(t, "vp")
	g, err := fokkerplanck.Uniform(-7, 7, 1400)
	require.NoError(t, err)
	density := g.Averages(m.Density)

	const particles = 100_000
	x := make([]float64, particles)
	start := make([]float64, 2*particles)
	noise.Gaussian{}.Normal(start, 2, noise.Address{Seed: 31, Use: noise.Data})
	for i := range x {
		k := 0
		if normalCDF(start[2*i]) > m.Weight[0] {
			k = 1
		}
		x[i] = m.Mean[k] + math.Sqrt(m.Var[k])*start[2*i+1]
	}
	z := make([]float64, particles)

	from := 0.0
	for step, to := range []float64{0.05, 0.2, 0.5, 1} {
		closed := m.At(p.At(to))
		density, err = fokkerplanck.Solve(context.Background(), fokkerplanck.Linear(p), g, density, from, to, fokkerplanck.Config{Steps: 200})
		require.NoError(t, err)
		// Second order in space and time: with cells of 0.01 and 200 steps the
		// distance in L1 is of order h²/σ² = 1e-3.
		var l1 float64
		cdf := make([]float64, g.Cells()+1)
		for i, want := range g.Averages(closed.Density) {
			l1 += math.Abs(density[i]-want) * g.Width(i)
			cdf[i+1] = cdf[i] + density[i]*g.Width(i)
		}
		require.Less(t, l1, 1e-3, "t = %v", to)

		scale, sd := sde.Transition(p, from, to)
		noise.Gaussian{}.Normal(z, 1, noise.Address{Seed: 31, Use: noise.Path, Step: uint64(step)})
		for i := range x {
			x[i] = scale*x[i] + sd*z[i]
		}
		// Kolmogorov–Smirnov: 3/√n is exceeded with probability 3e-8.
		sample := append([]float64(nil), x...)
		require.Less(t, kolmogorov(sample, closed.CDF), 3/math.Sqrt(particles), "t = %v", to)
		// The cells' distribution function, linear in between, is as good.
		require.Less(t, kolmogorov(sample, func(x float64) float64 {
			u := (x + 7) / g.Width(0)
			i := min(max(int(u), 0), g.Cells()-1)
			return cdf[i] + (u-float64(i))*(cdf[i+1]-cdf[i])
		}), 3/math.Sqrt(particles)+1e-3, "t = %v", to)
		from = to
	}
}

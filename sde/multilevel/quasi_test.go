package multilevel_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/multilevel"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// sets are the first n points of each of a level's sequences.
func sets(t *testing.T, q multilevel.Quasi, level, randomisations int, n uint64) []*statistics.Moments {
	into := emptyMoments(t, randomisations)
	require.NoError(t, q.Points(t.Context(), into, level, 0, n))
	return into
}

// quasi are the moments of the sets' means.
func quasi(t *testing.T, q multilevel.Quasi, level, randomisations int, n uint64) *statistics.Moments {
	means := emptyMoments(t, 1)[0]
	for _, m := range sets(t, q, level, randomisations, n) {
		require.Equal(t, n, m.Count())
		means.Add([]float64{m.Mean(0).Value, m.Mean(1).Value})
	}
	return means
}

// Each level's mean over randomisations is the exact one of Euler–Maruyama's y²,
// ((1 + μh)² + σ²h)^steps, to five standard errors: 7 chances of 6e-7. A bias of
// 3e-4 would show.
func TestPointsAreUnbiased(t *testing.T) {
	p := gbmCall(5)
	p.Of = func(dst, y []float64) error {
		for i, v := range y {
			dst[i] = v * v
		}
		return nil
	}
	exact := func(level int) float64 {
		h := math.Exp2(-float64(level))
		return math.Pow((1+gbm.Mu*h)*(1+gbm.Mu*h)+gbm.Sigma*gbm.Sigma*h, 1/h)
	}
	for level := range 4 {
		m := quasi(t, p, level, 1000, 256)
		want := [2]float64{exact(level), exact(level)}
		if level > 0 {
			want[0] -= exact(level - 1)
		}
		for j, w := range want {
			require.Less(t, math.Abs(m.Mean(j).Value-w), 5*m.Mean(j).Error, "level %d, %d", level, j)
		}
		require.Less(t, 5*m.Mean(1).Error, 3e-4*exact(level))
	}
}

// So are those of the Heston call next to random samples' (7 chances of 6e-7).
func TestPointsAreUnbiasedHeston(t *testing.T) {
	p := hestonConditional(6)
	for level := range 4 {
		m := quasi(t, p, level, 500, 16)
		random, err := p.Sample(t.Context(), level, 0, 100_000)
		require.NoError(t, err)
		for j := range 2 {
			a, b := m.Mean(j), random.Mean(j)
			require.Less(t, math.Abs(a.Value-b.Value), 5*math.Hypot(a.Error, b.Error), "level %d, %d", level, j)
		}
	}
}

// The variance of a mean over points falls nearly as N^−2 for the Heston call given
// the variance's path on few steps, faster than random samples' N^−1 for its
// corrections and for the call itself, with its kink. Slopes over six doublings of 64
// randomisations are known to 0.06 or better.
func TestVarianceOfPoints(t *testing.T) {
	for name, c := range map[string]struct {
		p     *multilevel.Paths
		level int
		most  float64
	}{
		"conditioned": {hestonConditional(1), 0, -1.75},
		"correction":  {hestonConditional(1), 2, -1.25},
		"call":        {hestonCall(1), 0, -1.25},
	} {
		var logN, logV []float64
		for k := 3; k <= 9; k++ {
			m := quasi(t, c.p, c.level, 64, 1<<k)
			logN, logV = append(logN, float64(k)), append(logV, math.Log2(m.Variance(0).Value))
		}
		_, slope := stat.LinearRegression(logN, logV, nil, false)
		t.Logf("%s: %.2f", name, slope)
		require.Less(t, slope, c.most, name)
	}
}

// integrals is the system dx = t dw on Euler–Maruyama's steps.
func integrals() *multilevel.Paths {
	return &multilevel.Paths{
		Method: stochastic.EulerMaruyama{}, System: sde.System{
			Dim: 1, Structure: sde.AdditiveDiagonal,
			Drift:     func(dst []float64, _ float64, _ []float64) error { clear(dst); return nil },
			Diffusion: func(dst []float64, t float64, _ []float64) error { fill(dst, t); return nil },
		},
		T1: 1, Initial: []float64{0}, Of: func(dst, y []float64) error { copy(dst, y); return nil }, Address: noise.Address{Seed: 1},
	}
}

func fill(dst []float64, v float64) {
	for i := range dst {
		dst[i] = v
	}
}

// Fine and coarse path of a point are of one Brownian path. Without t both are w at
// the end, to rounding. With it they differ by Σ h Δw over the second halves, of
// variance h²/2: in any other pairing of steps it would be 1/3 or more.
func TestPointsAreCoupled(t *testing.T) {
	p := integrals()
	for level := 1; level < 6; level++ {
		h := math.Exp2(-float64(level))
		const sets = 2000
		m := quasi(t, p, level, sets, 1)
		// Five standard errors of a normal law's variance.
		require.InDelta(t, 1, m.Variance(0).Value/(h*h/2), 5*math.Sqrt(2./sets), "level %d", level)
		require.InDelta(t, 1, m.Variance(1).Value/((1-h)*(2-h)/6), 5*math.Sqrt(2./sets), "level %d", level)
	}
	p.System.Diffusion = func(dst []float64, _ float64, _ []float64) error { fill(dst, 1); return nil }
	for _, name := range []string{"em", "sri1"} {
		p.Method = method(t, name)
		m := quasi(t, p, 3, 20, 64)
		require.Less(t, math.Max(m.Max(0), -m.Min(0)), 1e-15, name)
		require.Greater(t, m.Max(1), 1e-3, name)
		// The w at the end of other levels are others.
		require.Greater(t, math.Abs(m.Max(1)-quasi(t, p, 2, 20, 64).Max(1)), 1e-6, name)
	}
}

// nets is a Quasi of a known law: the means of the first m = 2^k points of a set are
// those of normals and errors of standard deviation 2^{−βl/2}/m, independent for each m.
type nets struct {
	normals
	wrong float64 // what corrections are off by
}

func (s nets) Points(_ context.Context, into []*statistics.Moments, level int, first, n uint64) error {
	l := float64(level)
	mean, value := math.Exp2(-s.alpha*l)+s.wrong*min(l, 1), 0.0
	for k := range level + 1 {
		value += math.Exp2(-s.alpha * float64(k))
	}
	for r, m := range into {
		z := make([]float64, 2)
		total := func(m uint64) float64 {
			if m == 0 {
				return 0
			}
			noise.Gaussian{}.Normal(z, 2, noise.Address{Seed: s.seed, Use: noise.Test, Row: uint64(r), Step: m, Stage: uint64(level)})
			return float64(m)*mean + math.Exp2(-s.beta*l/2)*z[0]
		}
		row := (total(first+n) - total(first)) / float64(n)
		for range n {
			m.Add([]float64{row, value + 1e-4*z[1]})
		}
	}
	return nil
}

// On a known law: means and their errors are right, and doubling
// greedily takes at most twice the least work of all sizes that are powers of two.
func TestDoubling(t *testing.T) {
	const rmse, sets, pilot = 1e-3, 64, 4
	for _, law := range []struct{ alpha, beta float64 }{{2, 2}, {2, 4}, {3, 1}} {
		s := nets{normals: normals{law.alpha, law.beta, 1}}
		r, err := multilevel.Estimate(t.Context(), s, multilevel.Config{RMSE: rmse, Weak: law.alpha, Pilot: pilot, Randomisations: sets, BiasShare: 0.1})
		require.NoError(t, err)
		require.Less(t, math.Abs(r.Estimate.Value-1/(1-math.Exp2(-law.alpha))), 5*rmse)
		require.LessOrEqual(t, r.RMSE(), rmse)
		levels := len(r.Levels)
		sd := func(level int, n float64) float64 { return math.Exp2(-law.beta*float64(level)/2) / n / 8 }
		for l, level := range r.Levels {
			n := float64(level.Samples) / sets
			// Five standard errors of a variance of 64.
			require.InDelta(t, 1, math.Pow(level.Correction.Error/sd(l, n), 2), 5*math.Sqrt(2./63))
			require.Less(t, level.Consistency, 5.0)
		}
		require.EqualValues(t, sets-1, r.Freedom)

		least := math.Inf(1)
		var search func(level int, variance, work float64)
		search = func(level int, variance, work float64) {
			switch {
			case variance > 0.9*rmse*rmse || work >= least:
			case level == levels:
				least = work
			default:
				for n := float64(pilot); n <= 1024; n *= 2 {
					search(level+1, variance+math.Pow(sd(level, n), 2), work+sets*n*math.Exp2(float64(level)))
				}
			}
		}
		search(0, 0, 0)
		t.Logf("%v: %.3g, least %.3g", law, r.Work, least)
		require.Less(t, r.Work, 2*least)
		require.Greater(t, r.Work, least/2) // by chance a size may do that should not
	}
}

// Where coarse paths have another law than the fine ones below, it shows.
func TestWrongCouplingShows(t *testing.T) {
	s := nets{normals{2, 2, 1}, 0.01}
	r, err := multilevel.Estimate(t.Context(), s, multilevel.Config{RMSE: 1e-3, Weak: 1, Randomisations: 16, MaxLevel: 4})
	require.ErrorIs(t, err, multilevel.ErrBias, "corrections do not vanish")
	require.Greater(t, r.Levels[2].Consistency, 4.0)
}

// Extrapolation takes off the leading term: nothing is left of corrections c 2^{−αl},
// where otherwise 2^{−αL}/(2^α − 1) is, 40 times the error asked for.
func TestExtrapolate(t *testing.T) {
	for _, sets := range []int{0, 16} {
		c := multilevel.Config{RMSE: 5e-4, Weak: 2, Extrapolate: 4, Randomisations: sets}
		r, err := multilevel.Estimate(t.Context(), nets{normals: normals{2, 3, 2}}, c)
		require.NoError(t, err)
		require.Len(t, r.Levels, 3)
		require.Less(t, math.Abs(r.Estimate.Value-4./3), 4*5e-4)
		require.LessOrEqual(t, r.RMSE(), 1.05*5e-4)
		y := r.Levels
		require.InEpsilon(t, math.Hypot(math.Hypot(y[0].Correction.Error, y[1].Correction.Error), 4./3*y[2].Correction.Error), r.Estimate.Error, 1e-12)
		c.Extrapolate = 0
		r, err = multilevel.Estimate(t.Context(), nets{normals: normals{2, 3, 2}}, c)
		require.NoError(t, err)
		require.Greater(t, len(r.Levels), 6)
	}
	// The last level's samples count for more.
	r, err := multilevel.Estimate(t.Context(), normals{2, 0.2, 3}, multilevel.Config{RMSE: 1e-2, Weak: 2, Extrapolate: 4})
	require.NoError(t, err)
	require.Greater(t, r.Levels[len(r.Levels)-1].Variance.Value, 0.5)
	require.LessOrEqual(t, r.RMSE(), 1.05e-2)
}

// The errors of the Heston call are of order 2, as Splitting's are, and extrapolated
// of order 4, for its steps are symmetric. The one that is fitted last is
// known to a 20th.
func TestSplittingExtrapolatesToOrderFour(t *testing.T) {
	want, err := heston.Call(1, 0.04, 1, 1)
	require.NoError(t, err)
	p := hestonConditional(3)
	p.Steps = 1
	sum := 0.0
	var off, left []float64
	for level := range 4 {
		m := quasi(t, p, level, 32, 4096).Mean(0)
		sum += m.Value
		off = append(off, math.Log2(want-sum))
		left = append(left, math.Log2(math.Abs(want-sum-m.Value/3)))
	}
	t.Logf("%.3f %.3f", off, left)
	require.InDelta(t, 2, off[2]-off[3], 0.1)
	require.InDelta(t, 4, left[1]-left[2], 0.3)
}

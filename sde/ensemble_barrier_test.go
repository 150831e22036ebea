package sde_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// drifting is dx = a dt + b dw.
func drifting(a, b float64) sde.System {
	s := geometric(1, sde.Ito, 0, 0)
	s.Structure = sde.AdditiveDiagonal
	s.Drift = each(func(_, _ float64) float64 { return a })
	s.Diffusion = func(dst []float64, _ float64, _ []float64) error { dst[0] = b; return nil }
	return s
}

// passed is P(τ ≤ t) of x = x_0 + a t + b w to a level d = B − x_0 away.
// Borodin, Salminen (2002), 2.2.0.2.
func passed(d, a, b, t float64) float64 {
	if d < 0 {
		d, a = -d, -a
	}
	phi := distuv.UnitNormal.CDF
	r := b * math.Sqrt(t)
	return phi((a*t-d)/r) + math.Exp(2*a*d/(b*b))*phi((-d-a*t)/r)
}

var ending = sde.Quantity{Width: 2, Of: func(dst []float64, o sde.Observation) error {
	for i, at := range o.Ended {
		dst[2*i], dst[2*i+1] = at, o.Y[i]
		if o.EndedBy[i] < 0 {
			dst[2*i] = 1e9
		}
	}
	return nil
}}

// For constant coefficients the law of first passage is exact in steps of any
// length: in one step, in unlike ones, from above and from below, and backwards.
// The greatest distance D of 40000 paths' distribution from it has
// P(D > 2.2/√n) = 2 exp(−2·2.2²) ≈ 1e-4; the seed is fixed.
func TestFirstPassageIsExact(t *testing.T) {
	const paths = 40000
	for _, c := range []struct {
		d, a, b float64
		grid    []float64
	}{
		{0.7, 0.3, 1.1, []float64{0, 1}},
		{0.7, -0.9, 1.1, []float64{0, 0.1, 1}},
		{-0.5, 0.4, 0.8, []float64{0, 0.5, 0.6, 1}},
		{-0.5, -2, 0.3, []float64{0, 1}},
		{-0.5, -0.4, 0.8, []float64{1, 0.9, 0.2, 0}},
	} {
		e := sde.Ensemble{
			Method: stochastic.EulerMaruyama{}, System: drifting(c.a, c.b),
			T0: c.grid[0], T1: c.grid[len(c.grid)-1], Grid: c.grid, Initial: []float64{2}, Paths: paths, Address: noise.Address{Seed: 5},
			Barriers: []sde.Barrier{{Level: 2 + c.d}}, Quantity: ending,
			Statistics: []statistics.Reducer{&keep{width: 2}},
		}
		a := c.a
		if e.T1 < e.T0 {
			a = -a // the same way is one of t0 − t with the other drift
		}
		r, err := e.Run(t.Context())
		require.NoError(t, err)
		var times []float64
		rows := r.Statistics[0][0].(*keep).rows
		for i := 0; i < len(rows); i += 2 {
			if rows[i] != 1e9 {
				times = append(times, math.Abs(rows[i]-e.T0))
				require.Equal(t, 2+c.d, rows[i+1])
			}
		}
		worst := 0.0
		for k := 1; k <= 100; k++ {
			at := float64(k) / 100
			n := 0
			for _, v := range times {
				if v <= at {
					n++
				}
			}
			worst = max(worst, math.Abs(float64(n)/paths-passed(c.d, a, c.b, at)))
		}
		require.Less(t, worst, 2.2/math.Sqrt(paths), "%+v", c)
	}
}

// Watched at steps' ends alone, fewer paths end, by Broadie, Glasserman, Kou
// (1997): as if the barrier were 0.5826 σ√h further away, here to 2% and noise.
// Bridged, they end as many as they should.
func TestBarrierOnAChangingVolatility(t *testing.T) {
	const paths, steps = 40000, 64
	const a, b, level = 0.1, 0.3, 1.25
	e := sde.Ensemble{
		Method: stochastic.Milstein{}, System: geometric(1, sde.Ito, a, b), T1: 1, Steps: steps,
		Initial: []float64{1}, Paths: paths, Address: noise.Address{Seed: 6}, Quantity: ending,
		Barriers: []sde.Barrier{{Level: level}},
	}
	h, err := statistics.NewHistogram(2, 0, 0, 2, 1)
	require.NoError(t, err)
	e.Statistics = []statistics.Reducer{h}
	share := func() statistics.Estimate {
		r, err := e.Run(t.Context())
		require.NoError(t, err)
		return r.Statistics[0][0].(*statistics.Histogram).Probability(0)
	}
	log := passed(math.Log(level), a-b*b/2, b, 1)
	require.Less(t, math.Abs(share().Deviations(log)), 4.0)
	e.Barriers[0].Discrete = true
	watched := share()
	require.InDelta(t, passed(math.Log(level)+0.5826*b/math.Sqrt(steps), a-b*b/2, b, 1), watched.Value, 4*watched.Error+0.002)
	require.Less(t, watched.Deviations(log), -8.0)
}

// Exit from an interval: P(up) = (x−l)/(u−l) for Brownian motion, and the mean
// time (x−l)(u−x), both to four errors at steps that a plain test misses by
// many; the paths of Stop end at a step.
func TestExitFromAnInterval(t *testing.T) {
	const lower, upper, x = -1, 2, 0.5
	e := sde.Ensemble{
		Method: stochastic.EulerMaruyama{}, System: drifting(0, 1), T1: 60, Steps: 600,
		Initial: []float64{x}, Paths: 20000, Address: noise.Address{Seed: 7}, Quantity: ending,
		Barriers: []sde.Barrier{{Level: lower}, {Level: upper}},
	}
	m, err := statistics.NewMoments(2, 4)
	require.NoError(t, err)
	e.Statistics = []statistics.Reducer{m}
	r, err := e.Run(t.Context())
	require.NoError(t, err)
	m = r.Statistics[0][0].(*statistics.Moments)
	require.Less(t, math.Abs(m.Mean(0).Deviations((x-lower)*(upper-x))), 4.0)
	require.Less(t, math.Abs(m.Mean(1).Deviations(x)), 4.0)
	require.Equal(t, []float64{lower, upper}, []float64{m.Min(1), m.Max(1)})

	e.Barriers, e.Stop = nil, func(_ float64, y []float64) bool { return y[0] <= lower || y[0] >= upper }
	r, err = e.Run(t.Context())
	require.NoError(t, err)
	watched := r.Statistics[0][0].(*statistics.Moments)
	require.Greater(t, watched.Mean(0).Deviations((x-lower)*(upper-x)), 10.0)
	require.Less(t, watched.Min(1), float64(lower))
	e.Initial = []float64{-3}
	r, err = e.Run(t.Context())
	require.NoError(t, err)
	require.Zero(t, r.Statistics[0][0].(*statistics.Moments).Max(0), "ended before it began")
}

// A down-and-out call against Reiner and Rubinstein (1991): the call less its
// image in the barrier.
func TestDownAndOutCall(t *testing.T) {
	const s0, strike, level, rate, vol = 100, 100, 90, 0.05, 0.25
	call := func(s float64) float64 {
		d := (math.Log(s/strike) + rate + vol*vol/2) / vol
		return s*distuv.UnitNormal.CDF(d) - strike*math.Exp(-rate)*distuv.UnitNormal.CDF(d-vol)
	}
	want := call(s0) - math.Pow(level/float64(s0), 2*rate/(vol*vol)-1)*call(level*level/float64(s0))
	e := sde.Ensemble{
		Method: stochastic.Milstein{}, System: geometric(1, sde.Ito, rate, vol), T1: 1, Steps: 50,
		Initial: []float64{s0}, Paths: 60000, Address: noise.Address{Seed: 8},
		Barriers: []sde.Barrier{{Level: level}},
		Quantity: sde.Quantity{Width: 1, Of: func(dst []float64, o sde.Observation) error {
			for i, y := range o.Y {
				dst[i] = 0
				if o.EndedBy[i] < 0 {
					dst[i] = math.Exp(-rate) * math.Max(y-strike, 0)
				}
			}
			return nil
		}},
	}
	m, err := statistics.NewMoments(1, 4)
	require.NoError(t, err)
	e.Statistics = []statistics.Reducer{m}
	r, err := e.Run(t.Context())
	require.NoError(t, err)
	require.Less(t, math.Abs(r.Statistics[0][0].(*statistics.Moments).Mean(0).Deviations(want)), 4.0)
}

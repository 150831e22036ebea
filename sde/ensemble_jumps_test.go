package sde_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/models"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// still is dy = a y dt.
func still(a float64) sde.System {
	s := geometric(1, sde.Stratonovich, a, 0)
	s.DiffusionDerivative = nil
	return s
}

func rowsOf(t *testing.T, e sde.Ensemble) [][]float64 {
	e.Statistics = []statistics.Reducer{&keep{width: 1}}
	r, err := e.Run(t.Context())
	require.NoError(t, err)
	out := make([][]float64, len(r.Times))
	for i, set := range r.Statistics {
		out[i] = set[0].(*keep).rows
	}
	return out
}

// Merton's model in its logarithm, on two steps of two years: the mean, variance and
// third moment are those of drift, Brownian motion and the compound Poisson sum,
//
//	δT + λTm,   σ²T + λT(m²+s²),   λT(m³ + 3ms²),
//
// and the price of a call is Merton's, to five standard errors each (6e-7).
func TestEnsembleOfMerton(t *testing.T) {
	const (
		rate, sigma, strike, years = 0.05, 0.2, 1.1, 2.0
		lambda, mean, sd           = 0.8, -0.1, 0.3
	)
	drift := rate - lambda*math.Expm1(mean+sd*sd/2) - sigma*sigma/2
	s := brownian(1)
	s.Drift = each(func(_, _ float64) float64 { return drift })
	s.Diffusion = func(dst []float64, _ float64, _ []float64) error { dst[0] = sigma; return nil }
	moments, err := statistics.NewMoments(2, 6)
	require.NoError(t, err)
	r, err := sde.Ensemble{
		Method: stochastic.EulerMaruyama{}, System: s, T1: years, Steps: 2, Initial: []float64{0}, Paths: 100_000, Address: noise.Address{Seed: 5},
		Jumps: sde.Jumps{Rate: lambda, Apply: func(_ float64, y []float64, s *noise.Stream) error {
			y[0] += mean + sd*s.Normal()
			return nil
		}},
		Quantity: sde.Quantity{Width: 2, Of: func(dst []float64, o sde.Observation) error {
			for i, x := range o.Y {
				dst[2*i], dst[2*i+1] = x, math.Exp(-rate*years)*max(math.Exp(x)-strike, 0)
			}
			return nil
		}},
		Statistics: []statistics.Reducer{moments},
	}.Run(t.Context())
	require.NoError(t, err)
	m := r.Statistics[0][0].(*statistics.Moments)
	variance := sigma*sigma*years + lambda*years*(mean*mean+sd*sd)
	third := lambda * years * (mean*mean*mean + 3*mean*sd*sd)
	for _, c := range []struct {
		got  statistics.Estimate
		want float64
	}{
		{m.Mean(0), drift*years + lambda*years*mean},
		{m.Variance(0), variance},
		{m.Skewness(0), third / math.Pow(variance, 1.5)},
		{m.Mean(1), merton(rate, sigma, strike, years, lambda, mean, sd)},
	} {
		require.Less(t, math.Abs(c.got.Deviations(c.want)), 5.0, "%v, want %v", c.got, c.want)
	}
}

// Paths jump at their times, whatever the steps and outputs, forwards and backwards:
// the sum of the jumps' times is that of Times.
func TestEnsembleJumpsAtItsTimes(t *testing.T) {
	const paths = 3000
	for _, t1 := range []float64{5, 1} {
		for _, steps := range []int{1, 2, 7} {
			e := sde.Ensemble{
				Method: stochastic.Heun{}, System: still(0), T0: 3, T1: t1, Times: []float64{3 + (t1-3)/2, t1}, Steps: steps,
				Initial: []float64{0}, Paths: paths, Address: noise.Address{Seed: 4, Row: 11},
				Jumps: sde.Jumps{Rate: 5, Apply: func(now float64, y []float64, _ *noise.Stream) error {
					y[0] += now - 3
					return nil
				}},
			}
			rows := rowsOf(t, e)
			for i := range paths {
				want, half := 0.0, 0.0
				for _, elapsed := range e.Jumps.Times(nil, 4, 11+uint64(i), 2) {
					want += elapsed * (t1 - 3) / 2
					if elapsed <= 1 {
						half = want
					}
				}
				require.InDelta(t, half, rows[0][i], 1e-12)
				require.InDelta(t, want, rows[1][i], 1e-12)
			}
		}
	}
}

// A method keeps its order: Heun's on y' = a y with jumps by marks of [0, 1), against
// e^{aT} + Σ ζ e^{a(T−τ)} path by path. At steps' ends jumps would make it first order.
func TestEnsembleJumpsKeepTheOrder(t *testing.T) {
	const a, paths, seed = -1.5, 1000, 8
	e := sde.Ensemble{
		Method: stochastic.Heun{}, System: still(a), T1: 1, Initial: []float64{1}, Paths: paths, Address: noise.Address{Seed: seed},
		Jumps: sde.Jumps{Rate: 3, Apply: func(_ float64, y []float64, s *noise.Stream) error {
			y[0] += s.Uniform()
			return nil
		}},
	}
	var logH, logE []float64
	for _, e.Steps = range []int{8, 16, 32, 64} {
		square := 0.0
		for i, y := range rowsOf(t, e)[0] {
			want := math.Exp(a)
			for k, at := range e.Jumps.Times(nil, seed, uint64(i), 1) {
				mark := e.Jumps.Mark(seed, uint64(i), k)
				want += mark.Uniform() * math.Exp(a*(1-at))
			}
			square += (y - want) * (y - want) / paths
		}
		logH, logE = append(logH, -math.Log(float64(e.Steps))), append(logE, 0.5*math.Log(square))
	}
	_, slope := stat.LinearRegression(logH, logE, nil, false)
	require.InDelta(t, 2, slope, 0.1)
}

// Cut steps have the noise of whole ones: with jumps that do nothing, forty in a
// step or so, the end has mean, variance and kurtosis of a normal law, by methods on
// increments, in place, and on more of the path (five standard errors, 6e-7 each); and
// the statistics of the mean over paths hold, so paths do not depend on one another.
func TestEnsembleCutsSteps(t *testing.T) {
	for _, method := range []stochastic.Method{stochastic.EulerMaruyama{}, stochastic.SRA1, stochastic.SRI1} {
		moments, err := statistics.NewMoments(1, 8)
		require.NoError(t, err)
		r, err := sde.Ensemble{
			Method: method, System: brownian(1), T1: 2, Steps: 2, Initial: []float64{0}, Paths: 5000, Address: noise.Address{Seed: 2},
			Jumps:      sde.Jumps{Rate: 40, Apply: func(float64, []float64, *noise.Stream) error { return nil }},
			Statistics: []statistics.Reducer{moments},
		}.Run(t.Context())
		require.NoError(t, err)
		m := r.Statistics[0][0].(*statistics.Moments)
		require.Less(t, math.Abs(m.Mean(0).Deviations(0)), 5.0, "%T", method)
		require.Less(t, math.Abs(m.Variance(0).Deviations(2)), 5.0, "%T", method)
		require.Less(t, math.Abs(m.Kurtosis(0).Deviations(3)), 5.0, "%T", method)
	}
}

// Steppers that advance in place jump from where the step began: the paths are those
// of others to rounding.
func TestEnsembleJumpsInPlace(t *testing.T) {
	gbm := models.GBM{Mu: 0.5, Sigma: 0.3}
	e := sde.Ensemble{
		Method: stochastic.EulerMaruyama{}, System: gbm.System(), T1: 1, Steps: 8, Initial: []float64{1}, Paths: 3000, Address: noise.Address{Seed: 6},
		Jumps: sde.Jumps{Rate: 2, Apply: func(_ float64, y []float64, s *noise.Stream) error {
			y[0] *= 0.5 + s.Uniform()
			return nil
		}},
	}
	want := rowsOf(t, e)[0]
	e.Method = models.Euler[models.GBM]{Model: gbm}
	_, advances := e.Method.Stepper(&e.System, 1).(sde.Advancer)
	require.True(t, advances)
	require.InDeltaSlice(t, want, rowsOf(t, e)[0], 1e-13)
}

// A path that has ended jumps no more, and counts Discrete barriers at steps' ends.
func TestEnsembleEndsAfterAJump(t *testing.T) {
	var calls atomic.Int64
	e := sde.Ensemble{
		Method: stochastic.Heun{}, System: still(0), T1: 4, Steps: 400, Initial: []float64{0}, Paths: 2000, Address: noise.Address{Seed: 3},
		Jumps: sde.Jumps{Rate: 1, Apply: func(_ float64, y []float64, _ *noise.Stream) error {
			calls.Add(1)
			y[0]++
			return nil
		}},
		Barriers: []sde.Barrier{{Level: 0.5, Discrete: true}},
	}
	var late int
	ends := rowsOf(t, e)[0]
	for i, y := range ends {
		times := e.Jumps.Times(nil, 3, uint64(i), 4)
		within := 0.0 // those of the first one's step
		for _, at := range times {
			if math.Ceil(at*100) == math.Ceil(times[0]*100) {
				within++
			}
		}
		require.Equal(t, within, y, "path %d: %v", i, times)
		late += len(times) - int(within)
	}
	require.Greater(t, late, 1000)
	require.EqualValues(t, floats.Sum(ends), calls.Load())
}

// Bits depend on no number of workers, nor on a stop in the middle.
func TestEnsembleWithJumpsHasTheSameBits(t *testing.T) {
	e := small(t)
	e.Jumps = sde.Jumps{Rate: 3, Apply: func(_ float64, y []float64, s *noise.Stream) error {
		y[1] *= 0.5 + s.Uniform()
		return nil
	}}
	whole, err := e.Run(t.Context())
	require.NoError(t, err)
	e.Workers = 3
	again, err := e.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, bits(t, whole), bits(t, again))

	stop := errors.New("stop")
	e.Checkpoint.Path = filepath.Join(t.TempDir(), "jumps")
	e.Progress = func(done, _ uint64) error {
		if done > 3*sde.ChunkPaths {
			return stop
		}
		return nil
	}
	_, err = e.Run(t.Context())
	require.ErrorIs(t, err, stop)
	e.Progress = nil
	other := e
	other.Jumps.Rate = 2
	_, err = other.Run(t.Context())
	require.ErrorIs(t, err, sde.ErrCheckpoint)
	resumed, err := e.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, bits(t, whole), bits(t, resumed))

	e.Checkpoint, e.Workers, e.Paths, e.Times = sde.Checkpoint{}, 1, 3000, nil
	count := func(steps int) float64 {
		e.Steps = steps
		return testing.AllocsPerRun(3, func() {
			_, err := e.Run(t.Context())
			require.NoError(t, err)
		})
	}
	require.InDelta(t, count(10), count(100), 10) // the grid grows
}

// The mean and variance of a year's claims, three a year of a mean of two each, by an
// exponential law: 3·2 and 3·2·2².
func ExampleEnsemble_jumps() {
	s := brownian(1)
	s.Diffusion = func(dst []float64, _ float64, _ []float64) error { clear(dst); return nil }
	moments, err := statistics.NewMoments(1, 4)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := sde.Ensemble{
		Method: stochastic.EulerMaruyama{}, System: s, T1: 1, Steps: 1, Initial: []float64{0}, Paths: 100_000,
		Jumps: sde.Jumps{Rate: 3, Apply: func(_ float64, y []float64, s *noise.Stream) error {
			y[0] -= 2 * math.Log(s.Uniform())
			return nil
		}},
		Statistics: []statistics.Reducer{moments},
	}.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	m := r.Statistics[0][0].(*statistics.Moments)
	fmt.Printf("%.1f %.0f\n", m.Mean(0).Value, m.Variance(0).Value)
	// Output: 6.0 24
}

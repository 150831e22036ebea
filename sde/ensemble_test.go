package sde_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
	"github.com/ito-sde/ito/sde/statistics/quantiles"
)

// keep is a reducer of a user's: all rows, in order.
type keep struct {
	width int
	rows  []float64
}

func (k *keep) New() statistics.Reducer    { return &keep{width: k.width} }
func (k *keep) Width() int                 { return k.width }
func (k *keep) Add(rows []float64)         { k.rows = append(k.rows, rows...) }
func (k *keep) Merge(o statistics.Reducer) { k.Add(o.(*keep).rows) }
func (k *keep) Reset()                     { k.rows = k.rows[:0] }
func (k *keep) AppendBinary(b []byte) ([]byte, error) {
	return binary.Append(b, binary.LittleEndian, k.rows)
}

func (k *keep) UnmarshalBinary(b []byte) error {
	k.rows = make([]float64, len(b)/8)
	return binary.Read(bytes.NewReader(b), binary.LittleEndian, k.rows)
}

func all(t testing.TB, width int) []statistics.Reducer {
	m, err := statistics.NewMoments(width, 4)
	require.NoError(t, err)
	c, err := statistics.NewCovariance(width)
	require.NoError(t, err)
	h, err := statistics.NewHistogram(width, 0, 0, 3, 20)
	require.NoError(t, err)
	q, err := quantiles.New(width, width-1, 0.01)
	require.NoError(t, err)
	return []statistics.Reducer{m, c, h, q}
}

// bits are the states of all statistics of a result.
func bits(t *testing.T, r sde.EnsembleResult) []byte {
	var b []byte
	for _, set := range r.Statistics {
		for _, s := range set {
			var err error
			b, err = s.AppendBinary(b)
			require.NoError(t, err)
		}
	}
	return b
}

func small(t testing.TB) sde.Ensemble {
	return sde.Ensemble{
		Method: stochastic.Milstein{}, System: geometric(2, sde.Ito, 0.3, 0.5),
		T1: 1, Steps: 20, Times: []float64{0, 0.5, 1}, Initial: []float64{1, 2},
		Paths: 11*sde.ChunkPaths + 333, Address: noise.Address{Seed: 3, Row: 64, Step: 5}, Statistics: all(t, 2),
	}
}

// The paths are those of Solve, to the bit, in the order of rows.
func TestEnsembleHasThePathsOfSolve(t *testing.T) {
	e := small(t)
	e.Paths, e.Times = 5000, []float64{0.5, 1}
	e.Statistics = []statistics.Reducer{&keep{width: 2}}
	y0 := make([]float64, 2*5000)
	for i := range y0 {
		y0[i] = e.Initial[i%2]
	}
	var want [2][]float64
	c := sde.Config{Steps: 20, Address: e.Address, Every: 10, Observe: func(s sde.Snapshot) error {
		if s.Step > 0 {
			want[s.Step/10-1] = append([]float64(nil), s.Y...)
		}
		return nil
	}}
	_, err := sde.Solve(t.Context(), e.Method, e.System, 0, 1, y0, c)
	require.NoError(t, err)
	r, err := e.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 5000, r.Paths)
	for i := range want {
		require.Equal(t, want[i], r.Statistics[i][0].(*keep).rows)
	}

	// From states that Start draws, with a method that has the noise's scale.
	e.Initial, e.Start = nil, func(rows []float64, at noise.Address) error {
		noise.Gaussian{}.Normal(rows, 2, at)
		for i := range rows {
			rows[i] = math.Exp(rows[i])
		}
		return nil
	}
	e.Times = []float64{0}
	r, err = e.Run(t.Context())
	require.NoError(t, err)
	noise.Gaussian{}.Normal(y0, 2, noise.Address{Seed: 3, Use: noise.Prior, Row: 64, Step: 5})
	for i := range y0 {
		y0[i] = math.Exp(y0[i])
	}
	require.Equal(t, y0, r.Statistics[0][0].(*keep).rows)
}

// The same bits for any number of workers, and in the order in which the paths
// of slower chunks come.
func TestEnsembleHasTheSameBits(t *testing.T) {
	e := small(t)
	e.Workers = 1
	r, err := e.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, e.Paths, r.Paths)
	want := bits(t, r)
	for _, workers := range []int{2, 3, 16, 0} {
		e.Workers = workers
		last := uint64(0)
		e.Progress = func(done, total uint64) error {
			require.Greater(t, done, last)
			require.Equal(t, e.Paths, total)
			last = done
			return nil
		}
		r, err := e.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, bits(t, r), "%d workers", workers)
		require.Equal(t, e.Paths, last)
	}
}

// Means and variances of geometric Brownian motion at three times, sections of
// steps of unlike length among them, within five standard errors; Milstein's
// weak error at these steps is a tenth of that.
func TestEnsembleHasTheLaw(t *testing.T) {
	const a, b = 0.3, 0.4
	e := sde.Ensemble{
		Method: stochastic.Milstein{}, System: geometric(1, sde.Ito, a, b),
		T0: 0, T1: 1.5, Steps: 250, Times: []float64{0.1, 0.777, 1.5}, Initial: []float64{1},
		Paths: 2e4, Address: noise.Address{Seed: 1}, Statistics: all(t, 1),
	}
	r, err := e.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, e.Times, r.Times)
	for i, at := range e.Times {
		m := r.Statistics[i][0].(*statistics.Moments)
		mean := math.Exp(a * at)
		require.Less(t, math.Abs(m.Mean(0).Deviations(mean)), 5.0)
		require.Less(t, math.Abs(m.Variance(0).Deviations(mean*mean*math.Expm1(b*b*at))), 5.0)
		median := math.Exp((a - b*b/2) * at)
		lo, hi := r.Statistics[i][3].(*quantiles.Sketch).Interval(0.5, 1-1e-6)
		require.Less(t, lo, median*1.01)
		require.Greater(t, hi, median/1.01)
	}
}

// Interrupted after every chunk or so, by the caller, an observer or for good,
// and gone on from the file: the same bits; and a longer run goes on from a
// shorter one.
func TestEnsembleResumes(t *testing.T) {
	e := small(t)
	r, err := e.Run(t.Context())
	require.NoError(t, err)
	want := bits(t, r)
	e.Checkpoint = sde.Checkpoint{Path: t.TempDir() + "/run", Every: 1}
	enough := errors.New("enough")
	runs := 0
	for done := uint64(0); done < e.Paths; runs++ {
		calls := 0
		ctx, cancel := context.WithCancel(t.Context())
		e.Workers = 1 + runs%3
		e.Progress = func(n, _ uint64) error {
			require.Greater(t, n, done)
			if calls++; calls == 2 && runs%2 == 0 {
				return enough
			} else if calls == 2 {
				cancel()
			}
			return nil
		}
		r, err = e.Run(ctx)
		if err != nil && !errors.Is(err, enough) {
			require.ErrorIs(t, err, context.Canceled)
		}
		require.Greater(t, r.Paths, done)
		done = r.Paths
		cancel()
	}
	require.Greater(t, runs, 3)
	require.Equal(t, want, bits(t, r))
	e.Progress = nil
	r, err = e.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, bits(t, r), "nothing left to do")

	shorter := e
	shorter.Paths = 3 * sde.ChunkPaths
	_, err = shorter.Run(t.Context())
	require.ErrorIs(t, err, sde.ErrCheckpoint)
	shorter.Checkpoint.Path += "2"
	_, err = shorter.Run(t.Context())
	require.NoError(t, err)
	shorter.Paths = e.Paths
	r, err = shorter.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, bits(t, r), "a longer run")

	for name, other := range map[string]func(e *sde.Ensemble){
		"seed":      func(e *sde.Ensemble) { e.Address.Seed++ },
		"steps":     func(e *sde.Ensemble) { e.Steps++ },
		"label":     func(e *sde.Ensemble) { e.Checkpoint.Label = "other" },
		"method":    func(e *sde.Ensemble) { e.Method = stochastic.Platen{} },
		"initial":   func(e *sde.Ensemble) { e.Initial = []float64{1, 3} },
		"statistic": func(e *sde.Ensemble) { e.Statistics = e.Statistics[:2] },
		"barrier":   func(e *sde.Ensemble) { e.Barriers = []sde.Barrier{{Level: 9}} },
	} {
		o := e
		other(&o)
		_, err = o.Run(t.Context())
		require.ErrorIs(t, err, sde.ErrCheckpoint, name)
		require.ErrorContains(t, err, "another ensemble", name)
	}
	e.Checkpoint.Path = t.TempDir() + "/no/run"
	_, err = e.Run(t.Context())
	require.ErrorIs(t, err, sde.ErrCheckpoint)
}

// A run that is cancelled ends within a step, with the paths merged so far.
func TestEnsembleIsCancelled(t *testing.T) {
	for _, workers := range []int{1, 2} {
		e := small(t)
		e.Workers, e.Times = workers, nil
		ctx, cancel := context.WithCancel(t.Context())
		var calls, after atomic.Int64
		drift := e.System.Drift
		e.System.Drift = func(dst []float64, at float64, y []float64) error {
			if ctx.Err() != nil {
				after.Add(1)
			}
			if calls.Add(1) == 1000 {
				cancel()
			}
			return drift(dst, at, y)
		}
		r, err := e.Run(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.Less(t, r.Paths, e.Paths)
		require.Greater(t, r.Paths, uint64(0))
		require.Len(t, r.Statistics[0], 4)
		// The flag is set by a goroutine, which has to come by.
		require.Less(t, after.Load(), int64(500))
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		r, err = e.Run(cancelled)
		require.ErrorIs(t, err, context.Canceled)
		require.Zero(t, r.Paths)
	}
}

// The failure reported is the first path's, whatever the number of workers, with
// the statistics of the chunks before.
func TestEnsembleReportsTheFirstFailure(t *testing.T) {
	for _, workers := range []int{1, 2, 7} {
		e := sde.Ensemble{
			Method: stochastic.EulerMaruyama{}, System: geometric(1, sde.Ito, 0, 0), T1: 1, Steps: 10, Workers: workers,
			Paths: 30 * sde.ChunkPaths, Statistics: all(t, 1)[:1],
			Start: func(rows []float64, at noise.Address) error {
				for i := range rows {
					rows[i] = float64(at.Row) + float64(i)
				}
				return nil
			},
		}
		bad := func(y float64) bool { return y == 20100 || y == 9001 || y == 8999 }
		e.System.Drift = each(func(at, y float64) float64 {
			if at >= 0.5 && bad(y) {
				return math.NaN()
			}
			return 0
		})
		r, err := e.Run(t.Context())
		var state *sde.StateError
		require.ErrorAs(t, err, &state)
		require.ErrorIs(t, err, sde.ErrState)
		require.Equal(t, []any{8999, 5, 0.5}, []any{state.Row, state.Step, state.T})
		require.EqualValues(t, 4*sde.ChunkPaths, r.Paths)
		m := r.Statistics[0][0].(*statistics.Moments)
		require.Equal(t, float64(r.Paths-1)/2, m.Mean(0).Value)

		e.System.Drift = each(func(_, _ float64) float64 { return 0 })
		e.Quantity = sde.Quantity{Width: 1, Of: func(dst []float64, o sde.Observation) error {
			for i, y := range o.Y {
				dst[i] = 0
				if bad(y) {
					dst[i] = math.Inf(1)
				}
			}
			return nil
		}}
		_, err = e.Run(t.Context())
		require.ErrorAs(t, err, &state)
		require.Equal(t, 8999, state.Row)
		require.ErrorContains(t, err, "the quantity is +Inf")
	}
}

func TestEnsembleIsChecked(t *testing.T) {
	for text, change := range map[string]func(e *sde.Ensemble){
		"no Method":            func(e *sde.Ensemble) { e.Method = nil },
		"Paths 0":              func(e *sde.Ensemble) { e.Paths = 0 },
		"Initial has 1":        func(e *sde.Ensemble) { e.Initial = e.Initial[:1] },
		"y0[0] is NaN":         func(e *sde.Ensemble) { e.Initial = []float64{math.NaN(), 0} },
		"Initial and Start":    func(e *sde.Ensemble) { e.Start = func([]float64, noise.Address) error { return nil } },
		"no Statistics":        func(e *sde.Ensemble) { e.Statistics = nil },
		"not of rows of 2":     func(e *sde.Ensemble) { e.Statistics = all(t, 1) },
		"Width 0":              func(e *sde.Ensemble) { e.Quantity.Of = func([]float64, sde.Observation) error { return nil } },
		"Times[1] = 0.25":      func(e *sde.Ensemble) { e.Times = []float64{0.5, 0.25} },
		"Times[0] = 2":         func(e *sde.Ensemble) { e.Times = []float64{2} },
		"not one of Grid":      func(e *sde.Ensemble) { e.Steps, e.Grid, e.Times = 0, []float64{0, 0.6, 1}, []float64{0.5} },
		"Steps 0":              func(e *sde.Ensemble) { e.Steps = 0 },
		"shorter than round":   func(e *sde.Ensemble) { e.T0, e.T1, e.Times = 1, math.Nextafter(1, 2), nil },
		"Barriers[0]: coordin": func(e *sde.Ensemble) { e.Barriers = []sde.Barrier{{Coordinate: 2}} },
		"Barriers[0]: the lev": func(e *sde.Ensemble) { e.Barriers = []sde.Barrier{{Level: math.NaN()}} },
		"not valid":            func(e *sde.Ensemble) { e.Method = stochastic.Heun{} },
		"Checkpoint.Every -1":  func(e *sde.Ensemble) { e.Checkpoint.Every = -1 },
	} {
		e := small(t)
		change(&e)
		r, err := e.Run(t.Context())
		require.ErrorContains(t, err, text)
		require.Nil(t, r.Statistics)
	}
}

// Ten times the steps, the same allocations.
func TestEnsembleStepAllocatesNothing(t *testing.T) {
	e := small(t)
	e.Workers, e.Paths, e.Barriers = 1, 3000, []sde.Barrier{{Level: 0.5}, {Coordinate: 1, Level: 3, Discrete: true}}
	e.Quantity = sde.Quantity{Width: 2, Of: func(dst []float64, o sde.Observation) error {
		for i, at := range o.Ended {
			dst[2*i], dst[2*i+1] = math.Min(at, 9), float64(o.EndedBy[i])
		}
		return nil
	}}
	count := func(steps int) float64 {
		e.Steps = steps
		e.Grid, e.Times = make([]float64, steps+1), nil
		for k := range e.Grid {
			e.Grid[k] = float64(k) / float64(steps)
		}
		e.Steps = 0
		return testing.AllocsPerRun(3, func() {
			_, err := e.Run(t.Context())
			require.NoError(t, err)
		})
	}
	require.InDelta(t, count(10), count(100), 3)
}

package sde_test

import (
	"context"
	"errors"
	"math"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

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
	require.Greater(t, runs, 1) // more, unless workers finish what they have begun before the cancellation reaches them
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
	whole, err := os.ReadFile(e.Checkpoint.Path)
	require.NoError(t, err)
	for name, bytes := range map[string][]byte{
		"empty": nil, "short": whole[:len(whole)/2], "another file": []byte(strings.Repeat("text ", 100)),
		"damaged": append(append(append([]byte(nil), whole[:300]...), whole[300]^4), whole[301:]...),
	} {
		require.NoError(t, os.WriteFile(e.Checkpoint.Path, bytes, 0o600))
		_, err = e.Run(t.Context())
		require.ErrorIs(t, err, sde.ErrCheckpoint, name)
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
		var after atomic.Int64
		// After the first chunk, so that there is something to return.
		e.Progress = func(uint64, uint64) error { cancel(); return nil }
		drift := e.System.Drift
		e.System.Drift = func(dst []float64, at float64, y []float64) error {
			if ctx.Err() != nil {
				after.Add(1)
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

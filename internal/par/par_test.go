package par_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ito-sde/ito/internal/par"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Every tile is done once, and no two goroutines share a worker's number.
func TestFor(t *testing.T) {
	for _, workers := range []int{0, 1, 2, 8, 100} {
		const tiles = 50
		var done [tiles]atomic.Int32
		var busy [tiles]atomic.Bool // by worker
		require.NoError(t, par.For(context.Background(), workers, tiles, func(worker, tile int) error {
			if !busy[worker].CompareAndSwap(false, true) {
				return errors.New("worker shared")
			}
			done[tile].Add(1)
			busy[worker].Store(false)
			return nil
		}))
		for i := range done {
			require.EqualValues(t, 1, done[i].Load())
		}
		require.LessOrEqual(t, par.Workers(workers, tiles), tiles)
	}
	require.NoError(t, par.For(context.Background(), 4, 0, func(int, int) error { return errors.New("no tile to do") }))
}

func TestForStops(t *testing.T) {
	boom := errors.New("boom")
	for _, workers := range []int{1, 3} {
		var calls atomic.Int32
		err := par.For(context.Background(), workers, 1000, func(int, int) error {
			if calls.Add(1) == 10 {
				return boom
			}
			return nil
		})
		require.ErrorIs(t, err, boom)
		require.Less(t, calls.Load(), int32(1000))

		ctx, cancel := context.WithCancel(context.Background())
		calls.Store(0)
		err = par.For(ctx, workers, 1000, func(int, int) error {
			if calls.Add(1) == 10 {
				cancel()
			}
			return nil
		})
		require.ErrorIs(t, err, context.Canceled)
		require.Less(t, calls.Load(), int32(10+workers+1))
	}
}

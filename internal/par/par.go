// Package par runs tiles of work on several goroutines. They are the only
// goroutines of the module. Tiles are fixed by the caller, never derived from
// the number of workers, so that results are the same bits for any number.
package par

import (
	"context"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// For calls do(worker, tile) once for every tile in [0, tiles), with worker in
// [0, workers) telling which goroutine's scratch to use. workers ≤ 0 means
// GOMAXPROCS. It stops handing out tiles at the first error or when ctx ends,
// and returns that error.
func For(ctx context.Context, workers, tiles int, do func(worker, tile int) error) error {
	if workers = Workers(workers, tiles); workers <= 1 {
		for i := range tiles {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := do(0, i); err != nil {
				return err
			}
		}
		return nil
	}
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for w := range workers {
		g.Go(func() error {
			for {
				if err := ctx.Err(); err != nil {
					return err
				}
				i := int(next.Add(1)) - 1
				if i >= tiles {
					return nil
				}
				if err := do(w, i); err != nil {
					return err
				}
			}
		})
	}
	return g.Wait()
}

// Workers returns the number of goroutines that For uses.
func Workers(workers, tiles int) int {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return min(workers, tiles)
}

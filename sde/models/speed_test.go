package models_test

import (
	"math"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/models"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// TestSpeed logs the path-steps per second of each model on one core and on two,
// beside the time of a normal number, as the least of interleaved short runs: a
// time is no property of the code alone. It runs when ITO_ENSEMBLE_SPEED is set.
func TestSpeed(t *testing.T) {
	if os.Getenv("ITO_ENSEMBLE_SPEED") == "" {
		t.Skip("ITO_ENSEMBLE_SPEED is not set")
	}
	const paths, steps, rounds = 40 * sde.ChunkPaths, 100, 60
	for _, e := range models.Catalogue {
		m, err := statistics.NewMoments(e.System.Dim, 2)
		require.NoError(t, err)
		best := [3]float64{math.Inf(1), math.Inf(1), math.Inf(1)}
		timed := func(i int, do func()) {
			start := time.Now()
			do()
			best[i] = min(best[i], time.Since(start).Seconds())
		}
		run := sde.Ensemble{Method: e.Method, System: e.System, T1: e.T1 * steps / 1000, Steps: steps, Initial: e.Initial,
			Paths: paths, Address: noise.Address{Seed: 1}, Statistics: []statistics.Reducer{m}}
		// The normals alone, in batches of eight blocks of rows, the fastest way.
		noises := e.System.Noises()
		const batches = 2000
		z := make([]float64, 8*noise.BlockRows*noises)
		for range rounds {
			timed(0, func() {
				for i := range batches {
					noise.Gaussian{}.Normal(z, noises, noise.Address{Use: noise.Test, Step: uint64(i)})
				}
			})
			for workers := 1; workers <= 2; workers++ {
				run.Workers = workers
				timed(workers, func() {
					_, err := run.Run(t.Context())
					require.NoError(t, err)
				})
			}
		}
		normal := best[0] / (batches * float64(len(z)))
		t.Logf("%-10s %.2f ns/normal, %.3g path-steps/s, %.2f of the normals' rate; %.2f times on two cores", e.Name,
			normal*1e9, paths*steps/best[1], normal*float64(noises)*paths*steps/best[1], best[1]/best[2])
	}
}

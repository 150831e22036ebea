package models_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/models"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// BenchmarkEnsemble is 1e5 paths of 1000 steps of each model, final states only,
// beside the time of the same number of normals in the same run: of-normals is
// the share of the normals' rate that path-steps reach.
func BenchmarkEnsemble(b *testing.B) {
	for _, e := range models.Catalogue {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", e.Name, workers), func(b *testing.B) {
				m, err := statistics.NewMoments(e.System.Dim, 2)
				if err != nil {
					b.Fatal(err)
				}
				const paths, steps = 100000, 1000
				run := sde.Ensemble{Method: e.Method, System: e.System, T1: e.T1, Steps: steps, Initial: e.Initial,
					Paths: paths, Workers: workers, Address: noise.Address{Seed: 1}, Statistics: []statistics.Reducer{m}}
				var normals time.Duration
				noises := e.System.Noises()
				z := make([]float64, 8*noise.BlockRows*noises) // the fastest way
				for b.Loop() {
					if _, err := run.Run(b.Context()); err != nil {
						b.Fatal(err)
					}
					b.StopTimer()
					start := time.Now()
					for i := range 20000 {
						noise.Gaussian{}.Normal(z, noises, noise.Address{Use: noise.Test, Step: uint64(i)})
					}
					normals += time.Since(start)
					b.StartTimer()
				}
				step := b.Elapsed().Seconds() / float64(b.N) / (paths * steps)
				normal := normals.Seconds() / float64(b.N) / float64(20000*len(z))
				b.ReportMetric(1/step, "path-steps/s")
				b.ReportMetric(normal*1e9, "ns/normal")
				b.ReportMetric(normal*float64(noises)/step, "of-normals")
			})
		}
	}
}

package sampler_test

import (
	"context"
	"testing"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// still costs as little as a model can.
type still struct{ dim int }

func (s still) Dim() int                                  { return s.dim }
func (still) Denoise(dst, x []float64, _ sde.Level) error { copy(dst, x); return nil }

// BenchmarkOverhead is the cost of a sampler apart from its model, in
// nanoseconds per number and step.
func BenchmarkOverhead(b *testing.B) {
	p := process(b, "vp")
	const rows, dim, steps = 4096, 64, 20
	for _, e := range sampler.Catalogue {
		b.Run(e.Name, func(b *testing.B) {
			c := sampler.Config{Process: p, Model: still{dim}, Rule: e.Rule, Grid: grid(b, p, sampler.UniformLambda{}, steps, true), Workers: 1}
			x := make([]float64, rows*dim)
			for b.Loop() {
				if _, err := sampler.Sample(context.Background(), x, c); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows*dim*steps), "ns/number-step")
		})
	}
}

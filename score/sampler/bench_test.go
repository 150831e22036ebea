package sampler_test

import (
	"context"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// still costs as little as a model can.
type still struct{ dim int }

func (s still) Dim() int                                  { return s.dim }
func (still) Denoise(dst, x []float64, _ sde.Level) error { copy(dst, x); return nil }

// overhead is one run of a rule apart from its model, at 4096 rows of 64 numbers,
// and how many numbers it moves.
func overhead(t testing.TB, e sampler.Entry) (run func(), numbers float64) {
	const rows, dim, steps = 4096, 64, 6 // a run fits between two interruptions
	p, state := process(t, "vp"), 1.0
	for _, o := range sampler.Phase {
		if o.Name == e.Name {
			p, state = process(t, "cld"), 2 // a position and a velocity
		}
	}
	c := sampler.Config{Process: p, Model: still{dim}, Rule: e.Rule, Grid: grid(t, p, sampler.UniformLambda{}, steps, true), Workers: 1}
	x := make([]float64, rows*dim)
	return func() {
		if _, err := sampler.Sample(context.Background(), x, c); err != nil {
			t.Fatal(err)
		}
	}, rows * dim * steps * state
}

// BenchmarkOverhead is the cost of a sampler apart from its model, in
// nanoseconds per number and step.
func BenchmarkOverhead(b *testing.B) {
	for _, e := range append(slices.Clone(sampler.Catalogue), sampler.Phase...) {
		b.Run(e.Name, func(b *testing.B) {
			run, numbers := overhead(b, e)
			for b.Loop() {
				run()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/numbers, "ns/number-step")
		})
	}
}

// A rule of one evaluation costs at most 10 ns a number and step beside it, the
// least of several rounds: of noise, at most one number a step, and of the
// combination of its vectors. (That it allocates nothing, TestNoAllocationPerStep sees
// to.)
func TestOverhead(t *testing.T) {
	if os.Getenv("ITO_OVERHEAD") == "" {
		t.Skip("measures times; set ITO_OVERHEAD=1 on a quiet machine")
	}
	for _, e := range append(slices.Clone(sampler.Catalogue), sampler.Phase...) {
		if e.Rule.Cost().Evaluations > 1 {
			continue
		}
		run, numbers := overhead(t, e)
		best := math.Inf(1)
		for range 60 {
			begin := time.Now()
			run()
			best = min(best, float64(time.Since(begin).Nanoseconds())/numbers)
		}
		t.Logf("%-20s %5.2f ns", e.Name, best)
		require.LessOrEqual(t, best, 10.0, e.Name)
	}
}

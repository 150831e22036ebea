package vec

import (
	"testing"

	"github.com/ito-sde/ito/internal/simd"
)

// BenchmarkKernels reports the time per element of slices that fit the cache.
func BenchmarkKernels(b *testing.B) {
	const n = 4096
	w, g, m, v := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	x := make([]float64, n)
	for i := range g {
		g[i] = float32(i%16) - 8
	}
	c := adamConstants{0.1, 0.01, 1, 1, 1e-8, 0, 1e-3}
	for _, isa := range simd.Available() {
		for _, k := range []struct {
			name string
			f    func()
		}{
			{"SiLU", func() { silu(isa, w, g) }},
			{"SiLUGrad", func() { siluGrad(isa, w, g, v) }},
			{"Adam", func() { adam(isa, w, g, m, v, &c) }},
			{"Lerp", func() { lerp(isa, w, g, 0.01) }},
			{"Narrow", func() { narrow(isa, w, x, 1) }},
			{"Widen", func() { widen(isa, x, g, 1) }},
		} {
			b.Run(k.name+"/"+isa.String(), func(b *testing.B) {
				for b.Loop() {
					k.f()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
			})
		}
	}
}

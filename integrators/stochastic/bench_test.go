package stochastic_test

import (
	"testing"

	"github.com/ito-sde/ito/integrators/stochastic"
)

// A step of every method on 64 rows of the problems that it accepts, in ns per
// row. The problems' own functions cost most of it.
func BenchmarkStep(b *testing.B) {
	for _, e := range stochastic.Catalogue {
		for _, p := range problems() {
			if stochastic.Check(e.Method, &p.sys) != nil || p.sys.Structure.IsAdditive() && p.sys.Calculus != e.Method.Calculus() {
				continue
			}
			b.Run(e.Name+"/"+p.name, func(b *testing.B) {
				const rows = 64
				var y []float64
				for range rows {
					y = append(y, p.y0...)
				}
				dst, dw := make([]float64, len(y)), make([]float64, rows*stochastic.Needs(e.Method, p.sys.Structure).Len(p.sys.Noises()))
				st := e.Method.Stepper(&p.sys, rows)
				for b.Loop() {
					if err := st.Step(dst, 0, 0.01, y, dw); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
			})
		}
	}
}

package sensitivity_test

import (
	"testing"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode/sensitivity"
)

func BenchmarkForward(b *testing.B) {
	for _, s := range []struct {
		name   string
		system sensitivity.System
	}{{"jacobian", lotka}, {"differences", without(lotka)}} {
		b.Run(s.name, func(b *testing.B) {
			steps := 0
			for b.Loop() {
				r, err := sensitivity.Forward(background, integrators.DormandPrince, s.system, 0, 20, lotka0, lotkaP, sensitivity.Config{Config: tolerance(1e-8)})
				if err != nil {
					b.Fatal(err)
				}
				steps = r.Stats.Accepted
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*steps), "ns/step")
		})
	}
}

func BenchmarkGradient(b *testing.B) {
	jacobian := lotka
	jacobian.VJP = nil
	for _, s := range []struct {
		name   string
		system sensitivity.System
		every  int
	}{{"vjp", lotka, 1}, {"vjp-checkpoints", lotka, 0}, {"jacobian", jacobian, 1}, {"differences", without(lotka), 1}} {
		b.Run(s.name, func(b *testing.B) {
			r, err := sensitivity.Record(background, integrators.DormandPrince, s.system, 0, 20, lotka0, lotkaP, tolerance(1e-8), s.every)
			if err != nil {
				b.Fatal(err)
			}
			end := []float64{1, 1}
			for b.Loop() {
				if _, _, err := r.Gradient(background, end, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*r.Stats.Accepted), "ns/step")
		})
	}
}

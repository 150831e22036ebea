package multistep_test

import (
	"testing"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/multistep"
)

func lorenz(d []float64, _ float64, y []float64) error {
	d[0], d[1], d[2] = 10*(y[1]-y[0]), y[0]*(28-y[2])-y[1], y[0]*y[1]-8./3*y[2]
	return nil
}

// BenchmarkAdams is a solve of Lorenz's equations, as ns a step, the driver's
// work and two evaluations among them.
func BenchmarkAdams(b *testing.B) {
	p := problem{name: "lorenz", f: lorenz, y0: []float64{1, 1, 1}, end: 10}
	for _, c := range []struct {
		name string
		tol  float64
	}{{"1e-6", 1e-6}, {"1e-10", 1e-10}} {
		b.Run(c.name, func(b *testing.B) { perStep(b, multistep.Adams{}.Stepper(p.f, 3), p, c.tol, c.tol) })
	}
}

func perStep(b *testing.B, s integrators.Stepper, p problem, rtol, atol float64) {
	steps := 0
	for b.Loop() {
		d := driver{rtol: rtol, atol: atol}
		if _, err := d.solve(s, p); err != nil {
			b.Fatal(err)
		}
		steps += d.accepted + d.rejected
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
}

// BenchmarkNDF is the same of Robertson's reaction, with its Jacobians and
// factorisations.
func BenchmarkNDF(b *testing.B) {
	p, loop := named(b, "robertson")
	for _, c := range []struct {
		name string
		tol  float64
	}{{"1e-4", 1e-4}, {"1e-8", 1e-8}} {
		b.Run(c.name, func(b *testing.B) {
			s, err := multistep.NDF{}.Implicit(p.F, 3, linearisation(p, c.tol, false))
			if err != nil {
				b.Fatal(err)
			}
			perStep(b, s, loop, c.tol, c.tol*p.AbsScale)
		})
	}
}

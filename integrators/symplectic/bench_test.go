package symplectic_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/symplectic"
)

// BenchmarkStep is a step of Kepler's problem, as ns a step and a stage; a stage
// of RK4 is an evaluation of the whole field, one of a composition a force (and a
// free velocity, p), one of a Gauss method an evaluation.
func BenchmarkStep(b *testing.B) {
	step := func(name string, s integrators.Stepper) {
		b.Run(name, func(b *testing.B) {
			y := []float64{1, 0, 0, 1}
			require.NoError(b, s.Reset(0, y))
			b.ReportAllocs()
			before := s.Counts().Evaluations
			for b.Loop() {
				if err := s.Try(y, nil, 0.01); err != nil {
					b.Fatal(err)
				}
				s.Accept()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(s.Counts().Evaluations-before), "ns/stage")
		})
	}
	step("rk4", integrators.RK4.Stepper(kepler, 4))
	for _, m := range symplectic.Catalogue {
		step(m.Name, m.Method.Stepper(kepler, 4))
		if c, ok := m.Method.(*symplectic.Composition); ok {
			step(m.Name+"/split", split(c, nil, gravity))
			step(m.Name+"/carried", split(c.Compensate(), nil, gravity))
		}
	}
}

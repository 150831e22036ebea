package rosenbrock_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators/rosenbrock"
	"github.com/ito-sde/ito/validation/problems"
)

// BenchmarkStep is a step with its Jacobian by formula, of fields that cost a
// few nanoseconds.
func BenchmarkStep(b *testing.B) {
	for _, name := range []string{"robertson", "vdp1000", "hires"} {
		p, _ := problems.ByName(name)
		for _, e := range rosenbrock.Catalogue {
			b.Run(name+"/"+e.Name, func(b *testing.B) {
				s, err := rosenbrock.Autonomous{Tableau: e.Method}.Implicit(p.F, len(p.Y0), linearisation(p))
				require.NoError(b, err)
				y, est := make([]float64, len(p.Y0)), make([]float64, len(p.Y0))
				require.NoError(b, s.Reset(0, p.Y0))
				b.ReportAllocs()
				for b.Loop() {
					if err := s.Try(y, est, 1e-3); err != nil {
						b.Fatal(err)
					}
					s.Accept()
				}
			})
		}
	}
}

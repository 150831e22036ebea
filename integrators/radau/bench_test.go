package radau_test

import (
	"testing"

	"github.com/ito-sde/ito/integrators/radau"
)

// BenchmarkRobertson is a whole solve to t = 1e11 at RTol 1e-6; ns/step is what
// counts.
func BenchmarkRobertson(b *testing.B) {
	for _, m := range []*radau.Method{radau.IIA5, radau.IIA9, radau.IIA13, radau.Variable} {
		b.Run(m.String(), func(b *testing.B) {
			p := robertson
			p.l.RTol, p.l.ATol = 1e-6, 1e-14
			s, err := m.Implicit(p.f, 3, p.l)
			if err != nil {
				b.Fatal(err)
			}
			y := make([]float64, 3)
			steps := 0
			for b.Loop() {
				copy(y, p.y0)
				st := integrate(b, s, p, y, 1e-6, nil)
				steps += st.accepted + st.rejected
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
			b.ReportMetric(float64(steps)/float64(b.N), "steps")
		})
	}
}

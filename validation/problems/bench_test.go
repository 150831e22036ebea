package problems

import "testing"

// BenchmarkField measures one evaluation of each right-hand side.
func BenchmarkField(b *testing.B) {
	for _, p := range Catalogue {
		b.Run(p.Name, func(b *testing.B) {
			dst := make([]float64, len(p.Y0))
			for b.Loop() {
				if err := p.F(dst, p.T0, p.Y0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

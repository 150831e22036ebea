package vec

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ito-sde/ito/internal/simd"
)

func TestCompensateSameBits(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		rapid.Check(t, func(t *rapid.T) {
			r, n, special := draw(t)
			d, y, s := newGuarded[float64](r, n, special), newGuarded[float64](r, n, special), newGuarded[float64](r, n, special)
			d1, y1, s1 := d.clone(), y.clone(), s.clone()
			compensate(isa, d.x, y.x, s.x)
			compensatePortable(d1.x, y1.x, s1.x)
			d.requireSame(t, d1)
			y.requireSame(t, y1)
			s.requireSame(t, s1)
		})
	})
}

// Sum and rest are exactly y and step together; a million steps of a tenth, which
// is no binary number, are off by a rounding.
func TestCompensateIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, _, _ := draw(t)
		dst, y, step := make([]float64, 1), []float64{1 + r.Float64()}, []float64{r.Float64() - 0.5}
		exact := new(big.Float).SetPrec(200).Add(big.NewFloat(y[0]), big.NewFloat(step[0]))
		Compensate(dst, y, step)
		got := new(big.Float).SetPrec(200).Add(big.NewFloat(dst[0]), big.NewFloat(step[0]))
		require.Zero(t, got.Cmp(exact))
	})
	const n = 1_000_000
	sum, next, step := []float64{0}, []float64{0}, []float64{0}
	plain := 0.0
	for range n {
		step[0] += 0.1
		Compensate(next, sum, step)
		sum, next = next, sum
		plain += 0.1
	}
	require.Equal(t, 0.1*n, sum[0])
	require.Greater(t, plain-0.1*n, 1e-6)
	require.Panics(t, func() { Compensate(sum, next, make([]float64, 2)) })
	require.Panics(t, func() { Compensate(sum, make([]float64, 2), step) })
}

func BenchmarkCompensate(b *testing.B) {
	const n = 4096
	d, y, s := make([]float64, n), make([]float64, n), make([]float64, n)
	for _, isa := range simd.Available() {
		b.Run(isa.String(), func(b *testing.B) {
			for b.Loop() {
				compensate(isa, d, y, s)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
		})
	}
}

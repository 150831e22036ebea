package vec

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/simd"
)

// 6e-15 of the series and a few roundings in each term, n roundings of the sum.
func TestSumExp(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		r := rand.New(rand.NewPCG(1, 9))
		for n := range 70 {
			x := make([]float64, n)
			shift := 50 * r.NormFloat64()
			var want float64
			for i := range x {
				x[i] = shift - 30*r.Float64()*r.Float64()
				want += math.Exp(x[i] - shift)
			}
			require.InDelta(t, want, sumExp(isa, x, shift), (2e-14+float64(n)*0x1p-53)*want)
		}
		// Term by term over the whole range, in every lane.
		for v := 0.0; v > -708; v -= 0.37 {
			x := []float64{v, v, v, v, v, v, v, v}
			require.InEpsilon(t, 8*math.Exp(v), sumExp(isa, x, 0), 2e-14)
		}
		for _, far := range []float64{-709, -1e300, math.Inf(-1)} {
			require.InDelta(t, 1, sumExp(isa, []float64{0, far, far, far, far, far, far, far}, 0), 1e-15)
		}
		for i := range 9 {
			x := make([]float64, 9)
			x[i] = math.NaN()
			require.True(t, math.IsNaN(sumExp(isa, x, 0)), i)
		}
	})
	require.Zero(t, SumExp(nil, 3))
}

func TestExponents(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		r := rand.New(rand.NewPCG(2, 9))
		for n := range 40 {
			g, cost := make([]float64, n), make([]float64, n)
			want := make([]float64, n)
			for i := range n {
				g[i], cost[i] = r.NormFloat64(), r.ExpFloat64()
				want[i] = g[i] - 1.7*cost[i]
			}
			got := slices.Clone(cost)
			most := exponents(isa, got, g, got, 1.7, -5)
			require.InDeltaSlice(t, want, got, 1e-14)
			require.Equal(t, slices.Max(append(slices.Clone(got), -5)), most)
		}
	})
	x := make([]float64, 3)
	require.Panics(t, func() { Exponents(x, x[:2], x, 1, 0) })
	require.Zero(t, testing.AllocsPerRun(10, func() { Exponents(x, x, x, 1, SumExp(x, 0)) }))
}

func BenchmarkSumExp(b *testing.B) {
	x := make([]float64, 1024)
	for i := range x {
		x[i] = -float64(i) / 50
	}
	for _, isa := range simd.Available() {
		b.Run(isa.String(), func(b *testing.B) {
			for b.Loop() {
				sumExp(isa, x, 0)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024, "ns/number")
		})
	}
}

package vec

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/simd"
)

// Every family but the portable one has the bits of a fused sum, to which y is added
// last; sum and rest are y and that sum together, exactly. Nothing beyond is written.
func TestAccumulate(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		r := rand.New(rand.NewPCG(5, 6))
		for trial := range 400 {
			n, terms := r.IntN(90), r.IntN(18)
			four := trial%4 == 0 && isa != simd.Portable && hasFour
			if four {
				n, terms = 4, 1+r.IntN(17)
			}
			k := newGuarded[float64](r, terms*(n+3)+n, false)
			c, off := make([]float64, terms), make([]int, terms)
			for j := range c {
				c[j], off[j] = r.NormFloat64(), r.IntN(len(k.x)-n+1)
			}
			y, low, dst, rest := newGuarded[float64](r, n, false), newGuarded[float64](r, n, false), newGuarded[float64](r, n, false), newGuarded[float64](r, n, false)
			for i, v := range low.x {
				low.x[i] = 1e-16 * v
				y.x[i] *= 1e3
			}
			h := 1e-3 * r.NormFloat64()
			want, left, y1, low1 := dst.clone(), rest.clone(), y.clone(), low.clone()
			if isa == simd.Portable {
				combinePortable(left.x, low.x, h, c, k.x, off)
			} else {
				combineFused(left.x, low.x, h, c, k.x, off, 0)
			}
			sum := append([]float64(nil), left.x...)
			compensate(want.x, y.x, left.x)
			if four {
				m := NewTerms(c, off)
				m.Accumulate4((*[4]float64)(dst.x), (*[4]float64)(rest.x), (*[4]float64)(y.x), (*[4]float64)(low.x), h, &k.x[0])
			} else {
				accumulate(isa, dst.x, rest.x, y.x, low.x, h, c, k.x, off)
			}
			dst.requireSame(t, want)
			rest.requireSame(t, left)
			y.requireSame(t, y1)
			low.requireSame(t, low1)
			for i, v := range sum {
				if y.x[i]*y.x[i] >= v*v {
					exact, got := new(big.Float).SetPrec(300), new(big.Float).SetPrec(300)
					exact.Add(big.NewFloat(y.x[i]), big.NewFloat(v))
					got.Add(big.NewFloat(dst.x[i]), big.NewFloat(rest.x[i]))
					require.Zero(t, exact.Cmp(got))
				}
			}
		}
	})
}

// A million steps of a tenth, which is no binary number, are off by a rounding.
func TestAccumulateLosesNothing(t *testing.T) {
	const n = 1_000_000
	m, k := NewTerms([]float64{1}, []int{0}), []float64{0.1}
	sum, next, low, rest := []float64{0}, []float64{0}, []float64{0}, []float64{0}
	plain := 0.0
	for range n {
		m.Accumulate(next, rest, sum, low, 1, k)
		sum, next, low, rest = next, sum, rest, low
		plain += 0.1
	}
	require.Equal(t, 0.1*n, sum[0])
	require.Greater(t, plain-0.1*n, 1e-6)
	require.Panics(t, func() { m.Accumulate(sum, rest, next, low, 1, nil) })
	require.Panics(t, func() { m.Accumulate(sum, rest, next, nil, 1, k) })
	require.Panics(t, func() { m.Accumulate(sum, rest, nil, low, 1, k) })
	require.Panics(t, func() { m.Accumulate(sum, nil, next, low, 1, k) })
}

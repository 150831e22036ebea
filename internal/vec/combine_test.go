package vec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/simd"
)

// Every family agrees with the fused loop to the bit at every length, the
// portable one to rounding; nothing beyond dst is written.
func TestCombine(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		r := rand.New(rand.NewPCG(1, 2))
		for trial := range 400 {
			n, terms := r.IntN(90), r.IntN(18)
			k := newGuarded[float64](r, terms*(n+3)+n, false)
			c, off := make([]float64, terms), make([]int, terms)
			for j := range c {
				c[j], off[j] = r.NormFloat64(), r.IntN(len(k.x)-n+1)
			}
			y := newGuarded[float64](r, n, false)
			if trial%3 == 0 {
				y.x = nil
			}
			dst := newGuarded[float64](r, n, false)
			want := dst.clone()
			h := r.NormFloat64()
			combineFused(want.x, y.x, h, c, k.x, off, 0)
			combine(isa, dst.x, y.x, h, c, k.x, off)
			if isa != simd.Portable {
				dst.requireSame(t, want)
				continue
			}
			for i := range want.x {
				require.InDelta(t, want.x[i], dst.x[i], 1e-14*float64(1+terms))
			}
		}
	})
	one := NewTerms([]float64{1}, []int{3})
	require.Panics(t, func() { one.Combine(make([]float64, 3), nil, 1, make([]float64, 5)) })
	require.Panics(t, func() { one.Combine(make([]float64, 3), make([]float64, 2), 1, make([]float64, 6)) })
	require.Panics(t, func() { NewTerms([]float64{1}, []int{-1}) })
	dst := []float64{math.NaN()}
	two := NewTerms([]float64{3, 0.5}, []int{0, 1})
	two.Combine(dst, []float64{5}, 2, []float64{7, 4})
	require.Equal(t, 5+2*(21.+2), dst[0])
}

// The kernel for four numbers is the fused loop too.
func TestCombineFour(t *testing.T) {
	if !hasFour {
		t.Skip("no such kernel here")
	}
	r := rand.New(rand.NewPCG(3, 4))
	for terms := 1; terms < 18; terms++ {
		for _, y := range [][]float64{nil, {1, -2, 3e5, 4}} {
			k := newGuarded[float64](r, 4*terms, false)
			c, off := make([]float64, terms), make([]int, terms)
			for j := range c {
				c[j], off[j] = r.NormFloat64(), r.IntN(4*terms-3)
			}
			dst := newGuarded[float64](r, 4, false)
			want := dst.clone()
			combineFused(want.x, y, 0.7, c, k.x, off, 0)
			m := NewTerms(c, off)
			m.Combine(dst.x, y, 0.7, k.x)
			dst.requireSame(t, want)
		}
	}
}

func BenchmarkCombineFour(b *testing.B) {
	for _, terms := range []int{1, 3, 6, 12} {
		b.Run(fmt.Sprint(terms), func(b *testing.B) {
			k, dst, y := make([]float64, terms*4), make([]float64, 4), make([]float64, 4)
			c, off := make([]float64, terms), make([]int, terms)
			for j := range off {
				off[j] = j * 4
			}
			m := NewTerms(c, off)
			for b.Loop() {
				m.Combine(dst, y, 0.1, k)
			}
		})
	}
}

func BenchmarkCombine(b *testing.B) {
	for _, n := range []int{4, 8, 32, 200, 4096} {
		for _, isa := range simd.Available() {
			b.Run(fmt.Sprintf("%v/%d", isa, n), func(b *testing.B) {
				const terms = 7
				k, dst := make([]float64, terms*n), make([]float64, n)
				y := make([]float64, n)
				c, off := make([]float64, terms), make([]int, terms)
				for j := range off {
					off[j] = j * n
				}
				for b.Loop() {
					combine(isa, dst, y, 0.1, c, k, off)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n*terms), "ns/term")
			})
		}
	}
}

package gemm

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"

	"github.com/ito-sde/ito/internal/simd"
)

// BenchmarkMul compares the families with each other and with gonum, as
// rows × terms × columns.
func BenchmarkMul(b *testing.B) {
	for _, d := range [][3]int{{192, 512, 512}, {192, 256, 256}, {96, 64, 512}, {192, 256, 2}, {1, 512, 512}, {8, 512, 512}} {
		m, k, n := d[0], d[1], d[2]
		x, y, z := make([]float32, m*k), make([]float32, k*n), make([]float32, m*n)
		fill(x, 1)
		fill(y, 2)
		run := func(name string, f func()) {
			b.Run(fmt.Sprintf("%dx%dx%d/%s", m, k, n, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					f()
				}
				b.ReportMetric(2*float64(m)*float64(k)*float64(n)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
			})
		}
		for _, isa := range simd.Available() {
			var p Packed
			p.pack(isa, k, n, y, n, false)
			run(isa.String(), func() { p.Mul(z, n, m, x, k, false, false, nil) })
			if m == 192 {
				run(isa.String()+"/transA", func() { p.Mul(z, n, m, x, m, true, false, nil) })
			}
		}
		g := func(r, c int, x []float32) blas32.General {
			return blas32.General{Rows: r, Cols: c, Stride: c, Data: x}
		}
		run("gonum", func() { blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, g(m, k, x), g(k, n, y), 0, g(m, n, z)) })
	}
}

// BenchmarkDouble is BenchmarkMul for float64.
func BenchmarkDouble(b *testing.B) {
	for _, n := range []int{32, 64, 128, 256, 512} {
		x, y, z := make([]float64, n*n), make([]float64, n*n), make([]float64, n*n)
		for i := range x {
			x[i], y[i] = float64(i%7), float64(i%11)
		}
		for _, isa := range simd.Available() {
			var p Matrix[float64]
			b.Run(fmt.Sprintf("%d/%s", n, isa), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					p.pack(isa, n, n, y, n, false)
					p.Mul(z, n, n, x, n, false, false, nil)
				}
				b.ReportMetric(2*math.Pow(float64(n), 3)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
			})
		}
	}
}

// BenchmarkPack reports the time to pack one matrix.
func BenchmarkPack(b *testing.B) {
	const k, n = 512, 512
	y := make([]float32, k*n)
	fill(y, 1)
	for _, transposed := range []bool{false, true} {
		b.Run(fmt.Sprint("transposed=", transposed), func(b *testing.B) {
			var p Packed
			for b.Loop() {
				p.Pack(k, n, y, n, transposed)
			}
			b.SetBytes(4 * k * n)
		})
	}
}

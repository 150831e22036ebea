package nn

import "testing"

// BenchmarkConvolution is a 3×3 convolution of 32 to 32 channels on 16 images of
// 28×28 pixels, as other engines were measured on, forth and back.
func BenchmarkConvolution(b *testing.B) {
	const rows, side, c = 16, 28, 32
	l := &conv3{linear: linear{in: 9 * c, out: c}, channels: c, h: side, w: side, src: 0, dst: 1, residual: none}
	n := rows * side * side * c
	u := &UNet{W: normals(l.size(), 1)}
	p := &unetPass{n: u, rows: rows, y: [][]float32{normals(n, 2), make([]float32, n)}, windows: make([]float32, l.in*tilePixels(l.in)),
		dy: [][]float32{make([]float32, n), normals(n, 3)}, set: make([]bool, 2)}
	l.pack(u.W, true)
	grad := make([]float32, l.size())
	flops := 2 * float64(n) * 9 * c
	b.Run("forward", func(b *testing.B) {
		for b.Loop() {
			l.forward(p, nil)
		}
		b.ReportMetric(flops*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
	})
	b.Run("backward", func(b *testing.B) {
		for b.Loop() {
			clear(p.set)
			l.backward(p, nil, grad)
		}
		b.ReportMetric(2*flops*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
	})
}

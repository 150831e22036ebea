package nn

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/sde/noise"
)

func normals(n int, seed uint64) []float32 {
	s := noise.NewStream(noise.Address{Seed: seed, Use: noise.Test})
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(s.Normal())
	}
	return x
}

// A 3×3 convolution is its definition, with a residual and a bias, for images
// down to one pixel and more pixels than a tile of windows.
func TestConvolution(t *testing.T) {
	for _, s := range []struct{ rows, h, w, in, out int }{{3, 5, 4, 3, 7}, {2, 1, 1, 2, 3}, {2, 1, 3, 1, 1}, {9, 8, 8, 32, 33}} {
		l := &conv3{linear: linear{in: 9 * s.in, out: s.out}, channels: s.in, h: s.h, w: s.w, src: 0, dst: 1, residual: 2}
		u := &UNet{W: normals(l.size(), 1)}
		pixels := s.rows * s.h * s.w
		x, y, base := normals(pixels*s.in, 2), make([]float32, pixels*s.out), normals(pixels*s.out, 3)
		p := &unetPass{n: u, rows: s.rows, y: [][]float32{x, y, base}, windows: make([]float32, l.in*tilePixels(l.in))}
		l.pack(u.W, false)
		l.forward(p, nil)
		for r := range s.rows {
			for i := range s.h {
				for j := range s.w {
					for k := range s.out {
						at := ((r*s.h+i)*s.w+j)*s.out + k
						want := float64(base[at]) + float64(l.bias(u.W)[k])
						for dy := -1; dy <= 1; dy++ {
							for dx := -1; dx <= 1; dx++ {
								if i+dy < 0 || i+dy >= s.h || j+dx < 0 || j+dx >= s.w {
									continue
								}
								for c := range s.in {
									want += float64(x[((r*s.h+i+dy)*s.w+j+dx)*s.in+c]) * float64(u.W[(((dy+1)*3+dx+1)*s.in+c)*s.out+k])
								}
							}
						}
						// 288 terms of size 1, rounded one by one to 6e-8 of sums below 60.
						require.InDelta(t, want, y[at], 1e-3)
					}
				}
			}
		}
	}
}

// Of plain scale and shift a group has mean 0 and variance 1; with them every
// channel is the affine image of it.
func TestNorm(t *testing.T) {
	l := &norm{channels: 6, pixels: 5, groups: 2, src: 0, dst: 1}
	u := &UNet{W: make([]float32, l.size())}
	l.init(u.W)
	x, y := normals(2*30, 1), make([]float32, 60)
	for i := range x {
		x[i] = 100 + 3*x[i] // far from zero: a variance by float32 sums would be lost
	}
	p := &unetPass{n: u, rows: 2, levels: 1, y: [][]float32{x, y}, sums: make([]float64, 12), film: make([]float32, 24)}
	own := make([]float32, 2*l.own())
	l.forward(p, own)
	for r := range 2 {
		for g := range 2 {
			var m, q float64
			for pixel := range 5 {
				for c := range 3 {
					v := float64(y[r*30+pixel*6+g*3+c])
					m += v / 15
					q += v * v / 15
				}
			}
			require.InDelta(t, 0, m, 1e-4)
			require.InDelta(t, 1, q, 1e-4)
		}
	}
	plain := append([]float32(nil), y...)
	copy(u.W, normals(l.size(), 2))
	l.forward(p, own)
	for i, v := range y {
		require.InDelta(t, float64(plain[i])*float64(u.W[i%6])+float64(u.W[6+i%6]), float64(v), 2e-4)
	}
}

// Attention is its definition, head by head.
func TestAttention(t *testing.T) {
	l := &attention{channels: 6, pixels: 5, heads: 2, src: 0, dst: 1}
	x, y := normals(2*5*18, 1), make([]float32, 2*5*6)
	p := &unetPass{rows: 2, y: [][]float32{x, y}}
	l.forward(p, make([]float32, 2*l.own()))
	for r := range 2 {
		for h := range 2 {
			at := func(part, pixel, i int) float64 { return float64(x[(r*5+pixel)*18+part*6+h*3+i]) }
			for i := range 5 {
				var weight [5]float64
				var sum float64
				for j := range 5 {
					dot := 0.
					for d := range 3 {
						dot += at(0, i, d) * at(1, j, d)
					}
					weight[j] = math.Exp(dot / math.Sqrt(3))
					sum += weight[j]
				}
				for d := range 3 {
					var want float64
					for j := range 5 {
						want += weight[j] / sum * at(2, j, d)
					}
					require.InDelta(t, want, y[(r*5+i)*6+h*3+d], 1e-5)
				}
			}
		}
	}
}

func TestExp(t *testing.T) {
	for x := float32(0); x > -87.3; x -= 0.0137 {
		require.InEpsilon(t, math.Exp(float64(x)), exp(x), 4e-7, "%v", x)
	}
	require.EqualValues(t, 1, exp(0))
	require.Zero(t, exp(-88))
	require.Zero(t, exp(float32(math.Inf(-1))))
	require.True(t, math.IsNaN(float64(exp(float32(math.NaN())))))
}

// Halving and doubling by hand, and that the first undoes the second.
func TestResample(t *testing.T) {
	x := []float32{1, 10, 2, 20, 3, 30, 6, 60} // 2×2 pixels of two channels
	y := make([]float32, 2)
	p := &unetPass{rows: 1, y: [][]float32{x, y}}
	(&pool{h: 2, w: 2, channels: 2, src: 0, dst: 1}).forward(p, nil)
	require.Equal(t, []float32{3, 30}, y)
	big, back := make([]float32, 32), make([]float32, 8)
	p.y = [][]float32{x, big, back}
	(&up{h: 2, w: 2, channels: 2, src: 0, dst: 1}).forward(p, nil)
	require.Equal(t, []float32{1, 10, 1, 10, 2, 20, 2, 20}, big[:8])
	require.Equal(t, big[:8], big[8:16])
	(&pool{h: 4, w: 4, channels: 2, src: 1, dst: 2}).forward(p, nil)
	require.Equal(t, x, back)
}

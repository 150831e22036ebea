//go:build !noasm

package vec

import "github.com/ito-sde/ito/internal/simd"

//go:noescape
func combineAVX512(dst, y, k, c *float64, off *int, terms int, h float64, vectors int)

//go:noescape
func combineAVX2(dst, y, k, c *float64, off *int, terms int, h float64, vectors int)

func combine(isa simd.ISA, dst, y []float64, h float64, c, k []float64, off []int) {
	if isa == simd.Portable || len(c) == 0 {
		combinePortable(dst, y, h, c, k, off)
		return
	}
	width := 4
	if isa == simd.AVX512 {
		width = 8
	}
	done := 0
	for len(dst)-done >= width {
		n := whole(len(dst)-done, width)
		var from *float64
		if y != nil {
			from = &y[done]
		}
		if isa == simd.AVX512 {
			combineAVX512(&dst[done], from, &k[done], &c[0], &off[0], len(c), h, n/width)
		} else {
			combineAVX2(&dst[done], from, &k[done], &c[0], &off[0], len(c), h, n/width)
		}
		done += n
	}
	combineFused(dst, y, h, c, k, off, done)
}

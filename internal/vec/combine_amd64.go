//go:build !noasm

package vec

import "github.com/ito-sde/ito/internal/simd"

//go:noescape
func combineAVX512(dst, y, k, c *float64, off *int, terms int, h float64, vectors int)

//go:noescape
func combineAVX2(dst, y, k, c *float64, off *int, terms int, h float64, vectors int)

//go:noescape
func combine4(t *Terms, dst, y, k *float64, h float64)

var hasFour = best != simd.Portable

func combine(isa simd.ISA, dst, y []float64, h float64, c, k []float64, off []int) {
	if isa == simd.Portable || len(c) == 0 {
		combinePortable(dst, y, h, c, k, off)
		return
	}
	done := 0
	if isa == simd.AVX512 {
		for len(dst)-done >= 8 {
			n := whole(len(dst)-done, 8)
			combineAVX512(&dst[done], at(y, done), &k[done], &c[0], &off[0], len(c), h, n/8)
			done += n
		}
	}
	for len(dst)-done >= 4 {
		n := whole(len(dst)-done, 4)
		combineAVX2(&dst[done], at(y, done), &k[done], &c[0], &off[0], len(c), h, n/4)
		done += n
	}
	if done < len(dst) {
		combineFused(dst, y, h, c, k, off, done)
	}
}

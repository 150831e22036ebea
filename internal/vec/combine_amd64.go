//go:build !noasm

package vec

import "github.com/ito-sde/ito/internal/simd"

//go:noescape
func combineAVX512(dst, y, k, c *float64, off *int, terms int, h float64, vectors int)

//go:noescape
func combineAVX2(dst, y, k, c *float64, off *int, terms int, h float64, vectors int)

//go:noescape
func combine4(t *Terms, dst, y, k *float64, h float64)

//go:noescape
func accumulateAVX512(dst, rest, y, low, k, c *float64, off *int, terms int, h float64, vectors int)

//go:noescape
func accumulateAVX2(dst, rest, y, low, k, c *float64, off *int, terms int, h float64, vectors int)

//go:noescape
func accumulate4(t *Terms, dst, rest, y, low, k *float64, h float64)

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

func accumulate(isa simd.ISA, dst, rest, y, low []float64, h float64, c, k []float64, off []int) {
	if isa == simd.Portable || len(c) == 0 {
		combinePortable(rest, low, h, c, k, off)
		compensate(dst, y, rest)
		return
	}
	done := 0
	if isa == simd.AVX512 {
		for len(dst)-done >= 8 {
			n := whole(len(dst)-done, 8)
			accumulateAVX512(&dst[done], &rest[done], &y[done], &low[done], &k[done], &c[0], &off[0], len(c), h, n/8)
			done += n
		}
	}
	for len(dst)-done >= 4 {
		n := whole(len(dst)-done, 4)
		accumulateAVX2(&dst[done], &rest[done], &y[done], &low[done], &k[done], &c[0], &off[0], len(c), h, n/4)
		done += n
	}
	if done < len(dst) {
		combineFused(rest, low, h, c, k, off, done)
		compensate(dst[done:], y[done:], rest[done:])
	}
}

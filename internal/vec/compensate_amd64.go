//go:build !noasm

package vec

import "github.com/ito-sde/ito/internal/simd"

//go:noescape
func compensateAVX512(dst, y, step *float64, vectors int)

//go:noescape
func compensateAVX2(dst, y, step *float64, vectors int)

func compensate(isa simd.ISA, dst, y, step []float64) {
	for lane := lanes(isa) / 2; lane > 0 && len(dst) >= lane; {
		n := whole(len(dst), lane)
		if isa == simd.AVX512 {
			compensateAVX512(&dst[0], &y[0], &step[0], n/lane)
		} else {
			compensateAVX2(&dst[0], &y[0], &step[0], n/lane)
		}
		dst, y, step = dst[n:], y[n:], step[n:]
	}
	compensatePortable(dst, y, step)
}

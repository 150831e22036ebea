//go:build !noasm

package vec

import "github.com/ito-sde/ito/internal/simd"

//go:noescape
func finiteAVX512(x *float64, vectors int) (infinite bool)

//go:noescape
func finiteAVX2(x *float64, vectors int) (infinite bool)

func finite(isa simd.ISA, x []float64) bool {
	for step := lanes(isa) / 2; step > 0 && len(x) >= step; {
		n := whole(len(x), step)
		var infinite bool
		if isa == simd.AVX512 {
			infinite = finiteAVX512(&x[0], n/step)
		} else {
			infinite = finiteAVX2(&x[0], n/step)
		}
		if infinite {
			return false
		}
		x = x[n:]
	}
	return finitePortable(x)
}

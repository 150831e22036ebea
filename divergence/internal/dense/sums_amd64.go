//go:build !noasm

package dense

import "github.com/ito-sde/ito/internal/simd"

func magnitudes(isa simd.ISA, x []float64) float64 {
	if isa != simd.AVX512 || len(x) == 0 {
		return magnitudesLoops(x)
	}
	return magnitudesAVX512(len(x), &x[0])
}

func squares(isa simd.ISA, x []float64) float64 {
	if isa != simd.AVX512 || len(x) == 0 {
		return squaresLoops(x)
	}
	return squaresAVX512(len(x), &x[0])
}

func combine(isa simd.ISA, dst, x, y []float64, u, v float64) {
	x, y = x[:len(dst)], y[:len(dst)]
	if isa != simd.AVX512 || len(dst) == 0 {
		combineLoops(dst, x, y, u, v)
		return
	}
	combineAVX512(len(dst), &dst[0], &x[0], &y[0], u, v)
}

// combineThree sets dst = ux + vy + wz.
func combineThree(isa simd.ISA, dst, x, y, z []float64, u, v, w float64) {
	n := len(dst)
	x, y, z = x[:n], y[:n], z[:n]
	if isa != simd.AVX512 || n == 0 {
		combineThreeLoops(dst, x, y, z, u, v, w)
		return
	}
	combineThreeAVX512(n, &dst[0], &x[0], &y[0], &z[0], u, v, w)
}

//go:noescape
func combineThreeAVX512(n int, dst, x, y, z *float64, u, v, w float64)

//go:noescape
func magnitudesAVX512(n int, x *float64) float64

//go:noescape
func squaresAVX512(n int, x *float64) float64

//go:noescape
func combineAVX512(n int, dst, x, y *float64, u, v float64)

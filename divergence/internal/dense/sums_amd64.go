//go:build !noasm

package dense

import "github.com/ito-sde/ito/internal/simd"

func magnitudes(isa simd.ISA, x []float64) float64 {
	if isa != simd.AVX512 || len(x) == 0 {
		return magnitudesLoops(x)
	}
	return magnitudesAVX512(len(x), &x[0])
}

// norm1 is the largest sum of a row's or a column's magnitudes, and not finite if one is not.
func norm1(isa simd.ISA, a []float64, n int) float64 {
	if isa != simd.AVX512 || n == 0 || n > block {
		return norm1Rows(isa, a, n)
	}
	_ = a[:n*n]
	return columnsAVX512(n, &a[0])
}

// columnsAVX512 returns the largest sum of a column's magnitudes of n ≤ 16 rows, and no number if one
// is not finite.
//
//go:noescape
func columnsAVX512(n int, a *float64) float64

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

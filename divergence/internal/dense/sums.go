package dense

import (
	"math"

	"github.com/ito-sde/ito/internal/simd"
)

// Norm1 returns the norm of a symmetric matrix, the largest sum of a row's magnitudes: not finite
// if any number is not.
func Norm1(a []float64, n int) float64 { return norm1(best, a, n) }

func norm1Rows(isa simd.ISA, a []float64, n int) (norm float64) {
	for i := range n {
		if sum := magnitudes(isa, a[i*n:(i+1)*n]); !(sum <= norm) {
			norm = sum
		}
		if norm-norm != 0 {
			return norm
		}
	}
	return norm
}

// Squares returns Σ x_i².
func Squares(x []float64) float64 { return squares(best, x) }

// Combine sets dst = ux + vy, each product and the sum rounded. dst may be x or y.
func Combine(dst, x, y []float64, u, v float64) { combine(best, dst, x, y, u, v) }

// combineThreeLoops sets dst = ux + vy + wz; dst may be any of them.
func combineThreeLoops(dst, x, y, z []float64, u, v, w float64) {
	for i := range dst {
		dst[i] = u*x[i] + v*y[i] + w*z[i]
	}
}

func magnitudesLoops(x []float64) float64 {
	var sums [4]float64
	for ; len(x) >= 4; x = x[4:] {
		for k, v := range x[:4] {
			sums[k] += math.Abs(v)
		}
	}
	for _, v := range x {
		sums[0] += math.Abs(v)
	}
	return (sums[0] + sums[1]) + (sums[2] + sums[3])
}

func squaresLoops(x []float64) float64 {
	var sums [4]float64
	for ; len(x) >= 4; x = x[4:] {
		for k, v := range x[:4] {
			sums[k] += v * v
		}
	}
	for _, v := range x {
		sums[0] += v * v
	}
	return (sums[0] + sums[1]) + (sums[2] + sums[3])
}

func combineLoops(dst, x, y []float64, u, v float64) {
	for i := range dst {
		dst[i] = float64(u*x[i]) + float64(v*y[i])
	}
}

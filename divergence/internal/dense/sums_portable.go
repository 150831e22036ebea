//go:build !amd64 || noasm

package dense

import "github.com/ito-sde/ito/internal/simd"

func magnitudes(_ simd.ISA, x []float64) float64 { return magnitudesLoops(x) }

func norm1(isa simd.ISA, a []float64, n int) float64 { return norm1Rows(isa, a, n) }

func squares(_ simd.ISA, x []float64) float64 { return squaresLoops(x) }

func combineThree(_ simd.ISA, dst, x, y, z []float64, u, v, w float64) {
	n := len(dst)
	combineThreeLoops(dst, x[:n], y[:n], z[:n], u, v, w)
}

func combine(_ simd.ISA, dst, x, y []float64, u, v float64) {
	combineLoops(dst, x[:len(dst)], y[:len(dst)], u, v)
}

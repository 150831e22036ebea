//go:build !amd64 || noasm

package dense

import "github.com/ito-sde/ito/internal/simd"

const best = simd.Portable

func factorBlock(_ simd.ISA, n int, a []float64, lda int, u []float64, ldu int, inverse []float64) bool {
	return factorLoops(n, a, lda, u, ldu, inverse)
}

func invertBlock(_ simd.ISA, n int, u []float64, ldu int, inverse []float64) {
	invertLoops(n, u, ldu, inverse)
}

func mirrored(simd.ISA, []float64, int) (end int, equal bool) { return 0, true }

func turnBlocks(simd.ISA, []float64, int, []float64, int, int, int) (m, n int) { return 0, 0 }

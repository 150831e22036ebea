//go:build !amd64 || noasm

package gemm

import "github.com/ito-sde/ito/internal/simd"

// runSubtract is never called: there is only the portable family.
func runSubtract(simd.ISA, int, int, int, []float64, int, []float64, int, []float64, int, int, []float64, int) int {
	return 0
}

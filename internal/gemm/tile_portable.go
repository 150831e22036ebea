//go:build !amd64 || noasm

package gemm

import "github.com/ito-sde/ito/internal/simd"

// tileSize returns the rows and columns of a family's tile.
func tileSize(simd.ISA) (rows, cols int) { return portableRows, portableCols }

func tile(_ simd.ISA, rows, terms int, a []float32, rowStep, termStep int, b, c []float32, ldc int, init []float32, ldi int) {
	tilePortable(rows, terms, a, rowStep, termStep, b, c, ldc, init, ldi)
}

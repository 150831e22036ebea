//go:build !amd64 || noasm

package gemm

import "github.com/ito-sde/ito/internal/simd"

// tileSize returns the rows and columns of a family's tile.
func tileSize[T Float](simd.ISA) (rows, cols int) { return portableRows, portableCols }

func tile[T Float](_ simd.ISA, rows, terms int, a []T, rowStep, termStep int, b, c []T, ldc int, init []T, ldi int) {
	tilePortable(rows, terms, a, rowStep, termStep, b, c, ldc, init, ldi)
}

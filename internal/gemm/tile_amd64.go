//go:build !noasm

package gemm

import "github.com/ito-sde/ito/internal/simd"

// tileSize returns the rows and columns of a family's tile.
func tileSize(isa simd.ISA) (rows, cols int) {
	switch isa {
	case simd.AVX512:
		return 12, 32
	case simd.AVX2:
		return 6, 16
	default:
		return portableRows, portableCols
	}
}

func tile(isa simd.ISA, rows, terms int, a []float32, rowStep, termStep int, b, c []float32, ldc int, init []float32, ldi int) {
	switch isa {
	case simd.AVX512:
		tileAVX512(rows, terms, &a[0], rowStep, termStep, &b[0], &c[0], ldc, &init[0], ldi)
	case simd.AVX2:
		tileAVX2(rows, terms, &a[0], rowStep, termStep, &b[0], &c[0], ldc, &init[0], ldi)
	default:
		tilePortable(rows, terms, a, rowStep, termStep, b, c, ldc, init, ldi)
	}
}

// tileAVX512 sets rows ≤ 12 rows of c, 32 columns wide, to
//
//	c[i*ldc+j] = init[i*ldi+j] + Σ_l a[i*rowStep+l*termStep] · b[l*32+j]
//
// for terms ≥ 1.
//
//go:noescape
func tileAVX512(rows, terms int, a *float32, rowStep, termStep int, b, c *float32, ldc int, init *float32, ldi int)

// tileAVX2 is tileAVX512 for rows ≤ 6, 16 columns wide.
//
//go:noescape
func tileAVX2(rows, terms int, a *float32, rowStep, termStep int, b, c *float32, ldc int, init *float32, ldi int)

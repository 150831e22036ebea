//go:build !noasm

package gemm

import (
	"unsafe"

	"github.com/ito-sde/ito/internal/simd"
)

// tileSize returns the rows and columns of a family's tile: two vectors wide.
func tileSize[T Float](isa simd.ISA) (rows, cols int) {
	size := int(unsafe.Sizeof(T(0)))
	switch isa {
	case simd.AVX512:
		return 12, 128 / size
	case simd.AVX2:
		return 6, 64 / size
	default:
		return portableRows, portableCols
	}
}

func tile[T Float](isa simd.ISA, rows, terms int, a []T, rowStep, termStep int, b, c []T, ldc int, init []T, ldi int) {
	if isa == simd.Portable {
		tilePortable(rows, terms, a, rowStep, termStep, b, c, ldc, init, ldi)
		return
	}
	switch double := unsafe.Sizeof(T(0)) == 8; {
	case double && isa == simd.AVX512:
		tile64AVX512(rows, terms, pointer[float64](a), rowStep, termStep, pointer[float64](b), pointer[float64](c), ldc, pointer[float64](init), ldi)
	case double:
		tile64AVX2(rows, terms, pointer[float64](a), rowStep, termStep, pointer[float64](b), pointer[float64](c), ldc, pointer[float64](init), ldi)
	case isa == simd.AVX512:
		tileAVX512(rows, terms, pointer[float32](a), rowStep, termStep, pointer[float32](b), pointer[float32](c), ldc, pointer[float32](init), ldi)
	default:
		tileAVX2(rows, terms, pointer[float32](a), rowStep, termStep, pointer[float32](b), pointer[float32](c), ldc, pointer[float32](init), ldi)
	}
}

// pointer returns the start of x, whose elements are To's.
func pointer[To, T Float](x []T) *To { return (*To)(unsafe.Pointer(&x[0])) }

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

// tile64AVX512 is tileAVX512 for float64, 16 columns wide.
//
//go:noescape
func tile64AVX512(rows, terms int, a *float64, rowStep, termStep int, b, c *float64, ldc int, init *float64, ldi int)

// tile64AVX2 is tile64AVX512 for rows ≤ 6, 8 columns wide.
//
//go:noescape
func tile64AVX2(rows, terms int, a *float64, rowStep, termStep int, b, c *float64, ldc int, init *float64, ldi int)

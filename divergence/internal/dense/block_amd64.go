//go:build !noasm

package dense

import "github.com/ito-sde/ito/internal/simd"

var best = simd.Best()

func factorBlock(isa simd.ISA, n int, a []float64, lda int, u []float64, ldu int, inverse []float64) bool {
	_, _, _ = a[(n-1)*lda+n-1], u[(n-1)*ldu+n-1], inverse[n*block-1]
	if isa == simd.AVX512 && factorAVX512(n, &a[0], lda, &u[0], ldu, &inverse[0]) {
		return true
	}
	return factorLoops(n, a, lda, u, ldu, inverse) // it knows pivots whose reciprocal overflows
}

func invertBlock(isa simd.ISA, n int, u []float64, ldu int, inverse []float64) {
	_, _ = u[(n-1)*ldu+n-1], inverse[n*block-1]
	if isa == simd.AVX512 {
		invertAVX512(n, &u[0], ldu, &inverse[0])
		return
	}
	invertLoops(n, u, ldu, inverse)
}

// turnBlocks transposes squares of 8, as many as it returns a multiple of 8 of rows and columns for.
func turnBlocks(isa simd.ISA, dst []float64, ldd int, src []float64, lds, rows, cols int) (m, n int) {
	if isa != simd.AVX512 {
		return 0, 0
	}
	m, n = rows&^7, cols&^7
	if m == 0 || n == 0 {
		return 0, 0
	}
	_, _ = dst[(n-1)*ldd+m-1], src[(m-1)*lds+n-1]
	for i := 0; i < m; i += 8 {
		for j := 0; j < n; j += 8 {
			transposeAVX512(&dst[j*ldd+i], ldd, &src[i*lds+j], lds)
		}
	}
	return m, n
}

// mirrored tells whether squares of 8 equal their mirror images, as far as up to the column that
// it returns.
func mirrored(isa simd.ISA, a []float64, n int) (end int, equal bool) {
	if isa != simd.AVX512 {
		return 0, true
	}
	_ = a[:n*n]
	for end+8 <= n {
		for i := 0; i <= end; i += 8 {
			if !mirroredAVX512(&a[i*n+end], &a[end*n+i], n) {
				return end, false
			}
		}
		end += 8
	}
	return end, true
}

//go:noescape
func mirroredAVX512(a, b *float64, ld int) bool

// factorAVX512 factorises n ≤ 16 rows, UᵀU = A, of which it reads what is on and above the
// diagonal, and sets inverse, n rows of 16, to −U⁻ᵀ. It returns false where a pivot is not
// positive and finite.
//
//go:noescape
func factorAVX512(n int, a *float64, lda int, u *float64, ldu int, inverse *float64) bool

// invertAVX512 sets inverse, n ≤ 16 rows of 16, to −U⁻ᵀ.
//
//go:noescape
func invertAVX512(n int, u *float64, ldu int, inverse *float64)

// transposeAVX512 transposes a square of 8.
//
//go:noescape
func transposeAVX512(dst *float64, ldd int, src *float64, lds int)

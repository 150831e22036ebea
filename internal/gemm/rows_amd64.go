//go:build !noasm

package gemm

import "github.com/ito-sde/ito/internal/simd"

// The kernels do groups of four rows, over a number of columns that is a multiple of 8
// and not zero.

func runDots(isa simd.ISA, groups, n int, x, a []float64, lda int, d []float64) {
	if isa == simd.AVX512 {
		dotsAVX512(groups, n, nil, &x[0], &a[0], lda, nil, &d[0])
	} else {
		dotsAVX2(groups, n, nil, &x[0], &a[0], lda, nil, &d[0])
	}
}

func runSums(isa simd.ISA, groups, n int, y, a []float64, lda int, f []float64) {
	if isa == simd.AVX512 {
		sumsAVX512(groups, n, &y[0], nil, &a[0], lda, &f[0], nil)
	} else {
		sumsAVX2(groups, n, &y[0], nil, &a[0], lda, &f[0], nil)
	}
}

func runLower(isa simd.ISA, groups int, y, x, s []float64, lds int, d []float64) {
	if isa == simd.AVX512 {
		lowerAVX512(groups, 4, &y[0], &x[0], &s[0], lds, &x[0], &d[0])
	} else {
		lowerAVX2(groups, 4, &y[0], &x[0], &s[0], lds, &x[0], &d[0])
	}
}

// runWave starts at row top and goes back from there.
func runWave(isa simd.ISA, columns, n int, top []float64, lda int, turns []float64) {
	switch {
	case isa == simd.AVX512 && columns == 32:
		wave32AVX512(n, &top[0], lda, &turns[0])
	case isa == simd.AVX512:
		wave8AVX512(n, &top[0], lda, &turns[0])
	case columns == 32:
		wave32AVX2(n, &top[0], lda, &turns[0])
	default:
		wave8AVX2(n, &top[0], lda, &turns[0])
	}
}

//go:noescape
func wave32AVX512(n int, top *float64, lda int, turns *float64)

//go:noescape
func wave8AVX512(n int, top *float64, lda int, turns *float64)

//go:noescape
func wave32AVX2(n int, top *float64, lda int, turns *float64)

//go:noescape
func wave8AVX2(n int, top *float64, lda int, turns *float64)

//go:noescape
func dotsAVX512(groups, n int, y, x, a *float64, lda int, f, d *float64)

//go:noescape
func sumsAVX512(groups, n int, y, x, a *float64, lda int, f, d *float64)

//go:noescape
func lowerAVX512(groups, n int, y, x, a *float64, lda int, f, d *float64)

//go:noescape
func dotsAVX2(groups, n int, y, x, a *float64, lda int, f, d *float64)

//go:noescape
func sumsAVX2(groups, n int, y, x, a *float64, lda int, f, d *float64)

//go:noescape
func lowerAVX2(groups, n int, y, x, a *float64, lda int, f, d *float64)

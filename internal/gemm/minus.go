package gemm

import "github.com/ito-sde/ito/internal/simd"

// Subtract sets C = D − op(A)·B without packing, for products of a few rows or terms:
//
//	c[i*ldc+j] = d[i*ldd+j] − Σ_l a[i*rowStep+l*termStep] · b[l*ldb+j],   i < m, j < n, l < k
//
// C and D may be the same matrix; otherwise C overlaps nothing. A nil d counts as zeros.
// The terms are added in the order of l. It does not allocate, and panics if a slice is too
// short.
func Subtract(m, n, k int, c []float64, ldc int, d []float64, ldd int, a []float64, rowStep, termStep int, b []float64, ldb int) {
	subtract(best, m, n, k, c, ldc, d, ldd, a, rowStep, termStep, b, ldb)
}

var zeros [widestCols]float64

func subtract(isa simd.ISA, m, n, k int, c []float64, ldc int, d []float64, ldd int, a []float64, rowStep, termStep int, b []float64, ldb int) {
	if m <= 0 || n <= 0 {
		return
	}
	check("C", m, n, c, ldc)
	if d != nil {
		check("D", m, n, d, ldd)
	}
	if k <= 0 {
		for i := range m {
			if d == nil {
				clear(c[i*ldc:][:n])
			} else {
				copy(c[i*ldc:][:n], d[i*ldd:][:n])
			}
		}
		return
	}
	check("B", k, n, b, ldb)
	_ = a[(m-1)*rowStep+(k-1)*termStep]
	if isa == simd.Portable {
		subtractPortable(m, n, k, c, ldc, d, ldd, a, rowStep, termStep, b, ldb)
		return
	}
	done := runSubtract(isa, m, n, k, c, ldc, d, ldd, a, rowStep, termStep, b, ldb)
	if done < n {
		if d != nil {
			d = d[done:]
		}
		subtractPortable(m, n-done, k, c[done:], ldc, d, ldd, a, rowStep, termStep, b[done:], ldb)
	}
}

func subtractPortable(m, n, k int, c []float64, ldc int, d []float64, ldd int, a []float64, rowStep, termStep int, b []float64, ldb int) {
	for i := range m {
		row := c[i*ldc:][:n]
		if d == nil {
			clear(row)
		} else {
			copy(row, d[i*ldd:][:n])
		}
		for l := range k {
			x := a[i*rowStep+l*termStep]
			for j, v := range b[l*ldb:][:n] {
				row[j] -= product(x, v)
			}
		}
	}
}

//go:build !noasm

package gemm

import "github.com/ito-sde/ito/internal/simd"

// runSubtract is subtract for k ≥ 1 over as many columns as it returns.
func runSubtract(isa simd.ISA, m, n, k int, c []float64, ldc int, d []float64, ldd int, a []float64, rowStep, termStep int, b []float64, ldb int) (done int) {
	height, cols := tileSize[float64](isa)
	tiles := (m + height - 1) / height
	height = (m + tiles - 1) / tiles
	for ; done < n; done += cols {
		w := min(cols, n-done)
		if w < cols && isa != simd.AVX512 {
			return done
		}
		mask := uint64(1)<<w - 1
		for i := 0; i < m; i += height {
			rows := min(height, m-i)
			from := &zeros[0]
			if d != nil {
				from = &d[i*ldd+done]
			} else {
				ldd = 0
			}
			if isa == simd.AVX512 {
				minusAVX512(rows, k, &a[i*rowStep], rowStep, termStep, &b[done], ldb, &c[i*ldc+done], ldc, from, ldd, mask&255, mask>>8)
			} else {
				minusAVX2(rows, k, &a[i*rowStep], rowStep, termStep, &b[done], ldb, &c[i*ldc+done], ldc, from, ldd, 0, 0)
			}
		}
	}
	return n
}

// minusAVX512 sets rows ≤ 12 rows of c, 8 columns for each of two masks, to
//
//	c[i*ldc+j] = d[i*ldd+j] − Σ_l a[i*rowStep+l*termStep] · b[l*ldb+j]
//
// for terms ≥ 1; columns whose bit is not set are left alone.
//
//go:noescape
func minusAVX512(rows, terms int, a *float64, rowStep, termStep int, b *float64, ldb int, c *float64, ldc int, d *float64, ldd int, low, high uint64)

// minusAVX2 is minusAVX512 for rows ≤ 6 and all of 8 columns.
//
//go:noescape
func minusAVX2(rows, terms int, a *float64, rowStep, termStep int, b *float64, ldb int, c *float64, ldc int, d *float64, ldd int, low, high uint64)

package dense

import "math"

// block is how many rows of a triangle are done by one kernel or by loops; what lies
// between blocks is products of matrices.
const block = 16

// factorLoops factorises n ≤ block rows of a, UᵀU = A, of which it reads what is on and above
// the diagonal. It sets u to U with zeros below, and inverse, n rows of block, to −U⁻ᵀ. ok is
// false where a pivot is not positive and finite.
func factorLoops(n int, a []float64, lda int, u []float64, ldu int, inverse []float64) (ok bool) {
	var w [block * block]float64
	for i := range n {
		copy(w[i*block+i:i*block+n], a[i*lda+i:])
	}
	for j := range n {
		row := w[j*block:][:n]
		pivot := row[j]
		if !(pivot > 0) || math.IsInf(pivot, 1) {
			return false
		}
		pivot = math.Sqrt(pivot)
		to := u[j*ldu:][:n]
		clear(to[:j])
		to[j] = pivot
		for k := j + 1; k < n; k++ {
			to[k] = row[k] / pivot
		}
		for i := j + 1; i < n; i++ {
			t := to[i]
			other := w[i*block:][:n]
			for k := i; k < n; k++ {
				other[k] -= t * to[k]
			}
		}
	}
	invertLoops(n, u, ldu, inverse)
	return true
}

// invertLoops sets inverse, n ≤ block rows of block, to −U⁻ᵀ.
func invertLoops(n int, u []float64, ldu int, inverse []float64) {
	clear(inverse[:n*block])
	for i := range n {
		row := inverse[i*block:][:i+1]
		row[i] = -1
		for k := range i {
			v := u[k*ldu+i]
			for j, x := range inverse[k*block:][:k+1] {
				row[j] -= v * x
			}
		}
		scale := 1 / u[i*ldu+i]
		for j := range row {
			row[j] *= scale
		}
	}
}

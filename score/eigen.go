package score

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// eigen returns the eigenvalues of a covariance and its eigenvectors as the rows
// of a dim×dim matrix. Eigenvalues within rounding of 0 are returned as 0.
func eigen(cov mat.Symmetric) (val, vec []float64, err error) {
	n := cov.SymmetricDim()
	largest, diagonal := 0.0, true
	for i := range n {
		for j := range n {
			v := cov.At(i, j)
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, nil, fmt.Errorf("%w: covariance (%d, %d) is %v", ErrNotFinite, i, j, v)
			}
			largest = max(largest, math.Abs(v))
			diagonal = diagonal && (i == j || v == 0)
		}
	}
	for i := range n {
		for j := range i {
			if a, b := cov.At(i, j), cov.At(j, i); math.Abs(a-b) > 0x1p-40*largest {
				return nil, nil, fmt.Errorf("%w: (%d, %d) is %v and (%d, %d) is %v", ErrNotSymmetric, i, j, a, j, i, b)
			}
		}
	}
	val, vec = make([]float64, n), make([]float64, n*n)
	tolerance := 0.0
	if diagonal {
		for i := range n {
			val[i], vec[i*n+i] = cov.At(i, i), 1
		}
	} else {
		var e mat.EigenSym
		if !e.Factorize(cov, true) {
			return nil, nil, fmt.Errorf("%w: eigenvalues of a %d×%d covariance", ErrConvergence, n, n)
		}
		var v mat.Dense
		e.Values(val)
		e.VectorsTo(&v)
		mat.NewDense(n, n, vec).Copy(v.T())
		tolerance = float64(n) * 0x1p-52 * max(math.Abs(val[0]), math.Abs(val[n-1])) // ascending
	}
	for i, v := range val {
		if v < -tolerance {
			return nil, nil, fmt.Errorf("%w: eigenvalue %v; add a ridge of at least its size to the diagonal", ErrIndefinite, v)
		}
		if v <= tolerance {
			val[i] = 0
		}
	}
	return val, vec, nil
}

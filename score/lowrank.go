package score

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// NewLowRank returns N(mean, U diag(variances) Uᵀ + residual·I), the covariance
// of probabilistic principal component analysis (Tipping and Bishop 1999, eq. 4),
// for a dim×r basis U, which need not be orthonormal. basis nil and no variances
// mean r = 0. A row of the model costs O(dim·r).
//
// Errors: [ErrDimension], also if r > dim; [ErrNotFinite]; [ErrIndefinite] for a
// negative variance or residual; [ErrConvergence].
func NewLowRank(mean []float64, basis mat.Matrix, variances []float64, residual float64) (*Gaussian, error) {
	dim, r := len(mean), len(variances)
	if err := checkRows(mean, max(1, dim)); err != nil {
		return nil, fmt.Errorf("mean: %w", err)
	}
	for i, v := range append([]float64{residual}, variances...) {
		name := fmt.Sprintf("variance %d", i-1)
		if i == 0 {
			name = "residual variance"
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%w: %s is %v", ErrNotFinite, name, v)
		}
		if v < 0 {
			return nil, fmt.Errorf("%w: %s is %v; it must not be negative", ErrIndefinite, name, v)
		}
	}
	s := spectrum{dim: dim, rank: r, mean: append([]float64(nil), mean...), rest: residual}
	if r == 0 {
		return newGaussian(s), nil
	}
	if rows, cols := basis.Dims(); rows != dim || cols != r || r > dim {
		return nil, fmt.Errorf("%w: basis is %d×%d, want %d×%d with no more columns than rows", ErrDimension, rows, cols, dim, r)
	}
	// The left singular vectors of U diag(√variances) are an orthonormal basis of
	// the same covariance.
	w := mat.NewDense(dim, r, nil)
	for i := range dim {
		for j := range r {
			v := basis.At(i, j)
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("%w: basis (%d, %d) is %v", ErrNotFinite, i, j, v)
			}
			w.Set(i, j, v*math.Sqrt(variances[j]))
		}
	}
	var svd mat.SVD
	if !svd.Factorize(w, mat.SVDThin) {
		return nil, fmt.Errorf("%w: singular values of a %d×%d basis", ErrConvergence, dim, r)
	}
	var u mat.Dense
	svd.UTo(&u)
	s.val = svd.Values(nil) // descending
	tolerance := float64(dim) * 0x1p-52 * s.val[0]
	for j, v := range s.val {
		if v <= tolerance {
			v = 0
		}
		s.val[j] = v*v + residual
	}
	s.vec = make([]float64, r*dim)
	mat.NewDense(r, dim, s.vec).Copy(u.T())
	return newGaussian(s), nil
}

// FitLowRank returns the Gaussian of probabilistic principal component analysis
// of the rows of x: the rank leading principal axes with their variances, and
// the mean of the other eigenvalues of the unbiased sample covariance as the
// residual (Tipping and Bishop 1999, eqs. 7 and 8: maximum likelihood but for
// the divisor).
//
// Errors: [ErrDimension], also unless 0 ≤ rank ≤ dim; [ErrNotFinite];
// [ErrSamples] for fewer than 2 rows; [ErrConvergence].
func FitLowRank(x []float64, dim, rank int) (*Gaussian, error) {
	mean, cov, err := sampleMoments(x, dim)
	if err != nil {
		return nil, err
	}
	if rank < 0 || rank > dim {
		return nil, fmt.Errorf("%w: rank %d, want 0 to %d", ErrDimension, rank, dim)
	}
	val, vec, err := eigen(cov) // ascending unless cov is diagonal
	if err != nil {
		return nil, err
	}
	order := descending(val)
	s := spectrum{dim: dim, rank: rank, mean: mean, vec: make([]float64, 0, rank*dim)}
	for i, k := range order {
		if i < rank {
			s.val = append(s.val, val[k])
			s.vec = append(s.vec, vec[k*dim:][:dim]...)
		} else {
			s.rest += val[k] / float64(dim-rank)
		}
	}
	return newGaussian(s), nil
}

// descending returns the places of val from its largest to its smallest.
func descending(val []float64) []int {
	order := make([]int, len(val))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(val[b], val[a]) })
	return order
}

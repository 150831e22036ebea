package divergence

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Fit returns the Gaussian with the sample mean and the unbiased sample
// covariance (divisor N−1) of the N = len(x)/dim rows of x. Fewer than dim + 1
// rows give a singular covariance, which is fine.
//
// Errors: [ErrDimension] if dim < 1 or len(x) is not a multiple of it,
// [ErrSamples] if N < 2, [ErrNotFinite].
func Fit(x []float64, dim int) (*Gaussian, error) {
	if err := checkRows(x, dim); err != nil {
		return nil, err
	}
	n := len(x) / dim
	if n < 2 {
		return nil, fmt.Errorf("%w: %d; a covariance needs at least 2", ErrSamples, n)
	}
	// Shifting by one of the rows makes rounding relative to the spread, and the
	// covariance of equal rows exactly 0.
	shifted := make([]float64, len(x))
	mean := make([]float64, dim)
	for i := 0; i < len(x); i += dim {
		for j := range dim {
			v := x[i+j] - x[j]
			shifted[i+j] = v
			mean[j] += v
		}
	}
	for j := range mean {
		mean[j] = x[j] + mean[j]/float64(n)
	}
	var cov mat.SymDense
	stat.CovarianceMatrix(&cov, mat.NewDense(n, dim, shifted), nil)
	return NewGaussian(mean, &cov)
}

// checkRows accepts finite rows of dim numbers.
func checkRows(x []float64, dim int) error {
	if dim < 1 {
		return fmt.Errorf("%w: dimension %d; it must be at least 1", ErrDimension, dim)
	}
	if len(x)%dim != 0 {
		return fmt.Errorf("%w: %d numbers are not rows of %d", ErrDimension, len(x), dim)
	}
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%w: row %d, column %d is %v", ErrNotFinite, i/dim, i%dim, v)
		}
	}
	return nil
}

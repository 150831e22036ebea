package score

import (
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/sde"
)

// The errors of this package's exact models wrap one of these.
var (
	// ErrDimension: sizes that do not fit together, or no dimension at all.
	ErrDimension = errors.New("score: dimensions do not match")
	// ErrNotFinite: NaN or Inf among the numbers.
	ErrNotFinite = errors.New("score: number is not finite")
	// ErrNotSymmetric: a covariance differs from its transpose beyond rounding.
	ErrNotSymmetric = errors.New("score: covariance is not symmetric")
	// ErrIndefinite: a covariance has a negative eigenvalue beyond rounding, or a
	// variance is negative.
	ErrIndefinite = errors.New("score: covariance is indefinite")
	// ErrConvergence: an eigenvalue or singular value iteration gave up.
	ErrConvergence = errors.New("score: decomposition did not converge")
	// ErrWeights: mixture weights that are negative or add up to nothing.
	ErrWeights = errors.New("score: weights are not a distribution")
	// ErrSamples: too few samples for what is asked of them.
	ErrSamples = errors.New("score: too few samples")
	// ErrConfig: a configuration with an entry out of range.
	ErrConfig = errors.New("score: configuration out of range")
	// ErrLevel: α or σ is negative or not finite, both are zero, or the quantity
	// has no finite value at this level.
	ErrLevel = errors.New("score: no such level")
)

// checkLevel accepts finite α, σ ≥ 0 that are not both zero.
func checkLevel(at sde.Level) error {
	if at.Alpha >= 0 && at.Sigma >= 0 && !math.IsInf(at.Alpha, 1) && !math.IsInf(at.Sigma, 1) && at.Alpha+at.Sigma > 0 {
		return nil
	}
	return fmt.Errorf("%w: α = %v, σ = %v; both must be finite and ≥ 0, and one of them positive", ErrLevel, at.Alpha, at.Sigma)
}

// checkRows accepts finite rows of dim numbers, at least one.
func checkRows(x []float64, dim int) error {
	if dim < 1 {
		return fmt.Errorf("%w: dimension %d; it must be at least 1", ErrDimension, dim)
	}
	if len(x)%dim != 0 {
		return fmt.Errorf("%w: %d numbers are not rows of %d", ErrDimension, len(x), dim)
	}
	if len(x) == 0 {
		return fmt.Errorf("%w: none", ErrSamples)
	}
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%w: row %d, column %d is %v", ErrNotFinite, i/dim, i%dim, v)
		}
	}
	return nil
}

// mustRows panics unless dst and x are rows of dim numbers, as many of each.
func mustRows(dst, x []float64, dim int) {
	if len(dst) != len(x) || len(x)%dim != 0 {
		panic(fmt.Sprintf("score: len(dst) = %d and len(x) = %d, want equal multiples of %d", len(dst), len(x), dim))
	}
}

// mustOnePerRow panics unless dst has one number for each row of x.
func mustOnePerRow(dst, x []float64, dim int) {
	if len(x)%dim != 0 || len(dst) != len(x)/dim {
		panic(fmt.Sprintf("score: len(dst) = %d and len(x) = %d, want one number for each row of %d", len(dst), len(x), dim))
	}
}

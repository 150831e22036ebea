package divergence

import "errors"

// The errors of this package wrap one of these.
var (
	// ErrDimension: sizes that do not fit together, or no dimension at all.
	ErrDimension = errors.New("divergence: dimensions do not match")
	// ErrNotSymmetric: a covariance differs from its transpose beyond rounding.
	ErrNotSymmetric = errors.New("divergence: covariance is not symmetric")
	// ErrIndefinite: a covariance has a negative eigenvalue beyond rounding.
	ErrIndefinite = errors.New("divergence: covariance is indefinite")
	// ErrNotFinite: NaN or Inf among the numbers.
	ErrNotFinite = errors.New("divergence: number is not finite")
	// ErrSamples: too few samples.
	ErrSamples = errors.New("divergence: too few samples")
	// ErrTies: rows that coincide where an estimate needs a density.
	ErrTies = errors.New("divergence: rows coincide")
	// ErrOrder: a Rényi order that is not positive and finite.
	ErrOrder = errors.New("divergence: order is not positive and finite")
	// ErrConvergence: an eigenvalue or singular value iteration gave up.
	ErrConvergence = errors.New("divergence: decomposition did not converge")
)

// Package statistics holds reducers: streaming statistics of rows of numbers that
// keep a constant amount of memory, can be merged, and can be written down in the
// middle of their work and taken up again to the same bits.
//
// Moments, Covariance and Histogram are here; package quantiles has a sketch of
// quantiles, which needs a library of its own. Every figure comes as an Estimate,
// with its standard error.
package statistics

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Reducer is a streaming statistic of rows of numbers, all of one length that
// its maker fixes. It is what an ensemble asks of statistics of the user's own.
// It belongs to one goroutine.
//
// Merging in another order may change the last bits of sums; an ensemble merges
// in an order that its paths alone determine.
type Reducer interface {
	// New returns an empty reducer of the same kind and shape.
	New() Reducer
	// Width is the number of numbers per row.
	Width() int
	// Add takes rows of Width numbers.
	Add(rows []float64)
	// Merge adds what another reducer made by New has taken, which it leaves as
	// it is. It panics if that is of another kind or shape.
	Merge(Reducer)
	// Reset forgets everything taken, keeping memory.
	Reset()
	// AppendBinary appends the reducer's whole state.
	AppendBinary([]byte) ([]byte, error)
	// UnmarshalBinary replaces the state by what AppendBinary wrote for a reducer
	// of the same shape. Otherwise the error wraps ErrEncoding.
	UnmarshalBinary([]byte) error
}

// Errors of the package.
var (
	// ErrShape is wrapped by the errors about reducers that cannot be made.
	ErrShape = errors.New("statistics: no such reducer")
	// ErrEncoding is wrapped by UnmarshalBinary.
	ErrEncoding = errors.New("statistics: not the state of this reducer")
)

// Estimate is a figure with its standard error, which is NaN where there are too
// few rows to know it.
type Estimate struct{ Value, Error float64 }

// Interval returns the ends of the normal confidence interval of a level, for
// example 0.95: Value ∓ Φ⁻¹(½ + ½ level) Error.
func (e Estimate) Interval(level float64) (lo, hi float64) {
	z := mathext.NormalQuantile(0.5 + 0.5*level)
	return e.Value - z*e.Error, e.Value + z*e.Error
}

// Deviations returns (Value − truth)/Error, standard normal for many rows if
// truth is the truth.
func (e Estimate) Deviations(truth float64) float64 { return (e.Value - truth) / e.Error }

func (e Estimate) String() string { return fmt.Sprintf("%v ± %.2g", e.Value, e.Error) }

// rowsOf panics unless the numbers are whole rows, and returns how many.
func rowsOf(who string, rows []float64, width int) int {
	if len(rows)%width != 0 {
		panic(fmt.Sprintf("statistics: %s: %d numbers are not rows of %d", who, len(rows), width))
	}
	return len(rows) / width
}

func unlike(r, other Reducer) string {
	return fmt.Sprintf("statistics: merge of a %T of other shape or kind into a %T", other, r)
}

// batch is the most rows whose moments are taken in two passes before they are
// merged into the running ones.
const batch = 256

// root is the standard error of a variance that rounding may have made negative.
func root(v float64) float64 {
	if v < 0 {
		return 0
	}
	return math.Sqrt(v)
}

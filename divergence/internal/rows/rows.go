// Package rows checks samples, rows of dim numbers.
package rows

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/divergence"
)

// Check accepts at least least finite rows of dim numbers and returns how many.
func Check(x []float64, dim, least int) (int, error) {
	if dim < 1 {
		return 0, fmt.Errorf("%w: dimension %d; it must be at least 1", divergence.ErrDimension, dim)
	}
	if len(x)%dim != 0 {
		return 0, fmt.Errorf("%w: %d numbers are not rows of %d", divergence.ErrDimension, len(x), dim)
	}
	n := len(x) / dim
	if n < least {
		return 0, fmt.Errorf("%w: %d rows; at least %d are needed", divergence.ErrSamples, n, least)
	}
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, fmt.Errorf("%w: row %d, column %d is %v", divergence.ErrNotFinite, i/dim, i%dim, v)
		}
	}
	return n, nil
}

// Check2 is Check of two samples, which names the one that fails.
func Check2(x, y []float64, dim, least int) (n, m int, err error) {
	if n, err = Check(x, dim, least); err != nil {
		return 0, 0, fmt.Errorf("first sample: %w", err)
	}
	if m, err = Check(y, dim, least); err != nil {
		return 0, 0, fmt.Errorf("second sample: %w", err)
	}
	return n, m, nil
}

// Gather copies the rows at the indices to dst and returns it.
func Gather(dst, x []float64, dim int, index []int) []float64 {
	dst = dst[:0]
	for _, i := range index {
		dst = append(dst, x[i*dim:(i+1)*dim]...)
	}
	return dst
}

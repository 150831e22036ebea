package evaluate

import (
	"fmt"
	"math"
	"slices"

	"github.com/ito-sde/ito/sde/statistics"
)

// medians returns the ratio of the medians of a and b, with an error from those of their
// order statistics. Errors: [ErrConfig] where the median of b is 0.
func medians(a, b []float64) (statistics.Estimate, error) {
	p, q := median(a), median(b)
	if q.Value == 0 {
		return unknown, fmt.Errorf("%w: more than half of the rows held out are training rows", ErrConfig)
	}
	return statistics.Estimate{
		Value: p.Value / q.Value,
		Error: math.Hypot(p.Error, p.Value/q.Value*q.Error) / q.Value,
	}, nil
}

// median is the median, whose error is √n/2 times the mean distance of the order statistics
// about it, that many ranks to either side: a standard deviation of the number of rows
// below it.
func median(x []float64) statistics.Estimate {
	x = slices.Sorted(slices.Values(x))
	n := len(x)
	ranks := math.Sqrt(float64(n)) / 2
	half := int(math.Ceil(ranks))
	lo, hi := max((n-1)/2-half, 0), min(n/2+half, n-1)
	return statistics.Estimate{Value: (x[(n-1)/2] + x[n/2]) / 2, Error: (x[hi] - x[lo]) / float64(hi-lo) * ranks}
}

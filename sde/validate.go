package sde

import (
	"errors"
	"fmt"
	"math"
)

// ErrProcess is wrapped by the errors about the constants of a forward process.
var ErrProcess = errors.New("sde: not a forward process")

func positive(process, field string, v float64) error {
	if !(v > 0) || math.IsInf(v, 1) {
		return fmt.Errorf("%w: %s.%s %v must be finite and positive", ErrProcess, process, field, v)
	}
	return nil
}

// horizon checks 0 < cutoff < end < ∞.
func horizon(process string, p Process) error {
	cutoff, end := p.Horizon()
	if !(0 < cutoff && cutoff < end) || math.IsInf(end, 1) {
		return fmt.Errorf("%w: %s runs from %v to %v; want 0 < cut-off < end < ∞", ErrProcess, process, cutoff, end)
	}
	return nil
}

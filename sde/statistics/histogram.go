package statistics

import (
	"fmt"
	"math"
)

// Histogram counts the numbers of one column of rows in equal bins [lo, hi), and
// those below and above. Counts are exact in any order.
type Histogram struct {
	width, column int
	lo, hi, scale float64
	counts        []uint64 // below, the bins, above
}

// NewHistogram returns a histogram of a column of rows of width numbers. The
// error wraps ErrShape.
func NewHistogram(width, column int, lo, hi float64, bins int) (*Histogram, error) {
	if width < 1 || column < 0 || column >= width || !(lo < hi) || math.IsInf(hi-lo, 0) || bins < 1 {
		return nil, fmt.Errorf("%w: Histogram of column %d of %d in %d bins from %v to %v; want a column from 0, at least one bin, finite lo < hi",
			ErrShape, column, width, bins, lo, hi)
	}
	return &Histogram{width, column, lo, hi, float64(bins) / (hi - lo), make([]uint64, bins+2)}, nil
}

// New returns an empty histogram of the same bins.
func (h *Histogram) New() Reducer {
	r := *h
	r.counts = make([]uint64, len(h.counts))
	return &r
}

// Width returns the number of numbers per row.
func (h *Histogram) Width() int { return h.width }

// Reset empties the histogram.
func (h *Histogram) Reset() { clear(h.counts) }

// Add takes rows. NaN counts as above.
func (h *Histogram) Add(rows []float64) {
	rowsOf("Histogram", rows, h.width)
	last := len(h.counts) - 1
	for i := h.column; i < len(rows); i += h.width {
		bin := last
		if x := rows[i]; x < h.lo {
			bin = 0
		} else if x < h.hi {
			// Rounding may carry a number just below hi out of the last bin.
			bin = min(1+int((x-h.lo)*h.scale), last-1)
		}
		h.counts[bin]++
	}
}

// Merge adds another histogram of the same bins.
func (h *Histogram) Merge(other Reducer) {
	o, ok := other.(*Histogram)
	if !ok || o.width != h.width || o.column != h.column || o.lo != h.lo || o.hi != h.hi || len(o.counts) != len(h.counts) {
		panic(unlike(h, other))
	}
	for i, n := range o.counts {
		h.counts[i] += n
	}
}

// Bins returns the number of bins between lo and hi.
func (h *Histogram) Bins() int { return len(h.counts) - 2 }

// Edges returns the ends of a bin.
func (h *Histogram) Edges(bin int) (lo, hi float64) {
	at := func(i int) float64 { return h.lo + (h.hi-h.lo)*(float64(i)/float64(h.Bins())) }
	return at(bin), at(bin + 1)
}

// Count returns the number of rows.
func (h *Histogram) Count() uint64 {
	n := uint64(0)
	for _, k := range h.counts {
		n += k
	}
	return n
}

// Below returns the probability of x < lo.
func (h *Histogram) Below() Estimate { return h.share(0) }

// Above returns the probability of x ≥ hi.
func (h *Histogram) Above() Estimate { return h.share(len(h.counts) - 1) }

// Probability returns that of a bin, p = k/n, with error √(p(1−p)/n).
func (h *Histogram) Probability(bin int) Estimate { return h.share(bin + 1) }

// Density returns the probability of a bin over its length.
func (h *Histogram) Density(bin int) Estimate {
	p := h.Probability(bin)
	return Estimate{p.Value * h.scale, p.Error * h.scale}
}

func (h *Histogram) share(i int) Estimate {
	n := float64(h.Count())
	p := float64(h.counts[i]) / n
	return Estimate{p, math.Sqrt(p * (1 - p) / n)}
}

const histogramKind = 0x6172676f74736901 // "\x01istogra"

func (h *Histogram) head() []uint64 {
	return []uint64{histogramKind, uint64(h.width), uint64(h.column), math.Float64bits(h.lo), math.Float64bits(h.hi)}
}

// AppendBinary appends the state.
func (h *Histogram) AppendBinary(b []byte) ([]byte, error) {
	return appendWords(appendWords(b, h.head()...), h.counts...), nil
}

// UnmarshalBinary replaces the state.
func (h *Histogram) UnmarshalBinary(b []byte) error {
	b, err := expect(b, 5+len(h.counts), h.head()...)
	if err != nil {
		return err
	}
	readWords(b, h.counts)
	return nil
}

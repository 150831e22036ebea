// Package quantiles holds a mergeable sketch of quantiles, on DataDog's library
// of sketches. It is a package of its own so that programs without it do not
// carry the library.
package quantiles

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/DataDog/sketches-go/ddsketch/mapping"
	"github.com/DataDog/sketches-go/ddsketch/store"
	"gonum.org/v1/gonum/mathext"

	"github.com/ito-sde/ito/sde/statistics"
)

// Sketch counts the numbers of one column of rows in bins that grow
// geometrically away from 0, so that every quantile is known to a relative
// accuracy. Its counts are whole, so merging is exact in any order; its bins are
// at most those of all float64 numbers, about 1420/accuracy of 8 bytes, and in
// practice those between the least and the greatest |x| seen.
//
// Masson, Rim, Lee (2019), "DDSketch: a fast and fully-mergeable quantile sketch
// with relative-error guarantees".
type Sketch struct {
	width, column  int
	accuracy       float64
	bins           *mapping.CubicallyInterpolatedMapping
	least, highest float64 // of the |x| that bins have
	above, below   *store.DenseStore
	zeros          uint64 // numbers too small for a bin
}

var _ statistics.Reducer = (*Sketch)(nil)

// New returns a sketch of a column of rows of width numbers with a relative
// accuracy from 1e-6 to 0.5. The error wraps statistics.ErrShape.
func New(width, column int, accuracy float64) (*Sketch, error) {
	if width < 1 || column < 0 || column >= width || !(accuracy >= 1e-6 && accuracy <= 0.5) {
		return nil, fmt.Errorf("%w: Sketch of column %d of %d to a relative %v; want a column from 0 and an accuracy from 1e-6 to 0.5",
			statistics.ErrShape, column, width, accuracy)
	}
	bins, err := mapping.NewCubicallyInterpolatedMapping(accuracy)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", statistics.ErrShape, err)
	}
	return &Sketch{
		width: width, column: column, accuracy: accuracy, bins: bins,
		least: bins.MinIndexableValue(), highest: bins.MaxIndexableValue(),
		above: store.NewDenseStore(), below: store.NewDenseStore(),
	}, nil
}

// New returns an empty sketch of the same shape.
func (s *Sketch) New() statistics.Reducer {
	r := *s
	r.above, r.below, r.zeros = store.NewDenseStore(), store.NewDenseStore(), 0
	return &r
}

// Width returns the number of numbers per row.
func (s *Sketch) Width() int { return s.width }

// Reset empties the sketch.
func (s *Sketch) Reset() {
	s.above.Clear()
	s.below.Clear()
	s.zeros = 0
}

// Add takes rows of numbers, none of them NaN. Those beyond the greatest bin
// count there.
func (s *Sketch) Add(rows []float64) {
	if len(rows)%s.width != 0 {
		panic(fmt.Sprintf("quantiles: %d numbers are not rows of %d", len(rows), s.width))
	}
	for i := s.column; i < len(rows); i += s.width {
		switch x := rows[i]; {
		case x > s.least:
			s.above.Add(s.bins.Index(min(x, s.highest)))
		case x < -s.least:
			s.below.Add(s.bins.Index(min(-x, s.highest)))
		default:
			s.zeros++
		}
	}
}

// Merge adds another sketch of the same shape.
func (s *Sketch) Merge(other statistics.Reducer) {
	o, ok := other.(*Sketch)
	if !ok || o.width != s.width || o.column != s.column || o.accuracy != s.accuracy {
		panic(fmt.Sprintf("quantiles: merge of a %T of other shape or kind into a %T", other, s))
	}
	s.above.MergeWith(o.above)
	s.below.MergeWith(o.below)
	s.zeros += o.zeros
}

// Count returns the number of rows.
func (s *Sketch) Count() uint64 {
	return uint64(s.above.TotalCount()) + uint64(s.below.TotalCount()) + s.zeros
}

// Quantile returns the q-quantile, 0 ≤ q ≤ 1, to the relative accuracy, NaN
// without rows.
func (s *Sketch) Quantile(q float64) float64 {
	n := float64(s.Count())
	if n == 0 || !(q >= 0 && q <= 1) {
		return math.NaN()
	}
	rank := q * (n - 1)
	below, zeros := s.below.TotalCount(), float64(s.zeros)
	switch {
	case rank < below:
		return -s.bins.Value(s.below.KeyAtRank(below - 1 - math.Floor(rank)))
	case rank < below+zeros:
		return 0
	default:
		return s.bins.Value(s.above.KeyAtRank(rank - below - zeros))
	}
}

// Interval returns a confidence interval of the q-quantile of the law that the
// rows are drawn from, by the binomial law of ranks: the sample's quantiles at
// q ∓ Φ⁻¹(½ + ½ level) √(q(1−q)/n), each to the relative accuracy.
func (s *Sketch) Interval(q, level float64) (lo, hi float64) {
	d := mathext.NormalQuantile(0.5+0.5*level) * math.Sqrt(q*(1-q)/float64(s.Count()))
	return s.Quantile(max(q-d, 0)), s.Quantile(min(q+d, 1))
}

const kind = 0x656c69746e617501 // "\x01uantile"

// AppendBinary appends the state: the kind, the shape, the number of zeros, and
// for each side the number of bins, their indices and counts.
func (s *Sketch) AppendBinary(b []byte) ([]byte, error) {
	for _, w := range []uint64{kind, uint64(s.width), uint64(s.column), math.Float64bits(s.accuracy), s.zeros} {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	for _, side := range []*store.DenseStore{s.above, s.below} {
		at, bins := len(b), uint64(0)
		b = binary.LittleEndian.AppendUint64(b, 0)
		side.ForEach(func(index int, count float64) bool {
			b = binary.LittleEndian.AppendUint64(b, uint64(index))
			b = binary.LittleEndian.AppendUint64(b, uint64(count))
			bins++
			return false
		})
		binary.LittleEndian.PutUint64(b[at:], bins)
	}
	return b, nil
}

// UnmarshalBinary replaces the state.
func (s *Sketch) UnmarshalBinary(b []byte) error {
	next := func() (w uint64, err error) {
		if len(b) < 8 {
			return 0, fmt.Errorf("%w: it ends early", statistics.ErrEncoding)
		}
		w, b = binary.LittleEndian.Uint64(b), b[8:]
		return w, nil
	}
	for i, want := range []uint64{kind, uint64(s.width), uint64(s.column), math.Float64bits(s.accuracy)} {
		if got, err := next(); err != nil || got != want {
			return fmt.Errorf("%w: word %d is %#x; want %#x", statistics.ErrEncoding, i, got, want)
		}
	}
	s.Reset()
	zeros, err := next()
	if err != nil {
		return err
	}
	s.zeros = zeros
	lowest, highest := s.bins.Index(s.least), s.bins.Index(s.highest)
	for _, side := range []*store.DenseStore{s.above, s.below} {
		bins, err := next()
		if err != nil {
			return err
		}
		if bins > uint64(len(b)/16) {
			return fmt.Errorf("%w: %d bins in %d bytes", statistics.ErrEncoding, bins, len(b))
		}
		for range bins {
			index, _ := next()
			count, _ := next()
			if i := int(index); i < lowest || i > highest {
				return fmt.Errorf("%w: bin %d; want %d to %d", statistics.ErrEncoding, i, lowest, highest)
			}
			side.AddWithCount(int(index), float64(count))
		}
	}
	if len(b) > 0 {
		return fmt.Errorf("%w: %d bytes too many", statistics.ErrEncoding, len(b))
	}
	return nil
}

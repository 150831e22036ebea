package noise

import (
	"math"
	"sync"
)

// Matched is a Source whose blocks of Rows rows, those from a multiple of Rows on,
// have mean 0 and variance 1 in every coordinate of every draw,
//
//	z' = (z − z̄)/s,   z̄ = Σ z/Rows,   s² = Σ (z − z̄)²/Rows,
//
// so that the means of linear and of separate quadratic functions of a draw are exact.
// A row is no longer quite normal: E z'⁴ = 3 (Rows − 1)/(Rows + 1), and rows of a
// block are correlated by −1/(Rows − 1); estimates have a bias of O(1/Rows), and
// their errors are seen between blocks, not within. A piece of a block costs the
// whole block. Barraquand (1995), "Numerical valuation of high dimensional
// multivariate European securities".
type Matched struct {
	Source Source
	Rows   int // at least 2
}

var _ Source = Matched{}

var matchedBuffers = sync.Pool{New: func() any { return new([]float64) }}

// Normal fills dst, rows of dim numbers. It panics if that is not a whole number of
// rows or Rows < 2. It allocates nothing once its buffers have grown.
func (m Matched) Normal(dst []float64, dim int, at Address) {
	checkRows("Matched", dst, dim)
	if m.Rows < 2 {
		panic("noise: Matched: blocks of less than two rows")
	}
	buffer := matchedBuffers.Get().(*[]float64)
	defer matchedBuffers.Put(buffer)
	if n := m.Rows * dim; cap(*buffer) < n {
		*buffer = make([]float64, n)
	}
	block := (*buffer)[:m.Rows*dim]
	for len(dst) > 0 {
		before := int(at.Row % uint64(m.Rows))
		at.Row -= uint64(before)
		m.Source.Normal(block, dim, at)
		match(block, dim)
		dst = dst[copy(dst, block[before*dim:]):]
		at.Row += uint64(m.Rows)
	}
}

// match moves the columns of rows to mean 0 and variance 1.
func match(rows []float64, dim int) {
	n := float64(len(rows) / dim)
	for j := range dim {
		mean, square := 0.0, 0.0
		for i := j; i < len(rows); i += dim {
			mean += rows[i]
		}
		mean /= n
		for i := j; i < len(rows); i += dim {
			rows[i] -= mean
			square += float64(rows[i] * rows[i])
		}
		s := math.Sqrt(square / n)
		for i := j; i < len(rows); i += dim {
			rows[i] /= s
		}
	}
}

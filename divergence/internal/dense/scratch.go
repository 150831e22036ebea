package dense

import (
	"sync"

	"github.com/ito-sde/ito/internal/gemm"
)

// scratch is what a factorisation needs for a while. It is kept between calls, for
// otherwise clearing fresh memory takes as long as a product.
type scratch struct {
	packed                           gemm.Matrix[float64]
	first, second, third             []float64
	left, probe, noise               []float64
	square, middle, diagonal, turned [block * block]float64
	panel                            [block * strip]float64
	reduction                        reduction
}

var pool = sync.Pool{New: func() any { return new(scratch) }}

func borrow() *scratch { return pool.Get().(*scratch) }

// resize returns n numbers of any value, of x where it has room for them.
func resize(x []float64, n int) []float64 {
	if cap(x) < n {
		return make([]float64, n)
	}
	return x[:n]
}

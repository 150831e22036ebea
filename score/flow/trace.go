package flow

import (
	"errors"
	"fmt"
	"sync"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// ErrNoTrace: the model can give no exact trace.
var ErrNoTrace = errors.New("flow: model has no exact trace")

// Trace gives tr ∂D/∂x, exactly or on average, one number for each row of x, the
// first being row first of the data set. It is safe for concurrent calls.
type Trace interface {
	TraceRows(dst, x []float64, at sde.Level, first uint64) error
}

// Exact returns the exact trace: the model's own if it is a score.Tracer, or else
// dim derivatives along the axes a row if it is a score.JVP or, as networks are, a
// score.VJP; those of a row are asked for in one call.
// Errors: [ErrNoTrace] if it is none of them.
func Exact(m score.Model) (Trace, error) {
	if able, ok := m.(score.Tracer); ok {
		return closed{able}, nil
	}
	if product := jacobian(m); product != nil {
		return &directions{product: product, dim: m.Dim()}, nil
	}
	return nil, fmt.Errorf("%w: %T has neither TraceDenoise nor JVPDenoise nor VJPDenoise; use Hutchinson", ErrNoTrace, m)
}

// jacobian returns the model's product of J or Jᵀ with a vector, nil if it has none.
// vᵀJv = vᵀJᵀv: for traces either will do.
func jacobian(m score.Model) func(dst, x, v []float64, at sde.Level) error {
	switch able := m.(type) {
	case score.JVP:
		return able.JVPDenoise
	case score.VJP:
		return able.VJPDenoise
	}
	return nil
}

type closed struct{ score.Tracer }

func (c closed) TraceRows(dst, x []float64, at sde.Level, _ uint64) error {
	return c.TraceDenoise(dst, x, at)
}

// directions sums the derivatives along the axes.
type directions struct {
	product func(dst, x, v []float64, at sde.Level) error
	dim     int
	scratch sync.Pool
}

// axesAtOnce bounds the rows of one call, and so the memory of long rows.
const axesAtOnce = 64

func (d *directions) TraceRows(dst, x []float64, at sde.Level, _ uint64) error {
	size := min(d.dim, axesAtOnce) * d.dim
	w := take(&d.scratch, 3*size)
	defer d.scratch.Put(w)
	for i := range dst {
		dst[i] = 0
		for from := 0; from < d.dim; from += axesAtOnce {
			count := min(axesAtOnce, d.dim-from)
			n := count * d.dim
			rows, axes, along := (*w)[:n], (*w)[size:size+n], (*w)[2*size:2*size+n]
			clear(axes)
			for j := range count {
				copy(rows[j*d.dim:], x[i*d.dim:][:d.dim])
				axes[j*d.dim+from+j] = 1
			}
			if err := d.product(along, rows, axes, at); err != nil {
				return err
			}
			for j := range count {
				dst[i] += along[j*d.dim+from+j]
			}
		}
	}
	return nil
}

// take returns at least n numbers of scratch.
func take(pool *sync.Pool, n int) *[]float64 {
	w, _ := pool.Get().(*[]float64)
	if w == nil {
		w = new([]float64)
	}
	if len(*w) < n {
		*w = make([]float64, n)
	}
	return w
}

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
// dim directional derivatives a row if it is a score.JVP.
// Errors: [ErrNoTrace] if it is neither.
func Exact(m score.Model) (Trace, error) {
	switch able := m.(type) {
	case score.Tracer:
		return closed{able}, nil
	case score.JVP:
		return &directions{m: able, dim: m.Dim()}, nil
	}
	return nil, fmt.Errorf("%w: %T has neither TraceDenoise nor JVPDenoise; use Hutchinson", ErrNoTrace, m)
}

type closed struct{ score.Tracer }

func (c closed) TraceRows(dst, x []float64, at sde.Level, _ uint64) error {
	return c.TraceDenoise(dst, x, at)
}

// directions sums the derivatives along the axes.
type directions struct {
	m       score.JVP
	dim     int
	scratch sync.Pool
}

func (d *directions) TraceRows(dst, x []float64, at sde.Level, _ uint64) error {
	w := take(&d.scratch, 2*d.dim)
	defer d.scratch.Put(w)
	axis, along := (*w)[:d.dim], (*w)[d.dim:2*d.dim]
	for i := range dst {
		dst[i] = 0
		for j := range d.dim {
			clear(axis)
			axis[j] = 1
			if err := d.m.JVPDenoise(along, x[i*d.dim:][:d.dim], axis, at); err != nil {
				return err
			}
			dst[i] += along[j]
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

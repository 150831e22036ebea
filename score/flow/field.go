package flow

import (
	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// Field returns the probability-flow field v(x, t) for rows of x. Integrated from
// the process's end to its cut-off it turns noise into data, and back. It is
// score.ReverseDrift with no noise, and its errors are the same.
func Field(p sde.Process, m score.Model) integrators.Field {
	return score.ReverseDrift(p, m, 0)
}

// Divergence writes ∇·v at time t, one number for each row of x, the first being
// row first of the data set:
//
//	∇·v = a·dim + b tr ∂D/∂x,   v = a x + b D(x).
//
// Errors: score.ErrLevel, and those of the trace.
func Divergence(dst []float64, p sde.Process, trace Trace, dim int, x []float64, t float64, first uint64) error {
	a, b, err := score.DriftCoefficients(p, t, 0)
	if err != nil {
		return err
	}
	if err := trace.TraceRows(dst, x, p.At(t), first); err != nil {
		return err
	}
	for i, v := range dst {
		dst[i] = a*float64(dim) + b*v
	}
	return nil
}

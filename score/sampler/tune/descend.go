package tune

import (
	"context"

	"gonum.org/v1/gonum/optimize"
)

// descend minimises error/unit + Smoothness · roughness from x by the simplex of
// Nelder and Mead (1965), begun anew around what it found until that no longer
// gains: a simplex that has collapsed finds its way on. The objective is not
// smooth where a direction's error passes through 0, nor where a sampler fails.
func descend(ctx context.Context, c *Config, p *path, unit float64, x []float64, tick func(n int)) ([]float64, error) {
	var failure error
	f := func(x []float64) float64 {
		tick(1)
		for _, v := range x {
			if !(v > -reach && v < reach) {
				return failed
			}
		}
		s, _, err := p.config(x)
		if err != nil {
			return failed // steps below the rounding of times
		}
		e, err := c.measure(ctx, c.Objective, s)
		if err != nil {
			failure = err
			return failed
		}
		return min(e/unit+c.Smoothness*p.roughness(x), failed)
	}
	status := func() (optimize.Status, error) {
		if failure != nil {
			return optimize.Failure, failure
		}
		return optimize.NotTerminated, nil
	}
	for left := c.Evaluations; left > 0; {
		r, err := optimize.Minimize(optimize.Problem{Func: f, Status: status}, x,
			&optimize.Settings{FuncEvaluations: left}, &optimize.NelderMead{})
		if failure != nil {
			return nil, failure
		}
		if err != nil {
			return nil, err
		}
		left -= r.FuncEvaluations
		x = r.X
	}
	return x, nil
}

// reach bounds the free numbers: steps that differ by e^40 differ by more than
// the digits of their sum.
const reach = 40

package stochastic

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
)

// ErrNewton is wrapped by the error of an implicit step whose equation Newton's
// method did not solve.
var ErrNewton = errors.New("stochastic: Newton's method does not converge")

// newton solves the equation of an implicit step for one row.
type newton struct {
	linear *integrators.Linear
	lu     *jacobian.LU[float64]
	delta  []float64
}

func newNewton(f integrators.Field, dim int, p *jacobian.Pattern) *newton {
	linear, err := integrators.NewLinear(f, dim, integrators.Linearisation{Pattern: p})
	if err != nil {
		panic(err.Error())
	}
	return &newton{linear, jacobian.NewLU[float64](linear.Pattern), make([]float64, dim)}
}

func fitsPattern(p *jacobian.Pattern, s *System) string {
	if p != nil && p.Order() != s.Dim {
		return fmt.Sprintf("make the Jacobian's pattern of order %d", s.Dim)
	}
	return ""
}

// newtonIterations is far beyond what a step short enough to be of use needs.
const newtonIterations = 50

// solve finds x = known + h F(t, x) from the x it is given, to rounding.
func (d *newton) solve(x, known []float64, t, h float64) error {
	const rounding = 1e-15 // a few units, beside the state
	size, contraction := math.Inf(1), 1.0
	for k := range newtonIterations {
		if err := d.linear.Eval(d.delta, t, x); err != nil {
			return err
		}
		if k == 0 || contraction > 0.1 {
			if err := d.linear.Linearise(t, x, d.delta); err != nil {
				return err
			}
			if err := d.lu.Factor(1/h, nil, d.linear.J); err != nil {
				return fmt.Errorf("%w: %w", ErrNewton, err)
			}
		}
		for i, v := range x {
			d.delta[i] -= (v - known[i]) / h
		}
		d.lu.Solve(d.delta)
		floats.Add(x, d.delta)
		before := size
		size = floats.Norm(d.delta, math.Inf(1))
		contraction = size / before
		scale := floats.Norm(x, math.Inf(1)) + floats.Norm(known, math.Inf(1))
		// What is left is size·θ/(1 − θ), θ the contraction. Corrections that are
		// small and do not shrink are the rounding of the drift.
		if size <= rounding*scale || k > 0 && contraction < 0.5 && 2*size*contraction <= rounding*scale ||
			contraction > 0.5 && size <= 1e-12*scale {
			return nil
		}
		if math.IsNaN(size) {
			break
		}
	}
	return fmt.Errorf("%w: correction %.3g at t = %v, state %.6g; take shorter steps", ErrNewton, size, t, x)
}

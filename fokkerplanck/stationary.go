package fokkerplanck

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// Stationary returns the density of zero flux at the frozen time t, of mass 1,
//
//	p(x) ∝ exp ∫ (a − D')/D dx,
//
// found directly and without overflow, with the fluxes of [Solve], whose fixed
// point it is. The error wraps ErrProblem, also where nothing diffuses and no
// such density need exist. Risken (1989), eq. 5.13.
func Stationary(pr Problem, g Grid, t float64) ([]float64, error) {
	if g.Cells() < 3 {
		return nil, fmt.Errorf("%w: the grid is empty", ErrProblem)
	}
	c := newChain(pr, g)
	if err := c.assemble(t); err != nil {
		return nil, err
	}
	// Zero flux: p_(i+1) = e^w p_i, in logarithms against overflow.
	for i, w := range c.w {
		if math.IsNaN(w) || math.IsInf(w, 0) {
			return nil, fmt.Errorf("%w: nothing diffuses across x = %v, so that the stationary density is not unique; solve for a long time instead", ErrProblem, g.edges[i+1])
		}
	}
	p := make([]float64, g.Cells())
	floats.CumSum(p[1:], c.w)
	top := floats.Max(p)
	for i, v := range p {
		p[i] = math.Exp(v - top)
	}
	floats.Scale(1/g.Mass(p), p)
	return p, nil
}

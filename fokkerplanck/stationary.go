package fokkerplanck

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// Stationary returns the stationary density at the frozen time t, of mass 1,
// found directly and without overflow, with the fluxes of [Solve], whose fixed
// point it is. Between reflecting walls it has no flux,
//
//	p(x) ∝ exp ∫ (a − D')/D dx;
//
// on a ring the flux is the same everywhere. The error wraps ErrProblem, also
// where nothing diffuses and no such density need exist, and for absorbing
// walls, which leave none. Risken (1989), eq. 5.13 and section 11.3.
func Stationary(pr Problem, g Grid, t float64) ([]float64, error) {
	if err := pr.check(g); err != nil {
		return nil, err
	}
	if pr.Left == Absorbing || pr.Right == Absorbing {
		return nil, fmt.Errorf("%w: a wall absorbs, so that no density is stationary; see Modes for the one that decays slowest", ErrProblem)
	}
	c := newChain(pr, g)
	if err := c.assemble(t); err != nil {
		return nil, err
	}
	p, err := c.potential()
	if err != nil {
		return nil, err
	}
	if pr.Left == Periodic {
		if p, err = c.stationaryRing(floats.MaxIdx(p)); err != nil {
			return nil, err
		}
	} else {
		top := floats.Max(p)
		for i, v := range p {
			p[i] = math.Exp(v - top)
		}
	}
	floats.Scale(1/g.Mass(p), p)
	return p, nil
}

// potential is ln p of zero flux, 0 in the first cell: p_(i+1) = e^w p_i, in
// logarithms against overflow.
func (c *chain) potential() ([]float64, error) {
	for i, w := range c.w {
		if math.IsNaN(w) || math.IsInf(w, 0) {
			return nil, fmt.Errorf("%w: nothing diffuses across x = %v, so that the stationary density is not unique; solve for a long time instead", ErrProblem, c.g.edges[i+1])
		}
	}
	p := make([]float64, len(c.left))
	floats.CumSum(p[1:], c.w[:len(p)-1])
	return p, nil
}

// stationaryRing reduces the ring to cell z, which should be a likely one.
func (c *chain) stationaryRing(z int) ([]float64, error) {
	n := len(c.left)
	turned := &chain{pr: c.pr, g: c.g}
	turned.left = append(append(turned.left, c.left[z+1:]...), c.left[:z+1]...)
	turned.right = append(append(turned.right, c.right[z+1:]...), c.right[:z+1]...)
	m := make([]float64, n)
	m[n-1] = 1
	turned.ring(m, make([]float64, 2*n), 1, 0)
	p := make([]float64, n)
	for i, v := range m {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%w: the drift is too strong for the cells: densities differ by more than e^700", ErrProblem)
		}
		k := (i + z + 1) % n
		p[k] = v / c.g.Width(k)
	}
	return p, nil
}

package fokkerplanck

import (
	"fmt"
	"math"
)

// PlaneFunctional is an expectation over paths that start at (x, y) and end at τ,
// when they reach an absorbing wall or a cell whose centre Stop takes,
//
//	u(x, y) = E[ ∫₀^τ s e^(−K_r) dr + φ e^(−K_τ) ],   K_r = ∫₀^r k dq.
type PlaneFunctional struct {
	Source, Decay            func(x, y float64) float64 // s and k ≥ 0; nil: 0
	Stop                     func(x, y float64) (phi float64, stops bool)
	Left, Right, Bottom, Top float64 // φ at the walls, where they absorb
}

// BackwardPlane returns a PlaneFunctional for every cell's centre, with the
// coefficients of the frozen time t, from the equation of Feynman and Kac,
//
//	a·∇u + D:∇∇u − k u + s = 0,   u = φ where paths end,
//
// by the transpose of the chain of [SolvePlane] and the elimination of
// [StationaryPlane], at its cost, without subtraction. With Source 1 it is the
// mean exit time; with Stop 0 on one set and 1 on another the committor between
// them, their borders at whole cells. The error wraps ErrProblem, also where
// paths neither end nor decay.
func BackwardPlane(pr PlaneProblem, g Plane, t float64, f PlaneFunctional) ([]float64, error) {
	if err := pr.check(g); err != nil {
		return nil, err
	}
	b := newBonds(pr, g)
	if err := b.assemble(t); err != nil {
		return nil, err
	}
	s, err := b.band()
	if err != nil {
		return nil, err
	}
	n := g.Cells()
	source, out := make([]float64, n), make([]float64, n)
	for i := range n {
		x, y, k := g.X.Centre(i%b.nx), g.Y.Centre(i/b.nx), b.order(i)
		if f.Source != nil {
			source[k] = f.Source(x, y)
		}
		if f.Decay != nil {
			out[k] = f.Decay(x, y)
		}
		if !(out[k] >= 0) || math.IsInf(source[k], 0) || math.IsNaN(source[k]) || math.IsInf(out[k], 1) {
			return nil, fmt.Errorf("%w: at (%v, %v) the source is %v and the decay %v; want both finite and the decay not negative", ErrProblem, x, y, source[k], out[k])
		}
		for wall, phi := range [4]float64{f.Left, f.Right, f.Bottom, f.Top} {
			if b.exits[wall] != nil {
				out[k] += b.exits[wall][i]
				source[k] += b.exits[wall][i] * phi
			}
		}
		if f.Stop != nil {
			if phi, stops := f.Stop(x, y); stops {
				clear(s.row(k))
				source[k], out[k] = phi, 1
			}
		}
		if math.IsNaN(source[k]) || math.IsInf(source[k], 0) {
			return nil, fmt.Errorf("%w: φ around (%v, %v) is not finite", ErrProblem, x, y)
		}
	}
	pivots, at := s.eliminate(source, out)
	if pivots == nil {
		return nil, fmt.Errorf("%w: paths from some cell neither end nor decay (place %d)", ErrProblem, at)
	}
	w := s.width
	for i := n - 1; i >= 0; i-- {
		on := s.row(i)[w+1 : w+1+min(w, n-1-i)]
		v := source[i]
		for k, rate := range on {
			v += rate * source[i+1+k]
		}
		source[i] = v / pivots[i]
	}
	u := make([]float64, n)
	for i := range u {
		u[i] = source[b.order(i)]
	}
	return u, nil
}

package fokkerplanck

import (
	"fmt"
	"math"
)

// Functional is an expectation over paths that start at x and end at τ, when an
// absorbing wall is reached,
//
//	u(x) = E[ ∫₀^τ s(x_r) e^(−K_r) dr + φ(x_τ) e^(−K_τ) ],   K_r = ∫₀^r k(x_q) dq.
type Functional struct {
	Source, Decay func(x float64) float64 // s and k ≥ 0; nil: 0
	Left, Right   float64                 // φ at the walls, where they absorb
}

// Backward returns a Functional for every cell's centre, with the coefficients of
// the frozen time t, from the equation of Feynman and Kac,
//
//	a u' + D u″ − k u + s = 0,   u = φ at absorbing walls, u' = 0 at reflecting ones,
//
// by the transpose of the fluxes of [Solve]: of second order, by an elimination
// that subtracts nothing, so that also times of e^500 are right to a few n
// roundings. The error wraps ErrProblem, also where paths neither leave nor
// decay, and for a ring, which should be cut where it is to be left.
//
// Gardiner (2009), section 5.5; Risken (1989), section 8.1.
func Backward(pr Problem, g Grid, t float64, f Functional) ([]float64, error) {
	c, err := leaving(pr, g, t)
	if err != nil {
		return nil, err
	}
	s, k := make([]float64, len(c.left)), make([]float64, len(c.left))
	for i := range s {
		x := g.Centre(i)
		if f.Source != nil {
			s[i] = f.Source(x)
		}
		if f.Decay != nil {
			k[i] = f.Decay(x)
		}
		if math.IsNaN(s[i]) || math.IsInf(s[i], 0) || !(k[i] >= 0) || math.IsInf(k[i], 0) {
			return nil, fmt.Errorf("%w: at x = %v the source is %v and the decay %v; want both finite and the decay not negative", ErrProblem, x, s[i], k[i])
		}
	}
	if math.IsNaN(f.Left+f.Right) || math.IsInf(f.Left, 0) || math.IsInf(f.Right, 0) {
		return nil, fmt.Errorf("%w: %v and %v at the walls; want both finite", ErrProblem, f.Left, f.Right)
	}
	if err := c.transposed(s, k, f.Left, f.Right); err != nil {
		return nil, err
	}
	return s, nil
}

func leaving(pr Problem, g Grid, t float64) (*chain, error) {
	if err := pr.check(g); err != nil {
		return nil, err
	}
	if pr.Left == Periodic {
		return nil, fmt.Errorf("%w: nothing leaves a ring; cut it where it is to be left, by absorbing walls", ErrProblem)
	}
	c := newChain(pr, g)
	return c, c.assemble(t)
}

// transposed solves (k − Lᵀ) u = s in place; k is overwritten by the pivots.
func (c *chain) transposed(s, k []float64, atLeft, atRight float64) error {
	n := len(s)
	e := k[0] + c.left[0]
	s[0] += c.left[0] * atLeft
	s[n-1] += c.right[n-1] * atRight
	for i := range n {
		d := e + c.right[i]
		if d == 0 {
			return fmt.Errorf("%w: paths from x = %v neither leave nor decay; make a wall absorb", ErrProblem, c.g.Centre(i))
		}
		if i < n-1 {
			back := c.left[i+1]
			e = k[i+1] + back*(e/d)
			s[i+1] += back * (s[i] / d)
		}
		k[i] = d
	}
	s[n-1] /= k[n-1]
	for i := n - 2; i >= 0; i-- {
		s[i] = (s[i] + c.right[i]*s[i+1]) / k[i]
	}
	return nil
}

// ExitMoments returns E τ, E τ², ... up to the given order, for a start at every
// cell's centre, of the time τ at which an absorbing wall is reached,
//
//	a T_n' + D T_n″ = −n T_(n−1),   T_0 = 1.
//
// Errors are those of [Backward].
func ExitMoments(pr Problem, g Grid, t float64, order int) ([][]float64, error) {
	c, err := leaving(pr, g, t)
	if err != nil {
		return nil, err
	}
	if order < 1 {
		return nil, fmt.Errorf("%w: %d moments; want 1 or more", ErrProblem, order)
	}
	var all [][]float64
	for n := 1; n <= order; n++ {
		u := make([]float64, len(c.left))
		for i := range u {
			u[i] = 1
			if n > 1 {
				u[i] = float64(n) * all[n-2][i]
			}
		}
		if err := c.transposed(u, make([]float64, len(u)), 0, 0); err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	return all, nil
}

// MeanExitTime returns E τ as [ExitMoments] does.
func MeanExitTime(pr Problem, g Grid, t float64) ([]float64, error) {
	m, err := ExitMoments(pr, g, t, 1)
	if err != nil {
		return nil, err
	}
	return m[0], nil
}

// Committor returns for a start at every cell's centre the probability to reach
// the right end of the grid before the left one, both taken to absorb. It is
// exact to rounding for the chain, its smallest values too.
func Committor(pr Problem, g Grid, t float64) ([]float64, error) {
	if pr.Left != Periodic {
		pr.Left, pr.Right = Absorbing, Absorbing
	}
	return Backward(pr, g, t, Functional{Right: 1})
}

package fokkerplanck

import (
	"fmt"
	"math"
)

// chain is the equation in space: a Markov chain on the cells, whose masses
// m_i = p_i Δ_i obey
//
//	dm_i/dt = right_(i−1) m_(i−1) − (left_i + right_i) m_i + left_(i+1) m_(i+1) = (L m)_i.
//
// left_0 and right_(n−1) lead through the walls.
type chain struct {
	pr          Problem
	g           Grid
	left, right []float64 // rates out of a cell
	// w is ln p_(i+1)/p_i without flux at the edges between cells i and i+1, in a
	// ring also between the last and the first.
	w    []float64
	done bool // steady rates are computed
}

func newChain(pr Problem, g Grid) *chain {
	n := g.Cells()
	c := &chain{pr: pr, g: g, left: make([]float64, n), right: make([]float64, n), w: make([]float64, n-1)}
	if pr.Left == Periodic {
		c.w = make([]float64, n)
	}
	return c
}

// assemble computes the rates at time t. Between the centres of two cells, d
// apart, J = (a − D') p − D p' is constant for
//
//	J = (D/d) [B(−w) p_i − B(w) p_(i+1)],   w = (a − D') d/D,   B(w) = w/(e^w − 1),
//
// where D' is the difference quotient of D, so that (a − D')/D is the slope of
// the logarithm of the stationary density. No rate is negative, whatever w. An
// absorbing wall is a point of no density half a cell away.
func (c *chain) assemble(t float64) error {
	if c.done {
		return nil
	}
	n := len(c.left)
	first, err := c.diffusion(c.g.Centre(0), t)
	if err != nil {
		return err
	}
	dl := first
	for i := range n - 1 {
		x := c.g.edges[i+1]
		dr, err := c.diffusion(c.g.Centre(i+1), t)
		if err != nil {
			return err
		}
		out, in, w, err := c.edge(x, t, c.g.Centre(i+1)-c.g.Centre(i), dl, dr)
		if err != nil {
			return err
		}
		c.w[i] = w // ±Inf or NaN where d = 0
		c.right[i], c.left[i+1] = out/c.g.Width(i), in/c.g.Width(i+1)
		dl = dr
	}
	if err := c.walls(t, first, dl); err != nil {
		return err
	}
	c.done = c.pr.Steady
	return nil
}

// largest is the rate up to which products with times and other rates are finite.
const largest = 1e150

// walls computes the rates through them; first and last are D in the outer cells.
func (c *chain) walls(t, first, last float64) error {
	n := len(c.left)
	a, b := c.g.Width(0), c.g.Width(n-1)
	if c.pr.Left == Periodic {
		out, in, w, err := c.edge(c.g.edges[0], t, 0.5*(a+b), last, first)
		c.w[n-1], c.right[n-1], c.left[0] = w, out/b, in/a
		return err
	}
	if c.pr.Left == Absorbing {
		x := c.g.edges[0]
		d, err := c.diffusion(x, t)
		if err != nil {
			return err
		}
		_, in, _, err := c.edge(x+0.25*a, t, 0.5*a, d, first)
		if err != nil {
			return err
		}
		c.left[0] = in / a
	}
	if c.pr.Right == Absorbing {
		x := c.g.edges[n]
		d, err := c.diffusion(x, t)
		if err != nil {
			return err
		}
		out, _, _, err := c.edge(x-0.25*b, t, 0.5*b, last, d)
		if err != nil {
			return err
		}
		c.right[n-1] = out / b
	}
	return nil
}

// edge returns the coefficients of a flux through x between two points apart
// from each other, where D is dl and dr, and w.
func (c *chain) edge(x, t, apart, dl, dr float64) (out, in, w float64, err error) {
	a := c.pr.Drift(x, t)
	if math.IsNaN(a) || math.IsInf(a, 0) {
		return 0, 0, 0, fmt.Errorf("%w: drift at x = %v, t = %v is %v; keep grid and times where it is finite", ErrProblem, x, t, a)
	}
	d, err := c.diffusion(x, t)
	if err != nil {
		return 0, 0, 0, err
	}
	v := a - (dr-dl)/apart
	out, in = flux(v, d, apart)
	if rate := (out + in) / apart; math.IsNaN(rate) || rate > largest {
		return 0, 0, 0, fmt.Errorf("%w: drift %v and diffusion %v at x = %v, t = %v cross cells %v apart at a rate beyond the range of numbers", ErrProblem, a, d, x, t, apart)
	}
	return out, in, v * apart / d, nil
}

func (c *chain) diffusion(x, t float64) (float64, error) {
	d := c.pr.Diffusion(x, t)
	if !(d >= 0) || math.IsInf(d, 1) {
		return 0, fmt.Errorf("%w: diffusion at x = %v, t = %v is %v; want it finite and not negative", ErrProblem, x, t, d)
	}
	return d, nil
}

// flux returns (D/d) B(−w) and (D/d) B(w), w = v·apart/D. Their difference is v;
// the smaller is computed, and is 0 where nothing diffuses.
func flux(v, d, apart float64) (out, in float64) {
	speed := math.Abs(v)
	against := 0.0
	switch w := speed * apart / d; {
	case d == 0: // of either sign
	case w == 0:
		against = d / apart
	case w < 700: // e^w is finite
		against = speed / math.Expm1(w)
	}
	if v < 0 {
		return against, against + speed
	}
	return against + speed, against
}

package fokkerplanck

import (
	"fmt"
	"math"
)

// chain is the equation in space: a Markov chain on the cells, whose masses
// m_i = p_i Δ_i obey
//
//	dm_i/dt = right_(i−1) m_(i−1) − (left_i + right_i) m_i + left_(i+1) m_(i+1) = (L m)_i.
type chain struct {
	pr          Problem
	g           Grid
	left, right []float64 // rates out of a cell
	w           []float64 // at the inner edges, ln p_(i+1)/p_i without flux
}

func newChain(pr Problem, g Grid) *chain {
	n := g.Cells()
	return &chain{pr, g, make([]float64, n), make([]float64, n), make([]float64, n-1)}
}

// assemble computes the rates at time t. Between the centres of two cells, d
// apart, J = (a − D') p − D p' is constant for
//
//	J = (D/d) [B(−w) p_i − B(w) p_(i+1)],   w = (a − D') d/D,   B(w) = w/(e^w − 1),
//
// where D' is the difference quotient of D, so that (a − D')/D is the slope of
// the logarithm of the stationary density. No rate is negative, whatever w.
func (c *chain) assemble(t float64) error {
	dl, err := c.diffusion(c.g.Centre(0), t)
	if err != nil {
		return err
	}
	for i := range c.w {
		x, apart := c.g.edges[i+1], c.g.Centre(i+1)-c.g.Centre(i)
		a := c.pr.Drift(x, t)
		if math.IsNaN(a) || math.IsInf(a, 0) {
			return fmt.Errorf("%w: drift at x = %v, t = %v is %v; keep grid and times where it is finite", ErrProblem, x, t, a)
		}
		d, err := c.diffusion(x, t)
		if err != nil {
			return err
		}
		dr, err := c.diffusion(c.g.Centre(i+1), t)
		if err != nil {
			return err
		}
		v := a - (dr-dl)/apart
		c.w[i] = v * apart / d // ±Inf or NaN where d = 0
		out, in := flux(v, d, apart)
		c.right[i], c.left[i+1] = out/c.g.Width(i), in/c.g.Width(i+1)
		dl = dr
	}
	return nil
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

// implicit solves (1 − h L) m = b in place, by elimination in the manner of
// Grassmann, Taksar and Heyman: every column of 1 − h L sums to 1, and these
// sums are carried along instead of the diagonal, so that nothing is subtracted,
//
//	e_0 = 1,   d_i = e_i + h right_i,   e_(i+1) = 1 + h left_(i+1) e_i/d_i.
//
// So for any h every m_i is exact to a few n rounding errors if b has one sign:
// never negative, and of the sum of b. LU, as in LAPACK's dgtsv, loses digits
// in proportion to h max|L|.
//
// Grassmann, Taksar, Heyman (1985); Alfa, Xue, Ye (2002).
func (c *chain) implicit(b, d []float64, h float64) {
	n := len(b)
	e := 1.0
	for i := range n - 1 {
		d[i] = e + h*c.right[i]
		b[i+1] += h * c.right[i] / d[i] * b[i]
		e = 1 + h*c.left[i+1]*(e/d[i])
	}
	b[n-1] /= e
	for i := n - 2; i >= 0; i-- {
		b[i] = (b[i] + h*c.left[i+1]*b[i+1]) / d[i]
	}
}

// explicit sets dst = (1 + h L) m.
func (c *chain) explicit(dst, m []float64, h float64) {
	copy(dst, m)
	for i := range len(m) - 1 {
		j := h * (c.right[i]*m[i] - c.left[i+1]*m[i+1])
		dst[i] -= j
		dst[i+1] += j
	}
}

package fokkerplanck

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/lapack/gonum"
	"gonum.org/v1/gonum/mat"
)

// Mode is an eigenfunction of the equation: a density that decays as e^(−Rate t)
// without a change of shape.
type Mode struct {
	Rate float64
	// Density is the eigenvector of the equation forward in time, Observable
	// that of the backward one: ∫ Observable Density dx = 1 within a mode and 0
	// between modes, and Density = ρ Observable with ρ the density of zero flux,
	// of mass 1. The first mode of reflecting walls is ρ and 1.
	Density, Observable []float64
}

// Rates returns all rates of decay, rising, at the frozen time t, between walls
// that reflect or absorb. 1/Rates[k] are the relaxation times; where both walls
// reflect Rates[0] is 0. Every rate has a small relative error, that of a rare
// transition too: the chain is symmetrised as −G Gᵀ, G of two diagonals that are
// square roots of rates, and the singular values of such a matrix are found to
// high relative accuracy (Demmel, Kahan 1990) where eigenvalues of a tridiagonal
// one are not. Errors wrap ErrProblem: also for a ring, where no such symmetry
// need exist, and for cells between which nothing diffuses;
// see [RingRates].
func Rates(pr Problem, g Grid, t float64) ([]float64, error) {
	c, err := reversible(pr, g, t)
	if err != nil {
		return nil, err
	}
	rates, _, err := c.decompose(false)
	return rates, err
}

// Modes returns the slowest count modes as [Rates] does, in time of third and
// memory of second order in the number of cells.
func Modes(pr Problem, g Grid, t float64, count int) ([]Mode, error) {
	c, err := reversible(pr, g, t)
	if err != nil {
		return nil, err
	}
	n := len(c.left)
	if count < 1 || count > n {
		return nil, fmt.Errorf("%w: %d modes of %d cells", ErrProblem, count, n)
	}
	logRho, err := c.potential()
	if err != nil {
		return nil, err
	}
	top := floats.Max(logRho)
	root, sum := make([]float64, n), 0.0 // √ of the masses of ρ
	for i, v := range logRho {
		root[i] = math.Exp(0.5*(v-top)) * math.Sqrt(g.Width(i))
		if root[i] == 0 {
			return nil, fmt.Errorf("%w: the density at x = %v is beyond the range of numbers; take a narrower grid", ErrProblem, g.Centre(i))
		}
		sum += root[i] * root[i]
	}
	floats.Scale(1/math.Sqrt(sum), root)
	rates, u, err := c.decompose(true)
	if err != nil {
		return nil, err
	}
	modes := make([]Mode, count)
	for k := range modes {
		m := Mode{rates[k], make([]float64, n), make([]float64, n)}
		top, at := 0.0, 0
		for i, r := range root {
			v := r // of the rate 0
			if rates[k] > 0 {
				v = u[i*(n+1)+n-1-k]
			}
			m.Density[i], m.Observable[i] = v*r/g.Width(i), v/r
			if math.Abs(v) > top*(1+1e-9) {
				top, at = math.Abs(v), i
			}
		}
		if m.Density[at] < 0 { // positive where it is largest
			floats.Scale(-1, m.Density)
			floats.Scale(-1, m.Observable)
		}
		modes[k] = m
	}
	return modes, nil
}

func reversible(pr Problem, g Grid, t float64) (*chain, error) {
	if err := pr.check(g); err != nil {
		return nil, err
	}
	if pr.Left == Periodic {
		return nil, fmt.Errorf("%w: the rates of a ring are complex in general; cut it", ErrProblem)
	}
	c := newChain(pr, g)
	if err := c.assemble(t); err != nil {
		return nil, err
	}
	_, err := c.potential()
	return c, err
}

// decompose returns the n rates, rising, and on demand the left singular vectors
// of G, extended by a row of zeros: columns of an (n+1)² matrix, by falling rate.
func (c *chain) decompose(vectors bool) ([]float64, []float64, error) {
	n := len(c.left)
	d, e := make([]float64, n+1), make([]float64, n)
	for i := range n {
		d[i], e[i] = -math.Sqrt(c.left[i]), math.Sqrt(c.right[i])
	}
	var u []float64
	nru, ldu := 0, 1
	if vectors {
		nru, ldu = n+1, n+1
		u = make([]float64, (n+1)*(n+1))
		for i := range n + 1 {
			u[i*(n+2)] = 1
		}
	}
	var impl gonum.Implementation
	if !impl.Dbdsqr(blas.Upper, n+1, 0, nru, 0, d, e, nil, 1, u, ldu, nil, 1, make([]float64, 4*(n+1))) {
		return nil, nil, fmt.Errorf("%w: the singular values of %d cells do not converge", ErrProblem, n)
	}
	rates := make([]float64, n)
	for k := range rates {
		rates[k] = d[n-1-k] * d[n-1-k]
	}
	if c.left[0] == 0 && c.right[n-1] == 0 {
		rates[0] = 0
	}
	return rates, u, nil
}

// RingRates returns the eigenvalues r of the equation on a ring at the frozen time
// t, by rising real part and from negative to positive imaginary one: modes go as
// e^(−r t). The real part is the rate of decay, the imaginary one the angular
// frequency at which what flows around comes back. They are found from the dense
// matrix, in time of third order in the number of cells, and good to rounding of
// the largest. The error wraps ErrProblem.
func RingRates(pr Problem, g Grid, t float64) ([]complex128, error) {
	if err := pr.check(g); err != nil {
		return nil, err
	}
	if pr.Left != Periodic {
		return nil, fmt.Errorf("%w: walls %d and %d make no ring; see Rates", ErrProblem, pr.Left, pr.Right)
	}
	c := newChain(pr, g)
	if err := c.assemble(t); err != nil {
		return nil, err
	}
	n := len(c.left)
	l := mat.NewDense(n, n, nil)
	for i := range n {
		l.Set(i, i, c.left[i]+c.right[i])
		l.Set((i+n-1)%n, i, -c.left[i])
		l.Set((i+1)%n, i, -c.right[i])
	}
	var e mat.Eigen
	if !e.Factorize(l, mat.EigenNone) {
		return nil, fmt.Errorf("%w: the eigenvalues of %d cells do not converge", ErrProblem, n)
	}
	r := e.Values(nil)
	size := mat.Norm(l, 1) * 1e-12 // real parts of a pair count as equal
	slices.SortFunc(r, func(a, b complex128) int {
		if d := real(a) - real(b); math.Abs(d) > size {
			return cmp.Compare(d, 0)
		}
		return cmp.Compare(imag(a), imag(b))
	})
	return r, nil
}

package fokkerplanck

import (
	"fmt"

	"gonum.org/v1/gonum/floats"
)

// StationaryPlane returns the stationary density at the frozen time t, of mass 1,
// directly: the chain of [SolvePlane] without splitting, its cells eliminated one
// after the other within a band, without subtraction (Grassmann, Taksar, Heyman
// 1985), so that every average is positive and exact to a few n roundings,
// whatever flux there is. On n×m cells, n ≤ m, it takes n³m operations and 2n²m
// numbers of memory: a second or two and 270 MB for 256², more where the walls are periodic.
//
// The error wraps ErrProblem, also for absorbing walls, for a grid that needs more
// than 2 GiB, and where nothing leads on from some cell, so that no single
// density is stationary.
func StationaryPlane(pr PlaneProblem, g Plane, t float64) ([]float64, error) {
	if err := pr.check(g); err != nil {
		return nil, err
	}
	for _, w := range []Wall{pr.Left, pr.Right, pr.Bottom, pr.Top} {
		if w == Absorbing {
			return nil, fmt.Errorf("%w: a wall absorbs, so that no density is stationary", ErrProblem)
		}
	}
	b := newBonds(pr, g)
	if err := b.assemble(t); err != nil {
		return nil, err
	}
	s, err := b.band()
	if err != nil {
		return nil, err
	}
	m, at := s.stationary()
	if m == nil {
		return nil, fmt.Errorf("%w: nothing leads on from cell %d, so that the stationary density is not unique", ErrProblem, at)
	}
	p := make([]float64, len(m))
	for i := range p {
		p[i] = m[b.order(i)] / g.area(i)
	}
	floats.Scale(1/g.Mass(p), p)
	return p, nil
}

// order is the place of cell i in an order in which neighbours are close: the
// shorter side first, and rings folded.
func (b *bonds) order(i int) int {
	fold := func(k, n int, wall Wall) int {
		if wall != Periodic {
			return k
		}
		if 2*k >= n {
			return 2*(n-1-k) + 1
		}
		return 2 * k
	}
	x, y := fold(i%b.nx, b.nx, b.pr.Left), fold(i/b.nx, b.ny, b.pr.Bottom)
	if b.nx <= b.ny {
		return x + b.nx*y
	}
	return y + b.ny*x
}

// banded holds rates between places up to width apart: row i has those from i to
// i−width, ..., i+width.
type banded struct {
	n, width int
	rates    []float64
}

func (s *banded) row(i int) []float64 {
	return s.rates[i*(2*s.width+1) : (i+1)*(2*s.width+1)]
}

func (b *bonds) band() (*banded, error) {
	s := &banded{n: b.nx * b.ny}
	n := s.n
	each := func(f func(from, to int, rate float64)) {
		b.each(func(from, to int, rate float64) {
			if to < n {
				f(b.order(from), b.order(to), rate)
			}
		})
	}
	each(func(from, to int, _ float64) { s.width = max(s.width, to-from, from-to) })
	if s.n*(2*s.width+1) > 1<<28 {
		return nil, fmt.Errorf("%w: %d cells with a band of %d are more than 2 GiB; take fewer cells, or solve for a long time", ErrProblem, s.n, s.width)
	}
	s.rates = make([]float64, s.n*(2*s.width+1))
	each(func(from, to int, rate float64) { s.row(from)[to-from+s.width] += rate })
	return s, nil
}

// eliminate removes one place after the other, with the rates at which places are
// left for good and their sources: what came by way of a place goes directly. It
// returns what leaves each at its removal, or nil and the place that nothing
// leaves.
func (s *banded) eliminate(source, out []float64) ([]float64, int) {
	w := s.width
	pivots := make([]float64, s.n)
	for i := range s.n {
		on := s.row(i)[w+1 : w+1+min(w, s.n-1-i)] // to what is left
		d := out[i] + floats.Sum(on)
		if !(d > 0) {
			return nil, i
		}
		pivots[i] = d
		for k := range on {
			j := i + 1 + k
			back := s.row(j)[w-1-k] / d
			if back == 0 {
				continue
			}
			// What comes back to j is not moved: pivots leave it out.
			floats.AddScaled(s.row(j)[w-k:w-k+len(on)], back, on)
			out[j] += back * out[i]
			source[j] += back * source[i]
		}
	}
	return pivots, 0
}

// stationary returns the null vector, or nil and the place that nothing leaves.
func (s *banded) stationary() ([]float64, int) {
	w := s.width
	out := make([]float64, s.n)
	out[s.n-1] = 1 // reached last; only its pivot changes
	pivots, at := s.eliminate(make([]float64, s.n), out)
	if pivots == nil {
		return nil, at
	}
	m := make([]float64, s.n)
	m[s.n-1] = 1
	for i := s.n - 2; i >= 0; i-- {
		var v float64
		for j := i + 1; j <= min(i+w, s.n-1); j++ {
			v += m[j] * s.row(j)[i-j+w]
		}
		m[i] = v / pivots[i]
		if m[i] > 1e200 { // the last cell is an unlikely one
			floats.Scale(1e-200, m[i:])
		}
	}
	return m, 0
}

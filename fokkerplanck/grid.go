package fokkerplanck

import (
	"fmt"
	"math"
	"sort"
)

// Grid divides an interval into cells; cell i lies between edges i and i+1.
type Grid struct{ edges []float64 }

// NewGrid makes a grid of the given edges, at least four, rising strictly.
func NewGrid(edges []float64) (Grid, error) {
	if len(edges) < 4 {
		return Grid{}, fmt.Errorf("%w: %d edges; want at least 4", ErrProblem, len(edges))
	}
	for i, e := range edges {
		if math.IsNaN(e) || math.IsInf(e, 0) || (i > 0 && e <= edges[i-1]) {
			return Grid{}, fmt.Errorf("%w: edge %d is %v; edges must be finite and rise", ErrProblem, i, e)
		}
	}
	return Grid{append([]float64(nil), edges...)}, nil
}

// Uniform makes n equal cells on [lo, hi].
func Uniform(lo, hi float64, n int) (Grid, error) {
	if n < 3 || n > 1<<26 {
		return Grid{}, fmt.Errorf("%w: %d cells; want 3 or more", ErrProblem, n)
	}
	edges := make([]float64, n+1)
	for i := range edges {
		edges[i] = lo + (hi-lo)*float64(i)/float64(n)
	}
	return NewGrid(edges)
}

// Cells is the number of cells.
func (g Grid) Cells() int { return max(len(g.edges)-1, 0) }

// Centre is the middle of cell i, Width its length.
func (g Grid) Centre(i int) float64 { return 0.5 * (g.edges[i] + g.edges[i+1]) }

// Width is the length of cell i.
func (g Grid) Width(i int) float64 { return g.edges[i+1] - g.edges[i] }

// Bounds are the first and the last edge; zeros for the zero Grid.
func (g Grid) Bounds() (lo, hi float64) {
	if len(g.edges) == 0 {
		return 0, 0
	}
	return g.edges[0], g.edges[len(g.edges)-1]
}

// Cell returns the cell that x lies in, the right one on an edge, and whether
// there is one.
func (g Grid) Cell(x float64) (int, bool) {
	n := g.Cells()
	if n == 0 || !(x >= g.edges[0] && x <= g.edges[n]) {
		return 0, false
	}
	return min(sort.Search(n, func(i int) bool { return g.edges[i+1] > x }), n-1), true
}

// Averages returns the cell averages of a density by Simpson's rule.
func (g Grid) Averages(p func(x float64) float64) []float64 {
	out := make([]float64, g.Cells())
	for i := range out {
		out[i] = (p(g.edges[i]) + 4*p(g.Centre(i)) + p(g.edges[i+1])) / 6
	}
	return out
}

// Mass is the integral of a density of cell averages.
func (g Grid) Mass(p []float64) float64 {
	var m float64
	for i, v := range p {
		m += v * g.Width(i)
	}
	return m
}

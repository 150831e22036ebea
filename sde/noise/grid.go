package noise

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// Grid gives the increments of Brownian paths, rows of dim coordinates, on the
// grid of step h and on all its dyadic refinements. Step k of level 0 is
//
//	ΔW = √h z(step k, stage 0),
//
// the increment that a solver with one noise per step draws itself; a step of
// length h' and increment ΔW falls into halves
//
//	ΔW_left = ½ ΔW + ½ √h' z,   ΔW_right = ½ ΔW − ½ √h' z,
//
// with z at (step k, stage m), m ≥ 1 the half's parent in heap order: variances
// h'/2, covariance h'/4 − h'/4 = 0, sum ΔW to rounding. So every level sees the
// same path, as strong orders and multilevel Monte Carlo require. Unlike a Tree
// it has no end and serves batches.
//
// Increments in order cost about one draw each at any level, and allocate
// nothing. A Grid is not safe for concurrent use. Giles (2008), "Multilevel
// Monte Carlo path simulation", section 4.
type Grid struct {
	source Source
	at     Address
	h      float64
	dim    int
	coarse part
	halves []part // of the step at level l, left then right
}

// part caches the increments of one step.
type part struct {
	known bool
	step  uint64 // index at its level
	dw    []float64
}

// NewGrid returns the paths of rows rows from at.Row on, for level 0 to levels.
// at.Step is the first step of the grid, at.Stage is not used. The errors wrap
// ErrPath.
func NewGrid(source Source, at Address, h float64, levels, rows, dim int) (*Grid, error) {
	if !(h > 0) || math.IsInf(h, 0) || rows < 1 || dim < 1 || levels < 0 || levels > maxDepth {
		return nil, fmt.Errorf("%w: step %v, %d levels, %d rows of %d; want a finite step > 0, levels 0 to %d, and at least one row and coordinate",
			ErrPath, h, levels, rows, dim, maxDepth)
	}
	g := &Grid{source: source, at: at, h: h, dim: dim, halves: make([]part, levels)}
	g.coarse.dw = make([]float64, rows*dim)
	for l := range g.halves {
		g.halves[l].dw = make([]float64, 2*rows*dim)
	}
	return g, nil
}

// Increment writes W((k+1) h 2^−level) − W(k h 2^−level) of all rows to dst,
// row-major. It panics if level is not one of the grid's or len(dst) is not
// rows·dim.
func (g *Grid) Increment(dst []float64, level int, k uint64) {
	n := len(g.coarse.dw)
	if level < 0 || level > len(g.halves) || len(dst) != n {
		panic(fmt.Sprintf("noise: increment of %d numbers at level %d asked of a grid of %d and levels to %d", len(dst), level, n, len(g.halves)))
	}
	step := k >> level
	if c := &g.coarse; !c.known || c.step != step {
		c.known, c.step = true, step
		g.normal(c.dw, step, 0)
		floats.Scale(math.Sqrt(g.h), c.dw)
	}
	dw := g.coarse.dw
	for l := range level {
		below := level - l
		index := k >> below
		half := &g.halves[l]
		if !half.known || half.step != index {
			half.known, half.step = true, index
			heap := 1<<l | index&(1<<l-1)
			g.split(half.dw[:n], half.dw[n:], dw, l, step, heap)
		}
		dw = half.dw[:n]
		if k>>(below-1)&1 == 1 {
			dw = half.dw[n:]
		}
	}
	copy(dst, dw)
}

func (g *Grid) split(left, right, dw []float64, level int, step, heap uint64) {
	g.normal(left, step, heap)
	sd := 0.5 * math.Sqrt(math.Ldexp(g.h, -level))
	for i, w := range dw {
		d := float64(sd * left[i])
		left[i], right[i] = 0.5*w+d, 0.5*w-d
	}
}

func (g *Grid) normal(dst []float64, step, stage uint64) {
	at := g.at
	at.Step += step
	at.Stage = stage
	g.source.Normal(dst, g.dim, at)
}

package noise

import (
	"fmt"
	"math"
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
// Further functionals of the path, asked of [NewPathGrid], are those of Draw at
// level 0. H and K of the halves obey their exact law given the step's, with one
// normal number z for each of ΔW, H and K,
//
//	ΔW_l − ΔW_r = 3H + u,         u = ½√h' z_1,        H_l + H_r = ½H − ½u,
//	H_l − H_r   = √(h'/12) z_2                          without K, or
//	H_l − H_r   = 7½K + v,        v = √(h'/192) z_2,    K_l + K_r = ¼K − ½v,
//	K_l − K_r   = √(h'/720) z_3                         with K.
//
// A is drawn at the finest level, given the other functionals, and joined to the
// areas of coarser steps, which costs 2^(levels−level) draws. V is drawn for each
// step anew.
//
// Increments in order cost about one draw each at any level, and allocate
// nothing. A Grid is not safe for concurrent use. Giles (2008), "Multilevel
// Monte Carlo path simulation", section 4; Foster, Lyons, Oberhauser (2020), "An
// optimal polynomial approximation of Brownian motion", for H and K.
type Grid struct {
	source Source
	at     Address
	h      float64
	dim, n int // coordinates; numbers of ΔW, H and K of all rows
	f      Functionals
	coarse part
	halves []part // of the step at level l, left then right
	areas  part   // an area of the finest level, and the increments before it
}

// part caches the increments of one step.
type part struct {
	known bool
	step  uint64 // index at its level
	dw    []float64
}

// NewGrid returns the increments of rows rows from at.Row on, for level 0 to
// levels. at.Step is the first step of the grid, at.Stage is not used. The errors
// wrap ErrPath.
func NewGrid(source Source, at Address, h float64, levels, rows, dim int) (*Grid, error) {
	return NewPathGrid(source, at, 0, h, levels, rows, dim)
}

// NewPathGrid returns a Grid of increments with the functionals f. Grids of other
// functionals follow other paths of the same law.
func NewPathGrid(source Source, at Address, f Functionals, h float64, levels, rows, dim int) (*Grid, error) {
	if !(h > 0) || math.IsInf(h, 0) || rows < 1 || dim < 1 || levels < 0 || levels > maxDepth {
		return nil, fmt.Errorf("%w: step %v, %d levels, %d rows of %d; want a finite step > 0, levels 0 to %d, and at least one row and coordinate",
			ErrPath, h, levels, rows, dim, maxDepth)
	}
	g := &Grid{source: source, at: at, h: h, dim: dim, n: rows * dim * f.linear(), f: f, halves: make([]part, levels)}
	g.coarse.dw = make([]float64, g.n)
	for l := range g.halves {
		g.halves[l].dw = make([]float64, 2*g.n)
	}
	if f.has(Area) {
		g.areas.dw = make([]float64, rows*(dim*(dim-1)/2+dim))
	}
	return g, nil
}

// Increment writes W((k+1) h 2^−level) − W(k h 2^−level) of all rows to dst,
// row-major, or the functionals over that step in their layout. It panics if
// level is not one of the grid's or len(dst) is not rows·f.Len(dim).
func (g *Grid) Increment(dst []float64, level int, k uint64) {
	rows := g.n / (g.dim * g.f.linear())
	if n := rows * g.f.Len(g.dim); level < 0 || level > len(g.halves) || len(dst) != n {
		panic(fmt.Sprintf("noise: increment of %d numbers at level %d asked of a grid of %d and levels to %d", len(dst), level, n, len(g.halves)))
	}
	copy(dst, g.linear(level, k))
	if len(dst) == g.n {
		return
	}
	p := g.f.Parts(dst, g.dim)
	if p.A != nil {
		g.area(p, level, k)
		p.A = nil
	}
	g.pairs(p, level, k)
}

// linear returns ΔW, H and K of a step, valid until the next call.
func (g *Grid) linear(level int, k uint64) []float64 {
	n := g.n
	step := k >> level
	if c := &g.coarse; !c.known || c.step != step {
		c.known, c.step = true, step
		at := g.at
		at.Step += step
		at.Stage = 0
		Draw(g.source, c.dw, g.f&SpaceTimeTime, g.dim, g.h, at)
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
	return dw
}

func (g *Grid) split(left, right, dw []float64, level int, step, heap uint64) {
	f := g.f & SpaceTimeTime
	l, r, whole := f.Parts(left, g.dim), f.Parts(right, g.dim), f.Parts(dw, g.dim)
	g.normal(l.W, step, heap)
	if l.H != nil {
		g.normal(l.H, step, plane(heap, 1))
	}
	if l.K != nil {
		g.normal(l.K, step, plane(heap, 2))
	}
	f.halve(l, r, whole, math.Ldexp(g.h, -level))
}

// area joins the areas of the finest steps.
func (g *Grid) area(p Parts, level int, k uint64) {
	clear(p.A)
	pairs := len(p.A)
	fine, before := g.areas.dw[:pairs], g.areas.dw[pairs:]
	clear(before)
	below := len(g.halves) - level
	for j := range uint64(1) << below {
		part := (g.f & SpaceTimeTime).Parts(g.linear(len(g.halves), k<<below+j), g.dim)
		part.A = fine
		g.pairs(part, len(g.halves), k<<below+j)
		joinAreas(p.A, Parts{W: before, A: p.A}, part, g.dim)
		for i, w := range part.W {
			before[i] += w
		}
	}
}

// pairs draws A and V of a step.
func (g *Grid) pairs(p Parts, level int, k uint64) {
	at, stage := g.at, uint64(0)
	at.Step += k >> level
	if level > 0 {
		stage = 1<<level | k&(1<<level-1)
	}
	drawPairs(g.source, p, g.dim, math.Ldexp(g.h, -level), at, stage)
}

func (g *Grid) normal(dst []float64, step, stage uint64) {
	at := g.at
	at.Step += step
	at.Stage = stage
	g.source.Normal(dst, g.dim, at)
}

package sde

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde/noise"
)

// plan is an ensemble that has been checked.
type plan struct {
	*Ensemble
	grid    []float64
	times   []float64
	outputs []int // steps after which statistics are taken
	width   int   // of the quantity
	rows    int   // of a tile
	needs   noise.Functionals
	chunks  int
	ending  bool // paths may end early
	bridges bool // some barrier is watched between steps
	never   float64
}

// plan checks the ensemble, a copy of the caller's.
func (e Ensemble) plan() (*plan, error) {
	if e.Method == nil {
		return nil, fmt.Errorf("%w: no Method", ErrConfig)
	}
	if err := stochastic.Check(e.Method, &e.System); err != nil {
		return nil, err
	}
	p := &plan{Ensemble: &e, needs: stochastic.Needs(e.Method, e.System.Structure), width: e.Quantity.Width, never: math.Inf(1)}
	if e.Quantity.Of == nil {
		p.width = e.System.Dim
	}
	if e.T1 < e.T0 {
		p.never = math.Inf(-1)
	}
	if err := p.checkPaths(); err != nil {
		return nil, err
	}
	c := Config{Steps: e.Steps, Grid: e.Grid, Source: e.Source, Address: e.Address}
	if err := c.validate(e.T0, e.T1, e.Initial); err != nil {
		return nil, err
	}
	e.Source, e.Address = c.Source, c.Address
	if err := p.makeGrid(); err != nil {
		return nil, err
	}
	if err := e.Jumps.validate(); err != nil {
		return nil, err
	}
	for i, b := range e.Barriers {
		if err := b.validate(e.System.Dim); err != nil {
			return nil, fmt.Errorf("%w: Barriers[%d]: %w", ErrConfig, i, err)
		}
		if e.Jumps.Rate > 0 && !b.Discrete {
			return nil, fmt.Errorf("%w: Barriers[%d] is watched between steps, where paths jump; make it Discrete", ErrConfig, i)
		}
		p.bridges = p.bridges || !b.Discrete
	}
	p.ending = len(e.Barriers) > 0 || e.Stop != nil
	// Tiles of a fixed number of rows that stay near the processor, eight whole
	// blocks of streams if they can, which noise.Gaussian likes best.
	most := max(e.System.Dim, p.needs.Len(e.System.Noises()))
	p.rows = min(max(tileNumbers/most/noise.BlockRows, 1), 8) * noise.BlockRows
	return p, nil
}

// tileNumbers is at most about how many numbers a tile's states have.
const tileNumbers = 2048

func (p *plan) checkPaths() error {
	e := p.Ensemble
	switch {
	case e.Paths < 1 || e.Paths > 1<<62:
		return fmt.Errorf("%w: Paths %d; want at least 1", ErrConfig, e.Paths)
	case (e.Start == nil) == (e.Initial == nil):
		return fmt.Errorf("%w: want one of Initial and Start", ErrConfig)
	case e.Initial != nil && len(e.Initial) != e.System.Dim:
		return fmt.Errorf("%w: Initial has %d numbers; want %d", ErrConfig, len(e.Initial), e.System.Dim)
	case p.width < 1:
		return fmt.Errorf("%w: Quantity.Width %d; want at least 1", ErrConfig, p.width)
	case len(e.Statistics) == 0:
		return fmt.Errorf("%w: no Statistics", ErrConfig)
	case e.Checkpoint.Every < 0:
		return fmt.Errorf("%w: Checkpoint.Every %v; want a time, or 0 for half a minute", ErrConfig, e.Checkpoint.Every)
	}
	for i, s := range e.Statistics {
		if s == nil || s.Width() != p.width {
			return fmt.Errorf("%w: Statistics[%d] is not of rows of %d numbers as the quantity is", ErrConfig, i, p.width)
		}
	}
	p.chunks = int((e.Paths-1)/ChunkPaths + 1)
	return nil
}

// makeGrid finds the times of steps and the steps of Times.
func (p *plan) makeGrid() error {
	e := p.Ensemble
	p.times = append([]float64(nil), e.Times...)
	if len(p.times) == 0 {
		p.times = []float64{e.T1}
	}
	last := e.T0
	for i, t := range p.times {
		// (t−last)·(t1−last) ≥ 0 would do were the product not to underflow.
		if !(between(t, last, e.T1) && (i == 0 || t != last)) {
			return fmt.Errorf("%w: Times[%d] = %v is not on the way from %v to %v", ErrConfig, i, t, last, e.T1)
		}
		last = t
	}
	if len(e.Grid) > 0 {
		return p.findTimes()
	}
	total := math.Abs(e.T1 - e.T0)
	p.grid = append(p.grid, e.T0)
	from := e.T0
	for _, t := range p.times {
		if t != from {
			// Sections that are whole steps but for rounding have that many.
			n := max(1, int(math.Ceil(float64(e.Steps)*(math.Abs(t-from)/total)-1e-9)))
			for k := 1; k < n; k++ {
				p.grid = append(p.grid, from+(t-from)*(float64(k)/float64(n)))
			}
			p.grid = append(p.grid, t)
		}
		p.outputs = append(p.outputs, len(p.grid)-1)
		from = t
	}
	for k := 1; k < len(p.grid); k++ {
		if p.grid[k] == p.grid[k-1] {
			return fmt.Errorf("%w: steps near t = %v are shorter than rounding; take fewer than %d", ErrConfig, p.grid[k], e.Steps)
		}
	}
	return nil
}

func (p *plan) findTimes() error {
	k := 0
	for i, t := range p.times {
		for k < len(p.Grid) && p.Grid[k] != t {
			k++
		}
		if k == len(p.Grid) {
			return fmt.Errorf("%w: Times[%d] = %v is not one of Grid; add it there", ErrConfig, i, t)
		}
		p.outputs = append(p.outputs, k)
	}
	p.grid = append([]float64(nil), p.Grid[:k+1]...)
	return nil
}

func between(t, a, b float64) bool {
	if a > b {
		a, b = b, a
	}
	return a <= t && t <= b
}

// paths returns how many paths the first chunks have.
func (p *plan) paths(chunks int) uint64 { return min(p.Paths, uint64(chunks)*ChunkPaths) }

package sampler

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// TileRows is the number of rows that go through the whole time loop together.
// It is fixed, so that nothing depends on the number of workers, and a multiple
// of noise.BlockRows, so that no random number is drawn twice.
const TileRows = 3 * noise.BlockRows

// ErrNotFinite is wrapped by the error about a state that became NaN or Inf.
var ErrNotFinite = errors.New("sampler: state is not finite")

// Config says how to sample. Process, Model, Rule and Grid are required.
type Config struct {
	Process sde.Process
	Model   score.Model
	Rule    Rule
	Grid    Grid

	// Seed of the addressed noise, and the row of the first sample: row k of a
	// run is the same sample whether it is drawn alone, in a batch, or by
	// another process that starts there.
	Seed, FirstRow uint64
	// Source of the noise; nil: noise.Gaussian.
	Source noise.Source
	// Start holds the rows to start from, at the level of the first step made;
	// nil: σ z, the prior there.
	Start []float64
	// Span restricts the run to the steps Span[0] ≤ k < Span[1] of the grid, for
	// example to noise a picture and denoise it from half-way; the final
	// denoising belongs to the last step. The zero value is the whole grid.
	Span [2]int
	// Workers is the number of goroutines; 0: GOMAXPROCS.
	Workers int
	// Progress is told how many of all row-steps are done, after each step of
	// each tile, from any worker; nil: nobody is told.
	Progress func(done, total int64)
}

// Stats counts what a run did.
type Stats struct {
	NFE int // model evaluations per sample
}

// Sample fills dst, rows of Model.Dim numbers, with samples.
//
// Rows are independent and, for equal seed and row number, the same bits for
// any batch, number of workers and machine of one architecture. It returns
// within one step when ctx ends; dst then holds no samples. Errors of the model
// are wrapped; a state that is not finite is an error that wraps ErrNotFinite.
func Sample(ctx context.Context, dst []float64, c Config) (Stats, error) {
	if err := c.check(dst); err != nil {
		return Stats{}, err
	}
	if c.Source == nil {
		c.Source = noise.Gaussian{}
	}
	if c.Span == [2]int{} {
		c.Span[1] = c.Grid.Steps()
	}
	dim := c.Model.Dim()
	rows := len(dst) / dim
	tiles := (rows + TileRows - 1) / TileRows
	runs := make([]*run, par.Workers(c.Workers, tiles))
	total := int64(rows) * int64(c.Span[1]-c.Span[0])
	var done atomic.Int64
	err := par.For(ctx, c.Workers, tiles, func(worker, tile int) error {
		if runs[worker] == nil {
			runs[worker] = newRun(&c, min(rows, TileRows)*dim)
		}
		lo, hi := tile*TileRows, min((tile+1)*TileRows, rows)
		r := runs[worker]
		r.begin(dst[lo*dim:hi*dim], lo)
		for k := c.Span[0]; k < c.Span[1]; k++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := r.next(k); err != nil {
				return fmt.Errorf("step %d of %d, rows %d to %d: %w", k+1, c.Grid.Steps(), lo, hi-1, err)
			}
			if c.Progress != nil {
				c.Progress(done.Add(int64(hi-lo)), total)
			}
		}
		if err := r.end(); err != nil {
			return fmt.Errorf("final denoising, rows %d to %d: %w", lo, hi-1, err)
		}
		return nil
	})
	if err != nil {
		clear(dst)
		return Stats{}, fmt.Errorf("sampler: %w", err)
	}
	var stats Stats
	for _, r := range runs {
		if r != nil { // a worker may come too late for any tile
			stats.NFE = r.evaluations
		}
	}
	return stats, nil
}

func (c *Config) check(dst []float64) error {
	switch {
	case c.Process == nil || c.Model == nil || c.Rule == nil:
		return errors.New("sampler: Process, Model and Rule are required")
	case len(c.Grid.times) == 0:
		return fmt.Errorf("%w: it is empty; make it by NewGrid or Times", ErrGrid)
	}
	dim := c.Model.Dim()
	if dim < 1 || len(dst) == 0 || len(dst)%dim != 0 {
		return fmt.Errorf("sampler: %d numbers are no rows of the model's %d", len(dst), dim)
	}
	if a, b := c.Span[0], c.Span[1]; c.Span != [2]int{} && (a < 0 || a >= b || b > c.Grid.Steps()) {
		return fmt.Errorf("%w: no steps %d to %d in a grid of %d", ErrGrid, a, b, c.Grid.Steps())
	}
	if c.Start != nil && len(c.Start) != len(dst) {
		return fmt.Errorf("sampler: Start has %d numbers, want %d", len(c.Start), len(dst))
	}
	return nil
}

// run is one worker's memory: everything a tile needs on its way through time.
type run struct {
	c       *Config
	rule    Rule
	starter Starter
	cost    Cost
	dim     int
	step    Step
	lo      int
	full    [][]float64 // noise, scratch, kept, prediction ring at full tile size
	denoise []float64

	evaluations int // of the present tile, the same for every tile
}

func newRun(c *Config, size int) *run {
	r := &run{c: c, rule: c.Rule, cost: c.Rule.Cost(), dim: c.Model.Dim()}
	r.starter, _ = c.Rule.(Starter)
	vectors := func(n int) [][]float64 {
		v := make([][]float64, n)
		for i := range v {
			v[i] = make([]float64, size)
			r.full = append(r.full, v[i])
		}
		return v
	}
	s := &r.step
	s.noise, s.scratch = vectors(r.cost.Noises), vectors(ScratchVectors)
	s.kept, s.d = vectors(r.cost.Kept), vectors(c.Rule.Memory()+1)
	s.levels, s.times = make([]sde.Level, len(s.d)), make([]float64, len(s.d))
	s.drawn = make([]bool, r.cost.Noises)
	s.draw = func(k int) {
		c.Source.Normal(s.noise[k], r.dim, r.address(noise.Sampler, s.Index, k))
	}
	s.Process, s.Steps = c.Process, c.Grid.Steps()
	s.eval = func(dst, x []float64, at sde.Level) error {
		r.evaluations++
		return c.Model.Denoise(dst, x, at)
	}
	if m, ok := c.Model.(score.FlowMap); ok {
		s.jump = func(dst, x []float64, from, to sde.Level) error {
			r.evaluations++
			return m.FlowMap(dst, x, from, to)
		}
	}
	r.denoise = make([]float64, size)
	return r
}

// begin puts x_T into x, the rows from lo on of the batch.
func (r *run) begin(x []float64, lo int) {
	s := &r.step
	size := len(x)
	at := 0
	for _, vs := range [][][]float64{s.noise, s.scratch, s.kept, s.d} {
		for i := range vs {
			vs[i] = r.full[at][:size]
			at++
		}
	}
	s.X, r.lo, r.evaluations = x, lo, 0
	s.head, s.past, s.fresh = 0, 0, false
	if r.starter != nil {
		r.rule = r.starter.Start(size)
	}
	if r.c.Start != nil {
		copy(x, r.c.Start[lo*r.dim:])
		return
	}
	r.c.Source.Normal(x, r.dim, r.address(noise.Prior, 0, 0))
	floats.Scale(r.c.Grid.levels[r.c.Span[0]].Sigma, x)
}

func (r *run) address(use noise.Use, step, stage int) noise.Address {
	return noise.Address{Seed: r.c.Seed, Use: use, Row: r.c.FirstRow + uint64(r.lo), Step: uint64(step), Stage: uint64(stage)}
}

// next makes step k.
func (r *run) next(k int) error {
	s, g := &r.step, &r.c.Grid
	s.Index, s.First, s.Time, s.Next = k, k == max(r.c.Span[0], g.pure()), g.times[k], g.times[k+1]
	s.From, s.To = g.levels[k], g.levels[k+1]
	if k < g.pure() {
		return r.leave()
	}
	clear(s.drawn)
	if err := r.rule.Apply(s); err != nil {
		return err
	}
	if s.fresh {
		s.fresh = false
		s.past = min(s.past+1, len(s.d)-1)
		s.head = (s.head + 1) % len(s.d)
	}
	return r.finite()
}

// leave makes the step from pure noise, α = 0: x_s = α_s D + σ_s x_T/σ_T, the
// limit of DDIM. x_T/σ_T stands for a new z too, being independent of D there.
func (r *run) leave() error {
	s := &r.step
	d := r.denoise[:len(s.X)]
	if err := s.eval(d, s.X, s.From); err != nil {
		return err
	}
	mix(s.X, s.To.Sigma/s.From.Sigma, s.X, []float64{s.To.Alpha}, d)
	return r.finite()
}

// end makes the final denoising step.
func (r *run) end() error {
	g := &r.c.Grid
	if !g.final || r.c.Span[1] < g.Steps() {
		return nil
	}
	s := &r.step
	s.To = g.levels[len(g.levels)-1]
	if e, ok := r.rule.(Ender); ok {
		if err := e.End(s); err != nil {
			return err
		}
		return r.finite()
	}
	d := r.denoise[:len(s.X)]
	if err := s.eval(d, s.X, s.To); err != nil {
		return err
	}
	copy(s.X, d)
	return r.finite()
}

// finite reads x once; 0·Σx is NaN exactly if an element, or the sum of
// elements beyond 1e300, is not finite.
func (r *run) finite() error {
	if floats.Sum(r.step.X)*0 == 0 {
		return nil
	}
	for i, v := range r.step.X {
		if v-v != 0 {
			return fmt.Errorf("%w: row %d, coordinate %d is %v; the model or the step is unstable there",
				ErrNotFinite, r.lo+i/r.dim, i%r.dim, v)
		}
	}
	return nil
}

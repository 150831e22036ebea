package sampler

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// ParallelConfig says how to sample in parallel over time.
type ParallelConfig struct {
	// Config is that of Sample, without a Span. The rule must make one evaluation a
	// step and keep nothing but earlier predictions.
	Config
	// Window is the number of steps that are worked on at a time; 0: all.
	Window int
	// Tol ends the iteration of a state when it changes by no more than
	// Tol·σ a coordinate (root mean square). 0 iterates until no bit changes.
	Tol float64
}

// ParallelStats counts what a run in parallel did.
type ParallelStats struct {
	// Rounds is the largest number of evaluations of a row one after another: where
	// as many processors as Window are at hand, what the run takes.
	Rounds int
	// NFE is the mean number of evaluations of a row, one after another or not.
	NFE float64
}

// SampleParallel fills dst with the samples that Sample draws, by Picard iteration
// over all steps of a window at once: with Φ_i a step of the rule,
//
//	D_i ← D(x_i) for all i at once;   x_{i+1} ← Φ_i(x_i; D_i, D_{i−1}, …, z_i), one after another,
//
// from the first state that still changes on. The noise z_i is that of Sample, so the
// only fixed point is its sample; a state is final at the latest one round after the one
// before it, and after as many rounds as steps nothing can change. With Tol = 0
// the samples are those of Sample to the last bit.
//
// A round costs evaluations of a window and the time of one; steps that follow each
// other slowly need few rounds. Every row has its own window, so that a sample
// does not depend on the others. Memory is three batches for every step of the
// grid. Errors are those of Sample.
//
// Shih, Belkhale, Ermon, Sadigh, Anari (2023), "Parallel sampling of diffusion
// models", algorithm 1, where the linear part of Φ is iterated too; here it is
// exact in every round, which saves rounds.
func SampleParallel(ctx context.Context, dst []float64, c ParallelConfig) (ParallelStats, error) {
	if err := c.check(dst); err != nil {
		return ParallelStats{}, err
	}
	if c.Source == nil {
		c.Source = noise.Gaussian{}
	}
	c.Span[1] = c.Grid.Steps()
	p := newPicard(&c, dst)
	for {
		if err := ctx.Err(); err != nil {
			clear(dst)
			return ParallelStats{}, fmt.Errorf("sampler: %w", err)
		}
		more, err := p.round(ctx)
		if err != nil {
			clear(dst)
			return ParallelStats{}, fmt.Errorf("sampler: round %d: %w", p.stats.Rounds, err)
		}
		if !more {
			return p.finish(dst)
		}
	}
}

func (c *ParallelConfig) check(dst []float64) error {
	if err := c.Config.check(dst); err != nil {
		return err
	}
	cost := c.Rule.Cost()
	_, starts := c.Rule.(Starter)
	_, ends := c.Rule.(Ender)
	switch {
	case cost.Evaluations != 1 || cost.Start != 0 || cost.Kept != 0 || starts || ends:
		return fmt.Errorf("%w: %T in parallel over time; want a rule of one evaluation a step that keeps predictions alone, for example DDIM or DPMPP2M", ErrRule, c.Rule)
	case c.Span != [2]int{}:
		return fmt.Errorf("%w: steps %d to %d in parallel over time; leave Span out and make a grid of those times", ErrGrid, c.Span[0], c.Span[1])
	case c.Window < 0 || !(c.Tol >= 0) || math.IsInf(c.Tol, 1):
		return fmt.Errorf("sampler: Window %d and Tol %v; want them finite and not negative", c.Window, c.Tol)
	case c.Grid.Steps() == 0:
		return errors.New("sampler: a grid of one time leaves nothing to do in parallel")
	}
	return nil
}

// picard is a batch in progress. States, predictions and what the rule remembers
// are rows of dim numbers, those of one step together.
type picard struct {
	c           *ParallelConfig
	rows, dim   int
	x, d, kept  [][]float64 // by step: x_i, D(x_i), the rule's memory of the step
	low         []int       // by row: the first step whose prediction is not final
	high        []int       // by row: the end of the window
	runs        []*run      // by worker
	in, out     [][]float64 // by worker: the rows at one level
	evaluations int64
	stats       ParallelStats
	old, given  [][]float64 // by worker
}

func newPicard(c *ParallelConfig, dst []float64) *picard {
	dim, steps := c.Model.Dim(), c.Grid.Steps()
	p := &picard{c: c, dim: dim, rows: len(dst) / dim, low: make([]int, len(dst)/dim), high: make([]int, len(dst)/dim)}
	p.x, p.d, p.kept = make([][]float64, steps+1), make([][]float64, steps+1), make([][]float64, steps+1)
	for i := range p.x {
		p.x[i], p.d[i], p.kept[i] = make([]float64, len(dst)), make([]float64, len(dst)), make([]float64, len(dst))
	}
	workers := par.Workers(c.Workers, max(steps, p.rows))
	p.runs, p.in, p.out, p.old, p.given = make([]*run, workers), make([][]float64, workers), make([][]float64, workers), make([][]float64, workers), make([][]float64, workers)
	for w := range workers {
		p.runs[w] = newRun(&c.Config, dim)
		p.in[w], p.out[w] = make([]float64, len(dst)), make([]float64, len(dst))
		p.old[w], p.given[w] = make([]float64, dim), make([]float64, dim)
		p.runs[w].step.eval = p.replay(w)
	}
	for row := range p.rows {
		p.runs[0].begin(p.at(p.x[0], row), row)
		p.open(row, 0)
	}
	return p
}

func (p *picard) at(v []float64, row int) []float64 { return v[row*p.dim : (row+1)*p.dim] }

// replay hands out the prediction that the round has made.
func (p *picard) replay(worker int) func(dst, x []float64, at sde.Level) error {
	return func(dst, _ []float64, _ sde.Level) error {
		copy(dst, p.given[worker])
		return nil
	}
}

// open extends a row's window from the state known at its end: as DDIM with the
// last prediction, or with none.
func (p *picard) open(row, from int) {
	steps := p.c.Grid.Steps()
	p.high[row] = steps
	if w := p.c.Window; w > 0 {
		p.high[row] = min(steps, p.low[row]+w)
	}
	l := p.c.Grid.levels
	x := p.at(p.x[from], row)
	for i := from + 1; i <= p.high[row]; i++ {
		k := l[i].Sigma / l[from].Sigma
		y := p.at(p.x[i], row)
		for j, v := range x {
			y[j] = k * v
		}
		if from == 0 {
			continue
		}
		for j, d := range p.at(p.d[from-1], row) {
			y[j] += (l[i].Alpha - k*l[from].Alpha) * d
		}
	}
}

// round evaluates all windows and goes through them once.
func (p *picard) round(ctx context.Context) (more bool, err error) {
	p.stats.Rounds++
	steps := p.c.Grid.Steps()
	counts := make([]int64, steps)
	err = par.For(ctx, p.c.Workers, steps, func(worker, i int) error {
		n := 0
		for row := range p.rows {
			if p.low[row] <= i && i < p.high[row] {
				copy(p.in[worker][n*p.dim:], p.at(p.x[i], row))
				n++
			}
		}
		if n == 0 {
			return nil
		}
		counts[i] = int64(n)
		out := p.out[worker][:n*p.dim]
		if err := p.c.Model.Denoise(out, p.in[worker][:n*p.dim], p.c.Grid.levels[i]); err != nil {
			return fmt.Errorf("step %d of %d: %w", i+1, steps, err)
		}
		for row := range p.rows {
			if p.low[row] <= i && i < p.high[row] {
				copy(p.at(p.d[i], row), out[:p.dim])
				out = out[p.dim:]
			}
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	for _, n := range counts {
		p.evaluations += n
	}
	if err := par.For(ctx, p.c.Workers, p.rows, func(worker, row int) error { return p.sweep(worker, row) }); err != nil {
		return false, err
	}
	var done int64
	for _, low := range p.low {
		done += int64(low)
		more = more || low < steps
	}
	if p.c.Progress != nil {
		p.c.Progress(done, int64(steps)*int64(p.rows))
	}
	return more, nil
}

// sweep goes through a row's window and moves it to the first state that changed.
func (p *picard) sweep(worker, row int) error {
	r, old, steps := p.runs[worker], p.old[worker], p.c.Grid.Steps()
	low, high := p.low[row], p.high[row]
	if low == steps {
		return nil
	}
	r.recall(p, row, low)
	next := low + 1
	for i := low; i < high; i++ {
		y := p.at(p.x[i+1], row)
		copy(old, y)
		copy(y, p.at(p.x[i], row))
		copy(p.given[worker], p.at(p.d[i], row))
		s := &r.step
		s.X = y
		head := s.head
		if err := r.next(i); err != nil {
			return fmt.Errorf("step %d of %d: %w", i+1, steps, err)
		}
		copy(p.at(p.kept[i], row), s.d[head])
		// All before stood still: this state's prediction was the right one.
		if next == i+1 && i+1 < high && still(y, old, p.c.Tol*p.c.Grid.levels[i+1].Sigma) {
			next++
		}
	}
	p.low[row] = next
	if high < steps {
		p.open(row, high)
	}
	return nil
}

// still reports whether a state has changed by no more than tol a coordinate.
func still(x, old []float64, tol float64) bool {
	var sum float64
	for j, v := range x {
		sum += (v - old[j]) * (v - old[j])
	}
	return sum <= tol*tol*float64(len(x))
}

// recall gives the rule the memory that it would have at step k of a row.
func (r *run) recall(p *picard, row, k int) {
	s := &r.step
	r.lo = row
	s.head, s.fresh = 0, false
	first := p.c.Grid.pure()
	s.past = max(0, min(k-first, len(s.d)-1))
	for j := 1; j <= s.past; j++ {
		i := len(s.d) - j
		copy(s.d[i], p.at(p.kept[k-j], row))
		s.levels[i], s.times[i] = p.c.Grid.levels[k-j], p.c.Grid.times[k-j]
	}
}

// finish denoises where the grid asks for it.
func (p *picard) finish(dst []float64) (ParallelStats, error) {
	steps := p.c.Grid.Steps()
	copy(dst, p.x[steps])
	if p.c.Grid.final {
		p.stats.Rounds++
		p.evaluations += int64(p.rows)
		if err := p.c.Model.Denoise(dst, p.x[steps], p.c.Grid.levels[steps]); err != nil {
			clear(dst)
			return ParallelStats{}, fmt.Errorf("sampler: final denoising: %w", err)
		}
		r := p.runs[0]
		r.lo, r.step.X = 0, dst
		if err := r.finite(); err != nil {
			clear(dst)
			return ParallelStats{}, fmt.Errorf("sampler: final denoising: %w", err)
		}
	}
	p.stats.NFE = float64(p.evaluations) / float64(p.rows)
	return p.stats, nil
}

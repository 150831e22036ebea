package multilevel

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// Paths samples P = Of(y(T1)) for a system: level l has Steps·2^l steps. The
// coarse path of a level takes steps of twice the length on the sums of the fine
// path's increments and what else of the path the method needs. Levels and samples have noise
// of their own, addressed, so that results are the same bits for any number of
// workers.
//
// The variance of corrections falls as 2^{−βl} with β twice the strong order for
// P that are Lipschitz in the state. The cost of a sample is its steps, coarse and
// fine.
type Paths struct {
	Method  stochastic.Method
	System  sde.System
	T0, T1  float64
	Steps   int       // of level 0; 0 means 1
	Initial []float64 // Dim numbers
	// Of writes P of each row of y, one number. Calls may be concurrent.
	Of func(dst, y []float64) error
	// Antithetic takes for P_l the mean over two fine paths, the second with the
	// increments of each pair of steps exchanged. The terms of the strong error
	// that are odd in the Lévy area cancel, so that a Milstein method without it
	// reaches β = 2 for smooth P. Giles, Szpruch (2014), "Antithetic multilevel
	// Monte Carlo estimation for multi-dimensional SDEs without Lévy area
	// simulation".
	Antithetic bool

	Source  noise.Source  // nil means noise.Gaussian
	Address noise.Address // of sample 0 of every level; Use 0 means noise.Path. Stage is not used.
	Workers int           // 0 means GOMAXPROCS
}

// ErrState is wrapped where a state or P is not finite.
var ErrState = errors.New("multilevel: not finite")

// Validate checks the fields. The errors wrap ErrConfig, or are those of
// stochastic.Check.
func (p *Paths) Validate() error {
	if p.Method == nil || p.Of == nil {
		return fmt.Errorf("%w: Method and Of must be given", ErrConfig)
	}
	if err := stochastic.Check(p.Method, &p.System); err != nil {
		return err
	}
	if len(p.Initial) != p.System.Dim {
		return fmt.Errorf("%w: Initial has %d numbers; want %d", ErrConfig, len(p.Initial), p.System.Dim)
	}
	if d := p.T1 - p.T0; d == 0 || d-d != 0 {
		return fmt.Errorf("%w: interval from %v to %v; want a finite one", ErrConfig, p.T0, p.T1)
	}
	if p.Antithetic && stochastic.Needs(p.Method, p.System.Structure) != 0 {
		return fmt.Errorf("%w: Antithetic is for methods on increments alone, not %T", ErrConfig, p.Method)
	}
	if p.Steps < 0 {
		return fmt.Errorf("%w: Steps %d; want those of level 0, or 0 for one", ErrConfig, p.Steps)
	}
	return nil
}

func (p *Paths) steps(level int) int { return max(p.Steps, 1) << level }

// Cost is the number of steps of a sample, and of a fine path alone.
func (p *Paths) Cost(level int) (correction, plain float64) {
	n := float64(p.steps(level))
	switch {
	case level == 0:
		return n, n
	case p.Antithetic:
		return 2.5 * n, n
	default:
		return 1.5 * n, n
	}
}

const (
	tile  = 4 * noise.BlockRows // samples stepped together
	chunk = 8 * tile            // samples whose moments are merged as one
	round = 256                 // chunks whose moments are kept at a time
	// levelStage keeps levels' noise apart from each other and from solves'.
	levelStage = 1 << 48
)

// Sample is that of Sampler. The errors are those of Validate, the system, Of and
// ctx, and ErrState.
func (p *Paths) Sample(ctx context.Context, level int, first, n uint64) (*statistics.Moments, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	total := newMoments()
	chunks := int((n + chunk - 1) / chunk)
	workers := make([]*worker, max(1, par.Workers(p.Workers, min(chunks, round))))
	for i := range workers {
		workers[i] = newWorker(p, level)
	}
	parts := make([]*statistics.Moments, min(chunks, round))
	for i := range parts {
		parts[i] = newMoments()
	}
	for done := 0; done < chunks; done += round {
		now := min(chunks-done, round)
		err := par.For(ctx, p.Workers, now, func(w, i int) error {
			parts[i].Reset()
			lo := uint64(done+i) * chunk
			hi := min(lo+chunk, n)
			for ; lo < hi; lo += tile {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := workers[w].tile(parts[i], first+lo, int(min(hi-lo, tile))); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		for _, m := range parts[:now] {
			total.Merge(m)
		}
	}
	return total, nil
}

// worker is a goroutine's scratch.
type worker struct {
	*Paths
	level              int
	needs              noise.Functionals
	fine, twin, coarse *path
	first, second, sum []float64
	rows               []float64
	source             noise.Source
	at                 noise.Address // of sample 0, step 0
	points             *points       // that source is, if there are any
}

// path is rows of states and their stepper.
type path struct {
	stepper stochastic.Stepper
	y, next []float64
	value   []float64
}

func newWorker(p *Paths, level int) *worker {
	w := &worker{Paths: p, level: level, rows: make([]float64, 2*tile), source: p.Source, at: p.Address}
	if w.source == nil {
		w.source = noise.Gaussian{}
	}
	if w.at.Use == 0 {
		w.at.Use = noise.Path
	}
	w.at.Stage = levelStage + uint64(level)
	w.needs = stochastic.Needs(p.Method, p.System.Structure)
	dw := tile * w.needs.Len(p.System.Noises())
	w.first, w.second, w.sum = make([]float64, dw), make([]float64, dw), make([]float64, dw)
	n := tile * p.System.Dim
	paths := []**path{&w.fine}
	if level > 0 {
		paths = append(paths, &w.coarse)
		if p.Antithetic {
			paths = append(paths, &w.twin)
		}
	}
	for _, q := range paths {
		*q = &path{p.Method.Stepper(&p.System, tile), make([]float64, n), make([]float64, n), make([]float64, tile)}
	}
	return w
}

func (q *path) start(initial []float64, rows int) {
	n := rows * len(initial)
	q.y, q.next, q.value = q.y[:n], q.next[:n], q.value[:rows]
	for y := q.y; len(y) > 0; y = y[len(initial):] {
		copy(y, initial)
	}
}

func (q *path) step(t, h float64, dw []float64) error {
	err := q.stepper.Step(q.next, t, h, q.y, dw)
	q.y, q.next = q.next, q.y
	return err
}

// end finds P and checks that states and P are finite.
func (q *path) end(of func(dst, y []float64) error, first uint64) error {
	if err := of(q.value, q.y); err != nil {
		return err
	}
	for _, x := range [][]float64{q.y, q.value} {
		if s := floats.Sum(x); s-s == 0 {
			continue
		}
		for i, v := range x {
			if v-v != 0 {
				return fmt.Errorf("%w: %v at T1 in sample %d; take more Steps", ErrState, v, first+uint64(i*len(q.value)/len(x)))
			}
		}
	}
	return nil
}

// tile adds rows of samples from sample first on.
func (w *worker) tile(m *statistics.Moments, first uint64, rows int) error {
	if w.points != nil {
		at := w.at
		at.Row += first
		w.points.take(at, rows, w.System.Noises())
	}
	paths := [3]*path{w.fine, w.coarse, w.twin}
	for _, q := range paths {
		if q != nil {
			q.start(w.Initial, rows)
		}
	}
	steps := w.steps(w.level)
	time := func(k int) float64 { return w.T0 + (w.T1-w.T0)*(float64(k)/float64(steps)) }
	n := rows * w.needs.Len(w.System.Noises())
	dw, next, sum := w.first[:n], w.second[:n], w.sum[:n]
	for k := 0; k < steps; k++ {
		t := time(k)
		h := time(k+1) - t
		w.increments(dw, first, k, h)
		if w.coarse == nil {
			if err := w.fine.step(t, h, dw); err != nil {
				return err
			}
			continue
		}
		k++
		middle := time(k)
		w.increments(next, first, k, time(k+1)-middle)
		long := time(k+1) - t
		w.needs.Join(sum, dw, next, w.System.Noises(), math.Abs(h), math.Abs(long-h))
		err := errors.Join(w.fine.step(t, h, dw), w.fine.step(middle, long-h, next), w.coarse.step(t, long, sum))
		if w.twin != nil {
			err = errors.Join(err, w.twin.step(t, h, next), w.twin.step(middle, long-h, dw))
		}
		if err != nil {
			return err
		}
	}
	for _, q := range paths {
		if q != nil {
			if err := q.end(w.Of, first); err != nil {
				return err
			}
		}
	}
	for i, v := range w.fine.value {
		if w.twin != nil {
			v = 0.5 * (v + w.twin.value[i])
		}
		w.rows[2*i], w.rows[2*i+1] = v, w.fine.value[i]
		if w.coarse != nil {
			w.rows[2*i] -= w.coarse.value[i]
		}
	}
	m.Add(w.rows[:2*rows])
	return nil
}

func (w *worker) increments(dw []float64, first uint64, k int, h float64) {
	at := w.at
	at.Row += first
	at.Step += uint64(k)
	noise.Draw(w.source, dw, w.needs, w.System.Noises(), math.Abs(h), at)
}

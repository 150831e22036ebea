package sde

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/internal/vec"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// ensembleWorker is the scratch of a goroutine.
type ensembleWorker struct {
	plan      *plan
	stepper   stochastic.Stepper
	advance   Advancer // nil if the stepper is none
	y, next   []float64
	z         []float64
	quantity  []float64
	diffusion []float64
	ended     []float64
	endedBy   []int
	jumps     *ensembleJumps // nil without
}

func newEnsembleWorker(p *plan) *ensembleWorker {
	n := p.rows * p.System.Dim
	w := &ensembleWorker{plan: p, stepper: p.Method.Stepper(&p.System, p.rows),
		y: make([]float64, n), next: make([]float64, n),
		z: make([]float64, p.rows*p.needs.Len(p.System.Noises())), quantity: make([]float64, p.rows*p.width)}
	if p.needs == 0 {
		w.advance, _ = w.stepper.(Advancer)
	}
	if p.bridges {
		w.diffusion = make([]float64, p.System.DiffusionLen(p.rows))
	}
	if p.Jumps.Rate > 0 {
		w.jumps = newEnsembleJumps(p)
	}
	if p.ending {
		w.ended, w.endedBy = make([]float64, p.rows), make([]int, p.rows)
	}
	return w
}

// run simulates the chunks that m has not.
func (p *plan) run(ctx context.Context, m *merger) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// A flag costs a step less than asking ctx.
	var cancelled atomic.Bool
	defer context.AfterFunc(ctx, func() { cancelled.Store(true); m.wake() })()
	first := m.merged
	workers := make([]*ensembleWorker, max(1, par.Workers(p.Workers, p.chunks-first)))
	for i := range workers {
		workers[i] = newEnsembleWorker(p)
	}
	m.window = 4 * len(workers)
	err := par.For(ctx, p.Workers, p.chunks-first, func(worker, i int) error {
		chunk := first + i
		set, err := m.begin(ctx, chunk)
		if set == nil {
			return err
		}
		failed := workers[worker].chunk(chunk, set, &cancelled)
		switch {
		case cancelled.Load():
			return ctx.Err()
		case failed != nil:
			m.fail(chunk, failed)
			return nil
		}
		return m.deliver(chunk, set)
	})
	if err == nil && m.failed != nil {
		err = m.failed
	}
	return err
}

func (p *plan) at(path uint64, step int) noise.Address {
	at := p.Address
	at.Row += path
	at.Step += uint64(step)
	return at
}

// chunk simulates a chunk's paths into set, unless cancelled.
func (w *ensembleWorker) chunk(chunk int, set []statistics.Reducer, cancelled *atomic.Bool) *StateError {
	p := w.plan
	lo := uint64(chunk) * ChunkPaths
	hi := min(lo+ChunkPaths, p.Paths)
	for ; lo < hi; lo += uint64(p.rows) {
		if failed := w.tile(lo, int(min(hi-lo, uint64(p.rows))), set, cancelled); failed != nil || cancelled.Load() {
			return failed
		}
	}
	return nil
}

// tile simulates rows from path first on.
func (w *ensembleWorker) tile(first uint64, rows int, set []statistics.Reducer, cancelled *atomic.Bool) *StateError {
	p := w.plan
	n := rows * p.System.Dim
	w.y, w.next = w.y[:n], w.next[:n]
	fail := func(k int, err error) *StateError {
		return &StateError{Step: k, T: p.grid[k], Row: int(first), Err: err}
	}
	if err := w.start(first); err != nil {
		return fail(0, err)
	}
	if i := notFinite(w.y); i >= 0 {
		return &StateError{Step: 0, T: p.T0, Row: int(first) + i/p.System.Dim, Err: ErrState, infinite: w.y[i]}
	}
	if w.jumps != nil {
		w.jumps.start(p, first, rows)
	}
	goesOn := !p.ending || w.begin(w.y)
	out := 0
	for k := 0; ; k++ {
		for out < len(p.outputs) && p.outputs[out] == k {
			if row, err := w.observe(out, rows, set); err != nil {
				failed := fail(k, err)
				failed.Row += row
				return failed
			}
			out++
		}
		if out == len(p.outputs) || cancelled.Load() {
			return nil
		}
		if !goesOn {
			k = p.outputs[out] - 1
			continue
		}
		if err := w.step(k, first); err != nil {
			return fail(k, err)
		}
		if w.jumps != nil {
			if row, err := w.jump(k, first); err != nil {
				failed := fail(k, err)
				failed.Row += row
				return failed
			}
		}
		if p.ending {
			w.hold()
		}
		if !vec.Finite(w.next) {
			i := notFinite(w.next)
			return &StateError{Step: k, T: p.grid[k], Row: int(first) + i/p.System.Dim, Err: ErrState, infinite: w.next[i]}
		}
		if p.ending {
			goesOn = w.end(k, first, w.y, w.next)
		}
		w.y, w.next = w.next, w.y
	}
}

// start writes the initial states of paths from first on.
func (w *ensembleWorker) start(first uint64) error {
	p := w.plan
	if p.Start != nil {
		at := p.at(first, 0)
		at.Use = noise.Prior
		return p.Start(w.y, at)
	}
	for y := w.y; len(y) > 0; y = y[len(p.Initial):] {
		copy(y, p.Initial)
	}
	return nil
}

// step carries the rows y over step k to next.
func (w *ensembleWorker) step(k int, first uint64) error {
	p := w.plan
	s := &p.System
	t := p.grid[k]
	h := p.grid[k+1] - t
	if w.diffusion != nil {
		rows := len(w.y) / s.Dim
		y := w.y
		if s.Structure.IsAdditive() {
			y = nil
		}
		if err := s.Diffusion(w.diffusion[:s.DiffusionLen(rows)], t, y); err != nil {
			return err
		}
	}
	z := w.z[:len(w.y)/s.Dim*p.needs.Len(s.Noises())]
	if p.needs != 0 {
		noise.Draw(p.Source, z, p.needs, s.Noises(), math.Abs(h), p.at(first, k))
		return w.stepper.Step(w.next, t, h, w.y, z)
	}
	p.Source.Normal(z, s.Noises(), p.at(first, k))
	if w.advance != nil {
		if !p.ending && w.jumps == nil { // nobody asks for the step's beginning
			w.y, w.next = w.next, w.y
		} else {
			copy(w.next, w.y)
		}
		return w.advance.Advance(w.next, t, h, z)
	}
	floats.Scale(math.Sqrt(math.Abs(h)), z)
	return w.stepper.Step(w.next, t, h, w.y, z)
}

// hold keeps the states of paths that have ended.
func (w *ensembleWorker) hold() {
	dim := w.plan.System.Dim
	for r := range len(w.y) / dim {
		if w.endedBy[r] >= 0 {
			copy(w.next[r*dim:(r+1)*dim], w.y[r*dim:(r+1)*dim])
		}
	}
}

// observe adds the rows to the statistics of a time. An error comes with its row.
func (w *ensembleWorker) observe(index, rows int, set []statistics.Reducer) (int, error) {
	p := w.plan
	q := w.y
	if p.Quantity.Of != nil {
		q = w.quantity[:rows*p.width]
		o := Observation{Index: index, T: p.times[index], Y: w.y}
		if p.ending {
			o.Ended, o.EndedBy = w.ended[:rows], w.endedBy[:rows]
		}
		if err := p.Quantity.Of(q, o); err != nil {
			return 0, err
		}
		if i := notFinite(q); i >= 0 {
			return i / p.width, fmt.Errorf("the quantity is %v", q[i])
		}
	}
	n := len(p.Statistics)
	for _, r := range set[index*n : (index+1)*n] {
		r.Add(q)
	}
	return 0, nil
}

// notFinite returns the index of the first number that is not finite, or −1.
func notFinite(x []float64) int {
	for i, v := range x {
		if v-v != 0 {
			return i
		}
	}
	return -1
}

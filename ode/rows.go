package ode

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/ito-sde/ito/integrators"
)

// RowField evaluates dst_i = f(t_i, y_i) for len(t) rows laid out one after the
// other; rows[i] is the index, in the batch, of the row in place i.
type RowField func(dst, t, y []float64, rows []int) error

// Row is one initial value problem of a batch.
type Row struct {
	T0, T1 float64
	Y0     []float64
}

// RowResult is the outcome of one row.
type RowResult struct {
	Result
	Err error
}

// MaxRows bounds the rows that SolveRows carries at a time.
const MaxRows = 1024

// SolveRows integrates a batch of problems of one size with one field that
// evaluates many rows in a call, as a network does. Every row has its own error
// control, steps, events and end: it takes the very steps that Solve takes for it
// alone, and gives the same bits if f's do not depend on the company a row is in.
// Coupling rows by one common error norm instead costs up to four times the
// evaluations (Lienen, Günnemann (2022), torchode).
//
// In each round f is called once for all rows still at work. A row that ends or
// fails leaves, and the next takes its place; at most MaxRows are at work. The
// error is that of f, which ends all, or of a batch of mixed sizes.
//
// A round costs some tenths of a microsecond a row beside the integration
// itself: where f is cheaper than that, call Solve for each row.
func SolveRows(ctx context.Context, m integrators.Method, f RowField, rows []Row, c Config) ([]RowResult, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	n := len(rows[0].Y0)
	for i, r := range rows {
		if len(r.Y0) != n || n == 0 {
			return nil, fmt.Errorf("%w: row %d has %d numbers, row 0 has %d; want the same number, at least one", ErrConfig, i, len(r.Y0), n)
		}
	}
	b := &batch{ctx: ctx, m: m, c: c, rows: rows, out: make([]RowResult, len(rows))}
	defer b.stop()
	size := min(len(rows), MaxRows)
	t, y, dst, index := make([]float64, size), make([]float64, size*n), make([]float64, size*n), make([]int, size)
	for {
		b.fill(size)
		k := len(b.work)
		if k == 0 {
			return b.out, nil
		}
		for i, w := range b.work {
			t[i], index[i] = w.ask.t, w.row
			copy(y[i*n:], w.ask.y)
		}
		if err := f(dst[:k*n], t[:k], y[:k*n], index[:k]); err != nil {
			return b.out, fmt.Errorf("ode: field of %d rows: %w", k, err)
		}
		for i, w := range b.work {
			copy(w.ask.dst, dst[i*n:(i+1)*n])
			w.next()
		}
	}
}

// batch is the rows at work. Each is a coroutine in which Solve runs as ever; its
// field hands out the request and goes on when that has been met.
type batch struct {
	ctx     context.Context
	m       integrators.Method
	c       Config
	rows    []Row
	out     []RowResult
	started int
	work    []*worker
}

type worker struct {
	row    int
	ask    request
	active bool
	resume func() (request, bool)
	stop   func()
}

// request is a wish for dst = f(t, y).
type request struct {
	dst, y []float64
	t      float64
}

func (w *worker) next() { w.ask, w.active = w.resume() }

// errStopped ends the rows still at work when the batch ends early.
var errStopped = errors.New("ode: the batch has ended")

// fill lets go of rows that are done and starts others.
func (b *batch) fill(size int) {
	at := b.work[:0]
	for _, w := range b.work {
		if w.active {
			at = append(at, w)
		}
	}
	clear(b.work[len(at):])
	b.work = at
	for b.started < len(b.rows) && len(b.work) < size {
		w := &worker{row: b.started}
		w.resume, w.stop = iter.Pull(b.run(b.started))
		b.started++
		if w.next(); w.active {
			b.work = append(b.work, w)
		}
	}
}

func (b *batch) run(i int) iter.Seq[request] {
	return func(yield func(request) bool) {
		row, out := b.rows[i], &b.out[i]
		ended := false
		out.Result, out.Err = Solve(b.ctx, b.m, func(dst []float64, t float64, y []float64) error {
			if ended = ended || !yield(request{dst, y, t}); ended {
				return errStopped
			}
			return nil
		}, row.T0, row.T1, row.Y0, b.c)
	}
}

func (b *batch) stop() {
	for _, w := range b.work {
		w.stop()
	}
}

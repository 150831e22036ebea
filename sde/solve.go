package sde

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/sde/noise"
)

// Config says how [Solve] goes about it.
type Config struct {
	// Steps is the number of equal steps. It must be 0 where Grid is given.
	Steps int
	// Grid is the times of all steps from t0 to t1, strictly monotone.
	Grid []float64
	// Source gives the normal numbers, from which [noise.Draw] makes what the
	// method needs of a path; nil means [noise.Gaussian]. A dyadic refinement of
	// the same paths is a Source of its own, see [Refined].
	Source noise.Source
	// Address of the first row at the first step. Row r of y0 takes row
	// Address.Row+r, step k of the solve Address.Step+k, at Address.Stage.
	// Use 0 means [noise.Path].
	Address noise.Address
	// Workers is the number of goroutines; 0 means GOMAXPROCS. The bits of the
	// result do not depend on it.
	Workers int
	// Observe is called, if it is not nil, with the initial state, after every
	// Every steps (0: every step) and with the last state. Its error ends the
	// solve.
	Observe func(Snapshot) error
	Every   int
	// Verify checks first, at the first row of y0, what the system says of its
	// noise and that a step of the method has its drift and noise, by
	// [stochastic.System.Verify] and [stochastic.VerifyStep].
	Verify bool
}

// Snapshot is the state of all rows after a number of steps.
type Snapshot struct {
	Step int
	T    float64
	Y    []float64 // valid during the call; not to be changed
}

// Result is where a [Solve] has come to.
type Result struct {
	Steps int       // that all rows have made
	T     float64   // their time
	Y     []float64 // their states, in a slice of its own
}

// Errors of [Solve].
var (
	// ErrConfig is wrapped by the errors about a Config or an interval.
	ErrConfig = errors.New("sde: configuration")
	// ErrState is wrapped by a [StateError] that a state caused which is not finite.
	ErrState = errors.New("sde: state is not finite")
)

// StateError is an error in the middle of a solve: a state that has become NaN
// or infinite (it wraps [ErrState]), or an error of the system's functions.
type StateError struct {
	Step     int     // the step that failed, from 0
	T        float64 // the time at its start
	Row      int     // the row, or the first row of the tile that was asked for
	Err      error
	infinite float64
}

func (e *StateError) Error() string {
	if errors.Is(e.Err, ErrState) {
		return fmt.Sprintf("%v: %v in row %d after step %d from t = %v; take shorter steps or check drift and diffusion there", e.Err, e.infinite, e.Row, e.Step, e.T)
	}
	return fmt.Sprintf("sde: step %d from t = %v of the rows from %d on: %v", e.Step, e.T, e.Row, e.Err)
}

// Unwrap returns Err.
func (e *StateError) Unwrap() error { return e.Err }

const (
	// tileRows rows are stepped together. It is a multiple of the rows that
	// share a stream, so that no tile draws a number twice.
	tileRows = noise.BlockRows
	// together is the most steps that tiles make before they meet, which bounds
	// what a failed solve loses.
	together = 64
)

// Solve integrates rows of states y0 from t0 to t1, forwards or backwards, with
// a one-step method on the paths that Config names. Backwards, t1 < t0, the
// Brownian motion is one of reverse time, as in the reverse-time equation of
// Anderson (1982). y0 is not changed.
//
// Tiles of rows advance concurrently, so the system's functions and Source must
// be safe for concurrent calls. The bits of a row depend on its address alone:
// not on the number of workers, nor on the rows beside it. A step allocates
// nothing; starting goroutines does, whenever the tiles meet, which is at every
// observation and every 64 steps.
//
// Errors: [ErrConfig]; those of [stochastic.Check] if the method does not
// converge to the system's solution, and of Verify; a *[StateError]; those of Observe and ctx.
// With the last three the Result holds the last states that all rows reached,
// at most 64 steps before the error, from which a solve on Grid[Result.Steps:]
// and from Address.Step+Result.Steps goes on to the same bits.
func Solve(ctx context.Context, m stochastic.Method, s System, t0, t1 float64, y0 []float64, c Config) (Result, error) {
	if err := stochastic.Check(m, &s); err != nil {
		return Result{}, err
	}
	if len(y0)%s.Dim != 0 {
		panic(fmt.Sprintf("sde: %d numbers in rows of %d", len(y0), s.Dim))
	}
	if err := c.validate(t0, t1, y0); err != nil {
		return Result{}, err
	}
	if c.Verify {
		if err := verify(m, &s, t0, y0); err != nil {
			return Result{}, err
		}
	}
	d := newDriver(ctx, m, &s, t0, t1, y0, &c)
	r := Result{T: t0, Y: append([]float64(nil), y0...)}
	for {
		if c.Observe != nil && (r.Steps%c.Every == 0 || r.Steps == d.steps) {
			if err := c.Observe(Snapshot{r.Steps, r.T, r.Y}); err != nil {
				return r, err
			}
		}
		if r.Steps == d.steps {
			return r, nil
		}
		n := min(together, d.steps-r.Steps)
		if c.Observe != nil {
			n = min(n, c.Every-r.Steps%c.Every)
		}
		if err := d.advance(ctx, r.Steps, r.Steps+n); err != nil {
			return r, err
		}
		r.Steps += n
		r.T = d.time(r.Steps)
		copy(r.Y, d.y)
	}
}

func (c *Config) validate(t0, t1 float64, y0 []float64) error {
	for _, t := range []float64{t0, t1} {
		if math.IsNaN(t) || math.IsInf(t, 0) {
			return fmt.Errorf("%w: interval from %v to %v; want finite times", ErrConfig, t0, t1)
		}
	}
	switch n := len(c.Grid); {
	case n > 0 && c.Steps != 0:
		return fmt.Errorf("%w: both Steps %d and a Grid of %d times; want one of them", ErrConfig, c.Steps, n)
	case n > 0 && (n < 2 || c.Grid[0] != t0 || c.Grid[n-1] != t1):
		return fmt.Errorf("%w: Grid of %d times from %v to %v; want at least two, from t0 = %v to t1 = %v", ErrConfig, n, c.Grid[0], c.Grid[n-1], t0, t1)
	case n == 0 && c.Steps < 1:
		return fmt.Errorf("%w: Steps %d; want at least 1, or a Grid", ErrConfig, c.Steps)
	case n == 0 && t0 == t1:
		return fmt.Errorf("%w: no interval between %v and %v", ErrConfig, t0, t1)
	case c.Every < 0:
		return fmt.Errorf("%w: Every %d; want the number of steps between observations, or 0 for every step", ErrConfig, c.Every)
	}
	for k := 1; k < len(c.Grid); k++ {
		if !((c.Grid[k]-c.Grid[k-1])*(t1-t0) > 0) {
			return fmt.Errorf("%w: Grid[%d] = %v does not follow %v on the way from %v to %v", ErrConfig, k, c.Grid[k], c.Grid[k-1], t0, t1)
		}
	}
	if c.Every == 0 {
		c.Every = 1
	}
	if c.Source == nil {
		c.Source = noise.Gaussian{}
	}
	if c.Address.Use == 0 {
		c.Address.Use = noise.Path
	}
	for i, v := range y0 {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%w: y0[%d] is %v", ErrState, i, v)
		}
	}
	return nil
}

// driver advances tiles of rows between the times at which all rows meet.
type driver struct {
	*Config
	s      *System
	needs  noise.Functionals // of the method, dw's layout
	t0, t1 float64
	steps  int
	y      []float64
	first  int // rows of the first tile, which ends where a block of streams does
	tiles  int
	work   []worker
	failed []*StateError // by tile

	from, to int // steps of the present advance
	do       func(worker, tile int) error
}

type worker struct {
	stepper  stochastic.Stepper
	y, z, dw []float64
}

func newDriver(ctx context.Context, m stochastic.Method, s *System, t0, t1 float64, y0 []float64, c *Config) *driver {
	d := &driver{Config: c, s: s, needs: stochastic.Needs(m, s.Structure), t0: t0, t1: t1, steps: c.Steps, y: append([]float64(nil), y0...)}
	if len(c.Grid) > 0 {
		d.steps = len(c.Grid) - 1
	}
	rows := len(y0) / s.Dim
	d.first = min(rows, tileRows-int(c.Address.Row%tileRows))
	if rows > 0 {
		d.tiles = 1 + (rows-d.first+tileRows-1)/tileRows
	}
	d.failed = make([]*StateError, d.tiles)
	d.work = make([]worker, par.Workers(c.Workers, d.tiles))
	most := min(rows, tileRows)
	for i := range d.work {
		d.work[i] = worker{m.Stepper(s, most), make([]float64, most*s.Dim), make([]float64, most*s.Dim), make([]float64, most*d.needs.Len(s.Noises()))}
	}
	d.do = func(w, tile int) error { return d.tile(ctx, &d.work[w], tile) }
	return d
}

// time returns the time of a step of the grid.
func (d *driver) time(k int) float64 {
	switch {
	case len(d.Grid) > 0:
		return d.Grid[k]
	case k == d.steps:
		return d.t1
	default:
		return d.t0 + (d.t1-d.t0)*(float64(k)/float64(d.steps))
	}
}

// advance takes all rows from step from to step to. Of several failures it
// returns the earliest step's, then the lowest row's, whatever the order of
// execution.
func (d *driver) advance(ctx context.Context, from, to int) error {
	d.from, d.to = from, to
	if err := par.For(ctx, d.Workers, d.tiles, d.do); err != nil {
		return err
	}
	var first *StateError
	for _, e := range d.failed {
		if e != nil && (first == nil || e.Step < first.Step) {
			first = e
		}
	}
	if first != nil {
		return first
	}
	return nil
}

func (d *driver) tile(ctx context.Context, w *worker, tile int) error {
	lo := 0
	if tile > 0 {
		lo = d.first + (tile-1)*tileRows
	}
	state := d.y[lo*d.s.Dim : min(len(d.y), (d.first+tile*tileRows)*d.s.Dim)]
	y, z := w.y[:len(state)], w.z[:len(state)]
	dw := w.dw[:len(state)/d.s.Dim*d.needs.Len(d.s.Noises())]
	copy(y, state)
	at := d.Address
	at.Row += uint64(lo)
	for k := d.from; k < d.to; k++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		t := d.time(k)
		h := d.time(k+1) - t
		at.Step = d.Address.Step + uint64(k)
		noise.Draw(d.Source, dw, d.needs, d.s.Noises(), math.Abs(h), at)
		if err := w.stepper.Step(z, t, h, y, dw); err != nil {
			d.failed[tile] = &StateError{Step: k, T: t, Row: lo, Err: err}
			return nil
		}
		// 0·v is 0 for finite v and NaN otherwise.
		sum := 0.0
		for _, v := range z {
			sum += 0 * v
		}
		if sum != 0 {
			for i, v := range z {
				if v-v != 0 {
					d.failed[tile] = &StateError{Step: k, T: t, Row: lo + i/d.s.Dim, Err: ErrState, infinite: v}
					return nil
				}
			}
		}
		y, z = z, y
	}
	copy(state, y)
	return nil
}

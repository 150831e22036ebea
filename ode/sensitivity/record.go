package sensitivity

import (
	"context"
	"slices"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
)

// Trace is a solve that can be gone through backwards. It keeps the lengths of
// all accepted steps and the states at some of them, no stages.
type Trace struct {
	ode.Result // Stats.Evaluations counts every call of Field

	method *integrators.Tableau
	system System
	p      []float64
	at     []float64
	stops  []float64
	steps  *checkpoints
	last   []float64 // the state at the end
	done   error
}

// Record integrates like ode.Solve and records the accepted steps. Every says at
// how many of them the state is kept: 1 keeps all, k every k-th, and 0 about √N of
// N, which costs at most 3√N states and one more pass over the steps for each
// gradient.
//
// Config.Events may only be watched. After an error the trace holds the last good
// state and has no gradients.
func Record(ctx context.Context, m *integrators.Tableau, s System, t0, t1 float64, y0, p []float64, c ode.Config, every int) (*Trace, error) {
	r := &Trace{Result: ode.Result{T: t0, Y: slices.Clone(y0)}, method: m, system: s, p: slices.Clone(p)}
	switch {
	case m == nil:
		r.done = bad("no tableau is given")
	case every < 0:
		r.done = bad("every %d-th state cannot be kept", every)
	default:
		if r.done = s.check(y0, p); r.done == nil {
			r.done = refuse(c)
		}
	}
	if r.done != nil {
		return r, r.done
	}
	r.at, r.stops = slices.Clone(c.At), slices.Clone(c.Stops)
	r.steps = newCheckpoints(len(y0), every, t0)
	r.last = slices.Clone(y0)
	observer := c.Observer
	c.Observer = func(s ode.Step) {
		r.steps.add(s.T, s.H, r.last)
		copy(r.last, s.Y)
		if observer != nil {
			observer(s)
		}
	}
	l := newLinear(s, len(y0), r.p)
	r.Result, r.done = ode.Solve(ctx, m, l.field, t0, t1, y0, c)
	r.Stats.Evaluations = l.calls
	return r, r.done
}

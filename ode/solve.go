package ode

import (
	"context"
	"iter"

	"github.com/ito-sde/ito/integrators"
)

// Solve integrates y' = f(t, y) from y0 at t0 to t1, forward or backward, and
// returns the state there. t0 = t1 returns y0.
//
// Steps are chosen by Config.Filter, the first one by the algorithm of Hairer,
// Nørsett, Wanner (1993), section II.4. Every loop is bounded, no step that is
// not finite is ever accepted, and a cancelled context ends it within one step.
func Solve(ctx context.Context, m integrators.Method, f integrators.Field, t0, t1 float64, y0 []float64, c Config) (Result, error) {
	s, err := newSolver(m, f, t0, t1, y0, c)
	if err != nil {
		return Result{T: t0, Y: append([]float64(nil), y0...), State: c.State, Ended: -1}, err
	}
	err = s.output()
	for err == nil && !s.done() {
		if err = s.advance(ctx); err == nil && c.Observer != nil {
			c.Observer(s.step())
		}
	}
	return s.result(), err
}

// Steps integrates like Solve and yields every accepted step; an error ends the
// sequence with the last good step beside it.
func Steps(ctx context.Context, m integrators.Method, f integrators.Field, t0, t1 float64, y0 []float64, c Config) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		s, err := newSolver(m, f, t0, t1, y0, c)
		if err != nil {
			yield(Step{T: t0, Y: y0}, err)
			return
		}
		for !s.done() {
			err := s.advance(ctx)
			if !yield(s.step(), err) || err != nil {
				return
			}
		}
	}
}

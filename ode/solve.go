package ode

import (
	"context"
	"fmt"
	"iter"
	"math"

	"github.com/ito-sde/ito/integrators"
)

// Config says how to integrate. Either RTol and ATol are positive, for a method
// with an error estimate, or Step is, for fixed steps; there are no defaults for
// these.
type Config struct {
	// RTol and ATol are the tolerances: a step is accepted if the root mean
	// square over the components of
	//
	//	estimate_i / (ATol + RTol max(|y_i|, |y'_i|))
	//
	// is at most 1. RTol may be 0 if ATol is not.
	RTol, ATol float64
	// Step is the length of fixed steps. The last one is shortened to end on t1.
	Step float64
	// First is the first step to try with tolerances; 0: chosen from the field.
	First float64
	// MaxSteps bounds accepted and rejected steps together; 0: 1,000,000.
	MaxSteps int
	// At lists times of output, in the order of integration.
	At []float64
	// Observer is told of every accepted step; the state is only lent.
	Observer func(Step)
}

// Step is an accepted step from T−H to T.
type Step struct {
	T, H float64
	Y    []float64 // the state at T, valid until the next step
}

// Stats counts what a solve did.
type Stats struct{ Accepted, Rejected, Evaluations int }

// Result is the outcome of a solve: after an error, the last good state.
type Result struct {
	T     float64
	Y     []float64
	H     float64     // the next step the controller would try
	At    [][]float64 // states at Config.At, as far as reached
	Stats Stats
}

// Solve integrates y' = f(t, y) from y0 at t0 to t1, forward or backward, and
// returns the state there. t0 = t1 returns y0.
//
// Steps are chosen by the PI controller of Gustafsson in the form of Hairer,
// Wanner (1996), section IV.2, the first one by the algorithm of Hairer,
// Nørsett, Wanner (1993), section II.4. Every loop is bounded, no step that is
// not finite is ever accepted, and a cancelled context ends it within one step.
func Solve(ctx context.Context, m integrators.Method, f integrators.Field, t0, t1 float64, y0 []float64, c Config) (Result, error) {
	s, err := newSolver(m, f, t0, t1, y0, c)
	if err != nil {
		return Result{T: t0, Y: append([]float64(nil), y0...)}, err
	}
	if err := s.output(); err != nil {
		return s.result(), err
	}
	for !s.done() {
		if err := s.advance(ctx); err != nil {
			return s.result(), err
		}
		if err := s.output(); err != nil {
			return s.result(), err
		}
		if c.Observer != nil {
			c.Observer(Step{T: s.t, H: s.last, Y: s.y})
		}
	}
	return s.result(), nil
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
			if !yield(Step{T: s.t, H: s.last, Y: s.y}, err) || err != nil {
				return
			}
		}
	}
}

type solver struct {
	c        Config
	stepper  integrators.Stepper
	dense    integrators.Interpolator
	control  controller
	adaptive bool
	stats    Stats

	t0, t, t1, dir float64
	h, last        float64
	fixed          int // fixed steps done, so that time does not drift
	y, next, err   []float64
	at             [][]float64
}

func newSolver(m integrators.Method, f integrators.Field, t0, t1 float64, y0 []float64, c Config) (*solver, error) {
	fail := func(format string, args ...any) (*solver, error) {
		return nil, &Error{Cause: fmt.Errorf("%w: %s", ErrConfig, fmt.Sprintf(format, args...)), T: t0, Component: -1}
	}
	order, estimate := m.Order()
	adaptive := c.RTol != 0 || c.ATol != 0
	switch {
	case len(y0) == 0:
		return fail("the state is empty")
	case math.IsNaN(t1-t0) || math.IsInf(t1-t0, 0):
		return fail("cannot integrate from %v to %v", t0, t1)
	case adaptive == (c.Step != 0):
		return fail("give either tolerances (RTol %v, ATol %v) or a fixed Step (%v)", c.RTol, c.ATol, c.Step)
	case adaptive && (!(c.RTol >= 0) || !(c.ATol >= 0) || math.IsInf(c.RTol+c.ATol, 0)):
		return fail("tolerances RTol %v and ATol %v must be finite and not negative", c.RTol, c.ATol)
	case adaptive && estimate == 0:
		return fail("%v has no error estimate; give a fixed Step", m)
	case !adaptive && (!(c.Step > 0) || math.IsInf(c.Step, 0)):
		return fail("Step %v must be positive; the direction is that of time", c.Step)
	case !adaptive && c.First != 0, !(c.First >= 0), c.MaxSteps < 0:
		return fail("First %v, MaxSteps %d", c.First, c.MaxSteps)
	}
	if i := firstNotFinite(y0); i >= 0 {
		return nil, &Error{Cause: ErrNotFinite, T: t0, Component: i}
	}
	if c.MaxSteps == 0 {
		c.MaxSteps = 1_000_000
	}
	n := len(y0)
	s := &solver{c: c, t0: t0, t: t0, t1: t1, dir: math.Copysign(1, t1-t0), adaptive: adaptive,
		y: append([]float64(nil), y0...), next: make([]float64, n), err: make([]float64, n), control: newController(min(order, estimate+1))}
	prev := t0
	for i, a := range c.At {
		if !((a-prev)*s.dir >= 0) || !((t1-a)*s.dir >= 0) {
			return fail("output time %d is %v; want times in order from %v to %v", i, a, t0, t1)
		}
		prev = a
	}
	s.stepper = m.Stepper(f, n)
	s.dense, _ = s.stepper.(integrators.Interpolator)
	if len(c.At) > 0 && s.dense == nil {
		return fail("%v cannot interpolate to output times", m)
	}
	if err := s.stepper.Reset(t0, y0); err != nil {
		return nil, &Error{Cause: err, T: t0, Component: -1}
	}
	s.h = c.Step
	if adaptive && t0 != t1 {
		if s.h = c.First; s.h == 0 {
			h, err := firstStep(f, s, order)
			s.stats.Evaluations += 2
			if err != nil {
				return nil, err
			}
			s.h = h
		}
	}
	return s, nil
}

func (s *solver) done() bool { return s.t == s.t1 }

func (s *solver) result() Result {
	s.stats.Evaluations += s.stepper.Counts().Evaluations
	return Result{T: s.t, Y: s.y, H: s.h, At: s.at, Stats: s.stats}
}

// output fills in the times of Config.At up to t.
func (s *solver) output() error {
	for len(s.at) < len(s.c.At) {
		a := s.c.At[len(s.at)]
		if (a-s.t)*s.dir > 0 {
			return nil
		}
		y := make([]float64, len(s.y))
		if a == s.t || s.last == 0 {
			copy(y, s.y)
		} else if err := s.dense.Interpolate(y, 1+(a-s.t)/s.last); err != nil {
			return &Error{Cause: err, T: a, H: s.last, Component: -1}
		}
		s.at = append(s.at, y)
	}
	return nil
}

// advance makes one accepted step.
func (s *solver) advance(ctx context.Context) error {
	var norm float64
	component := -1
	for {
		fail := func(cause error, h float64) error {
			return &Error{Cause: cause, T: s.t, H: h, Norm: norm, Component: component}
		}
		if err := ctx.Err(); err != nil {
			return fail(err, s.h)
		}
		if s.stats.Accepted+s.stats.Rejected >= s.c.MaxSteps {
			return fail(ErrMaxSteps, s.h)
		}
		h, end := s.propose()
		if s.t+h == s.t {
			return fail(ErrStepSize, h)
		}
		var estimate []float64
		if s.adaptive {
			estimate = s.err
		}
		if err := s.stepper.Try(s.next, estimate, h); err != nil {
			return fail(err, h)
		}
		component = firstNotFinite(s.next)
		switch {
		case component >= 0 && !s.adaptive:
			return fail(ErrNotFinite, h)
		case component >= 0:
			norm = math.Inf(1)
		case s.adaptive:
			norm, component = s.errorNorm()
		}
		if s.adaptive {
			if math.IsNaN(norm) {
				norm = math.Inf(1)
			}
			factor := s.control.factor(norm)
			if norm > 1 {
				s.stats.Rejected++
				s.h = math.Abs(h) * factor
				// Shorter than time resolves: no step will do.
				if s.h <= 8*ulp(s.t) {
					cause := ErrStepSize
					if math.IsInf(norm, 0) {
						cause = fmt.Errorf("%w: %w", ErrStepSize, ErrNotFinite)
					}
					return fail(cause, s.dir*s.h)
				}
				continue
			}
			if grown := math.Abs(h) * factor; end != s.t1 || grown > s.h {
				s.h = grown // a step cut short by the end says little against the longer one
			}
		}
		s.stepper.Accept()
		s.stats.Accepted++
		s.fixed++
		s.last, s.t = h, end
		s.y, s.next = s.next, s.y
		return nil
	}
}

// propose returns the next step and where it ends, exactly t1 for the last. A
// remainder of less than a part in 10^10 of a step is no step of its own.
func (s *solver) propose() (h, end float64) {
	end = s.t + s.dir*s.h
	if !s.adaptive {
		end = s.t0 + s.dir*s.h*float64(s.fixed+1)
	}
	if (s.t1-end)*s.dir <= 1e-10*s.h {
		end = s.t1
	}
	return end - s.t, end
}

// errorNorm is the weighted root mean square of the estimate, and the component
// with the largest share.
func (s *solver) errorNorm() (norm float64, component int) {
	var sum, worst float64
	component = -1
	for i, e := range s.err {
		if e == 0 {
			continue
		}
		e /= s.c.ATol + s.c.RTol*math.Max(math.Abs(s.y[i]), math.Abs(s.next[i]))
		if e *= e; e > worst || math.IsNaN(e) {
			worst, component = e, i
		}
		sum += e
	}
	return math.Sqrt(sum / float64(len(s.err))), component
}

func firstNotFinite(y []float64) int {
	for i, v := range y {
		if v-v != 0 {
			return i
		}
	}
	return -1
}

func ulp(t float64) float64 { t = math.Abs(t); return math.Nextafter(t, math.Inf(1)) - t }

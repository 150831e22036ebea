package ode

import (
	"fmt"
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
	// ATols takes the place of ATol where components differ in size: one for
	// each.
	ATols []float64
	// Step is the length of fixed steps. The last one is shortened to end on t1.
	Step float64
	// First is the first step to try with tolerances; 0: chosen from the field.
	First float64
	// Max is the longest step with tolerances; 0: the whole interval.
	Max float64
	// MaxSteps bounds accepted and rejected steps together; 0: 1,000,000.
	MaxSteps int
	// Filter chooses the steps; the zero Filter is PI, or Predictive where the
	// method is implicit. Methods that choose their
	// own order choose their steps too.
	Filter Filter
	// Linearisation is for implicit methods: Jacobian, pattern, mass matrix. Its
	// tolerances are set to those above.
	Linearisation integrators.Linearisation
	// At lists times of output, in the order of integration.
	At []float64
	// Stops lists times, in the order of integration, where the field jumps or
	// has a kink. A step ends on each of them; it sees the field as it is before
	// (at most at the last number before the stop), the next one as it is at the
	// stop and after.
	Stops []float64
	// Events are watched.
	Events []Event
	// Observer is told of every accepted step; the state is only lent.
	Observer func(Step)
	// State, that of an earlier Result, makes the solve go on where that one
	// ended, with its step, the memory of its Filter and what rounding has taken
	// off the state: by a one-step method to the same bits as one solve, if none of
	// its steps was shortened to end on t1.
	State State
}

// State is what steps are chosen from.
type State struct {
	H      float64    // the length to try next; 0: unknown
	Errors [2]float64 // base-two logarithms of the last error norms, latest first
	Ratios [2]float64 // and of the ratios of the last steps
	// Rejected tells that the last step tried was.
	Rejected bool
	// Carry is what rounding took off the state and the next step will add, a
	// number for each component; nil: nothing.
	Carry []float64
}

// IsZero reports whether s is the zero State, with which a solve starts afresh.
func (s State) IsZero() bool {
	return s.H == 0 && s.Errors == [2]float64{} && s.Ratios == [2]float64{} && !s.Rejected && s.Carry == nil
}

// Step is an accepted step from T−H to T.
type Step struct {
	T, H float64
	Y    []float64 // the state at T, valid until the next step

	s *solver
}

// Interpolate writes the state at time t within the step into dst, to the order
// of the method's interpolant; an error comes from the field. It is valid until
// the next step.
func (s Step) Interpolate(dst []float64, t float64) error {
	if (t-s.T)*s.H > 0 || (t-s.T+s.H)*s.H < 0 || math.IsNaN(t) {
		return s.s.fail(fmt.Errorf("%w: time %v lies outside the step from %v to %v", ErrConfig, t, s.T-s.H, s.T), t, s.H)
	}
	return s.s.interpolate(dst, t)
}

// Stats counts what a solve did.
type Stats struct {
	Accepted, Rejected int
	Evaluations        int // of the field, those for Jacobians among them
	Jacobians          int
	Factorisations     int
	Iterations         int // of Newton's method
}

// Result is the outcome of a solve: after an error, the last good state.
type Result struct {
	T     float64
	Y     []float64
	At    [][]float64 // states at Config.At, as far as reached
	Stats Stats
	State State
	// Events lists what happened, in order of time.
	Events []Occurrence
	// Ended is the index of the terminal event that ended the solve at T; −1:
	// none did.
	Ended int
}

const defaultSteps = 1_000_000

func newSolver(m integrators.Method, f integrators.Field, t0, t1 float64, y0 []float64, c Config) (*solver, error) {
	s := &solver{c: c, t0: t0, t: t0, from: t0, t1: t1, dir: 1, ended: -1}
	if t1 < t0 {
		s.dir = -1
	}
	if err := s.check(m, y0); err != nil {
		return nil, &Error{Cause: fmt.Errorf("%w: %w", ErrConfig, err), T: t0, Component: -1}
	}
	if i := firstNotFinite(y0); i >= 0 {
		return nil, &Error{Cause: ErrNotFinite, T: t0, Component: i}
	}
	if s.c.MaxSteps == 0 {
		s.c.MaxSteps = defaultSteps
	}
	if s.c.Max == 0 {
		s.c.Max = math.Inf(1)
	}
	n := len(y0)
	mem := make([]float64, 5*n)
	s.y, s.next, s.estimate, s.weights, s.atol = mem[:n:n], mem[n:2*n:2*n], mem[2*n:3*n:3*n], mem[3*n:4*n:4*n], mem[4*n:]
	copy(s.y, y0)
	s.share = 1 / float64(n)
	for i := range s.atol {
		if s.atol[i] = c.ATol; c.ATols != nil {
			s.atol[i] = c.ATols[i]
		}
	}
	if len(c.Stops) > 0 {
		s.stops = c.Stops
		inner := f
		f = func(dst []float64, t float64, y []float64) error {
			if (t-s.bar)*s.dir >= 0 {
				t = s.before
			}
			return inner(dst, t, y)
		}
		s.bar = math.NaN()
	}
	s.field = f
	if err := s.equip(m); err != nil {
		return nil, &Error{Cause: fmt.Errorf("%w: %w", ErrConfig, err), T: t0, Component: -1}
	}
	if err := s.stepper.Reset(t0, y0); err != nil {
		return nil, &Error{Cause: err, T: t0, Component: -1}
	}
	if s.sum, _ = s.stepper.(integrators.Compensated); s.sum != nil {
		copy(s.sum.Carry(), c.State.Carry)
	}
	order, estimate := m.Order()
	if s.order = order; s.chooser != nil {
		s.order = 1 // with which it begins
	}
	if _, implicit := m.(integrators.Implicit); implicit {
		c.Filter = c.Filter.or(Predictive)
	}
	s.control = newController(c.Filter, min(order, estimate+1), c.State)
	if s.h = c.Step; s.adaptive && t0 != t1 {
		if s.h = c.First; s.h == 0 {
			s.h = c.State.H
		}
		if s.h == 0 {
			if err := s.firstStep(); err != nil {
				return nil, err
			}
		}
		s.h = min(s.h, s.c.Max)
	}
	return s, s.startEvents()
}

// equip makes the stepper.
func (s *solver) equip(m integrators.Method) error {
	if implicit, ok := m.(integrators.Implicit); ok {
		l := s.c.Linearisation
		l.RTol, l.ATol = s.c.RTol, s.c.ATol
		if s.c.ATols != nil {
			l.ATol = math.Inf(1)
			for _, a := range s.c.ATols {
				l.ATol = min(l.ATol, a)
			}
		}
		var err error
		if s.stepper, err = implicit.Implicit(s.field, len(s.y), l); err != nil {
			return err
		}
	} else {
		s.stepper = m.Stepper(s.field, len(s.y))
	}
	s.dense, _ = s.stepper.(integrators.Interpolator)
	if s.adaptive {
		s.chooser, _ = s.stepper.(integrators.Chooser)
	}
	if (len(s.c.At) > 0 || len(s.c.Events) > 0) && s.dense == nil {
		return fmt.Errorf("%v cannot interpolate to output times or events", m)
	}
	return nil
}

// check looks at everything the caller has given.
func (s *solver) check(m integrators.Method, y0 []float64) error {
	c := &s.c
	_, estimate := m.Order()
	s.adaptive = c.RTol != 0 || c.ATol != 0 || c.ATols != nil
	_, implicit := m.(integrators.Implicit)
	l := c.Linearisation
	switch {
	case len(y0) == 0:
		return fmt.Errorf("the state is empty")
	case math.IsNaN(s.t1-s.t0) || math.IsInf(s.t1-s.t0, 0):
		return fmt.Errorf("cannot integrate from %v to %v", s.t0, s.t1)
	case s.adaptive == (c.Step != 0):
		return fmt.Errorf("give either tolerances (RTol %v, ATol %v) or a fixed Step (%v)", c.RTol, c.ATol, c.Step)
	case s.adaptive && (!(c.RTol >= 0) || !(c.ATol >= 0) || math.IsInf(c.RTol+c.ATol, 0)):
		return fmt.Errorf("tolerances RTol %v and ATol %v must be finite and not negative", c.RTol, c.ATol)
	case c.ATols != nil && (c.ATol != 0 || len(c.ATols) != len(y0)):
		return fmt.Errorf("%d ATols for a state of %d numbers, ATol %v; want one for each and ATol 0", len(c.ATols), len(y0), c.ATol)
	case s.adaptive && estimate == 0:
		return fmt.Errorf("%v has no error estimate; give a fixed Step", m)
	case !s.adaptive && (!(c.Step > 0) || math.IsInf(c.Step, 0)):
		return fmt.Errorf("fixed Step %v must be positive; the direction is that of time", c.Step)
	case !s.adaptive && (c.First != 0 || c.Max != 0 || c.Filter != Filter{}):
		return fmt.Errorf("settings First %v, Max %v and Filter %v are for tolerances, not for a fixed Step", c.First, c.Max, c.Filter)
	case !(c.First >= 0) || !(c.Max >= 0) || !(c.State.H >= 0) || math.IsInf(c.First+c.State.H, 0) || c.MaxSteps < 0:
		return fmt.Errorf("settings First %v, Max %v, State.H %v, MaxSteps %d must not be negative", c.First, c.Max, c.State.H, c.MaxSteps)
	case c.State.Carry != nil && len(c.State.Carry) != len(y0):
		return fmt.Errorf("State.Carry of %d numbers for a state of %d", len(c.State.Carry), len(y0))
	case firstNotFinite(c.State.Carry) >= 0:
		return fmt.Errorf("State.Carry is not finite: %v", c.State.Carry)
	case !implicit && (l.Jacobian != nil || l.Pattern != nil || l.Mass != nil):
		return fmt.Errorf("%v is explicit and takes no Linearisation", m)
	case l.RTol != 0 || l.ATol != 0:
		return fmt.Errorf("tolerances of the Linearisation (%v, %v) are set by the solve", l.RTol, l.ATol)
	}
	for i, a := range c.ATols {
		if !(a >= 0) || math.IsInf(a, 0) {
			return fmt.Errorf("entry %d of ATols is %v", i, a)
		}
	}
	if err := c.Filter.check(); err != nil {
		return err
	}
	if err := s.ordered("output time", c.At); err != nil {
		return err
	}
	if err := s.ordered("stop", c.Stops); err != nil {
		return err
	}
	for i, e := range c.Events {
		if e.G == nil || e.Terminal < 0 || e.Max < 0 {
			return fmt.Errorf("event %d: G must be given, Terminal (%d) and Max (%d) not negative", i, e.Terminal, e.Max)
		}
	}
	return nil
}

// ordered looks at times that are to lie in order between t0 and t1.
func (s *solver) ordered(what string, times []float64) error {
	prev := s.t0
	for i, a := range times {
		if !((a-prev)*s.dir >= 0) || !((s.t1-a)*s.dir >= 0) {
			return fmt.Errorf("%s %d is %v; want times in order from %v to %v", what, i, a, s.t0, s.t1)
		}
		prev = a
	}
	return nil
}

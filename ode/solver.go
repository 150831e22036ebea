package ode

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/ito-sde/ito/integrators"
)

// solver carries one integration.
type solver struct {
	c        Config
	field    integrators.Field
	stepper  integrators.Stepper
	dense    integrators.Interpolator
	sum      integrators.Compensated // nil: it rounds every step
	chooser  integrators.Chooser     // nil: control chooses the steps
	control  controller
	adaptive bool
	order    int

	accepted, rejected int
	extra              int // evaluations outside the stepper

	t0, t1, dir float64
	t, from     float64 // the last step went from from to t
	whole       float64 // and was this long before an event cut it
	end         float64 // where it would have ended
	h           float64 // the length to try next
	fixed       int     // fixed steps done, so that time does not drift
	grid        bool    // the step ends where a fixed step does

	stops       []float64 // those to come
	bar, before float64   // the stop a step ends on, and the last number before it

	y, next, estimate, weights, atol []float64
	share                            float64 // of one component in the mean

	at      [][]float64
	watches []watch
	past    []Occurrence
	ended   int
}

func (s *solver) done() bool { return s.t == s.t1 || s.ended >= 0 }

func (s *solver) step() Step { return Step{T: s.t, H: s.t - s.from, Y: s.y, s: s} }

func (s *solver) result() Result {
	n := s.stepper.Counts()
	s.control.H, s.control.Carry = s.h, nil
	if s.sum != nil {
		s.control.Carry = slices.Clone(s.sum.Carry())
	}
	return Result{T: s.t, Y: s.y, At: s.at, Events: s.past, Ended: s.ended, State: s.control.State, Stats: Stats{
		Accepted: s.accepted, Rejected: s.rejected, Evaluations: n.Evaluations + s.extra,
		Jacobians: n.Jacobians, Factorisations: n.Factorisations, Iterations: n.Iterations}}
}

// forget drops what rounding took off a state that is no longer the stepper's.
func (s *solver) forget() {
	if s.sum != nil {
		clear(s.sum.Carry())
	}
}

func (s *solver) fail(cause error, t, h float64) error {
	return &Error{Cause: cause, T: t, H: h, Component: -1}
}

// advance makes one accepted step, with its output and events.
func (s *solver) advance(ctx context.Context) error {
	h, end, err := s.try(ctx)
	if err != nil {
		return err
	}
	s.stepper.Accept()
	s.accepted++
	s.from, s.t, s.whole, s.end = s.t, end, h, end
	s.y, s.next = s.next, s.y
	if s.chooser != nil {
		s.choose(h, math.Sqrt(s.norm2()))
	}
	var hit []crossing
	if len(s.watches) > 0 {
		if hit, err = s.find(); err != nil {
			return err
		}
	}
	if err := s.output(); err != nil {
		return err
	}
	if s.grid && s.t == end {
		s.fixed++
	}
	restart := false
	if len(hit) > 0 {
		if restart, err = s.happen(hit); err != nil {
			return err
		}
	}
	for len(s.stops) > 0 && s.stops[0] == s.t {
		s.stops, s.bar, restart = s.stops[1:], math.NaN(), true
	}
	if restart && !s.done() {
		if err := s.stepper.Reset(s.t, s.y); err != nil {
			return s.fail(err, s.t, 0)
		}
		if s.chooser != nil { // back at its first order
			return s.firstStep()
		}
	}
	return nil
}

// try finds a step that is accepted and leaves its state in next.
func (s *solver) try(ctx context.Context) (h, end float64, err error) {
	estimate := s.estimate
	if !s.adaptive {
		estimate = nil
	}
	for {
		h, end = s.propose()
		switch err := ctx.Err(); {
		case err != nil:
			return h, end, s.fail(err, s.t, h)
		case s.accepted+s.rejected >= s.c.MaxSteps:
			return h, end, s.fail(ErrMaxSteps, s.t, h)
		case s.t+h == s.t:
			return h, end, s.fail(ErrStepSize, s.t, h)
		}
		norm2 := math.Inf(1)
		switch err := s.stepper.Try(s.next, estimate, h); {
		case err == nil && s.adaptive:
			norm2 = s.norm2()
		case err == nil:
			if i := firstNotFinite(s.next); i >= 0 {
				return h, end, &Error{Cause: ErrNotFinite, T: s.t, H: h, Component: i}
			}
			return h, end, nil
		case !s.adaptive || !errors.Is(err, integrators.ErrDiverged):
			return h, end, s.fail(err, s.t, h)
		}
		if norm2 <= 1 {
			if s.chooser == nil {
				factor := s.control.accept(norm2)
				// A step cut short by the end says little against the longer one.
				if grown := math.Abs(h) * factor; grown > s.h || end != s.t1 && (len(s.stops) == 0 || end != s.stops[0]) {
					if s.h = grown; grown > s.c.Max {
						s.h = s.c.Max
					}
				}
			}
			return h, end, nil
		}
		if !(norm2 > 1) { // not a number
			norm2 = math.Inf(1)
		}
		s.rejected++
		if s.chooser != nil {
			s.choose(h, math.Sqrt(norm2))
		} else {
			s.h = math.Abs(h) * s.control.reject(norm2)
		}
		// Shorter than time resolves: no step will do.
		if s.h <= 8*ulp(s.t) {
			component, finite := s.worst()
			cause := ErrStepSize
			if !finite {
				cause = fmt.Errorf("%w: %w", ErrStepSize, ErrNotFinite)
			}
			return h, end, &Error{Cause: cause, T: s.t, H: s.dir * s.h, Norm: math.Sqrt(norm2), Component: component}
		}
	}
}

// choose asks the stepper for the next step; one that is no length becomes a half
// of the last, so that a loop of rejections ends.
func (s *solver) choose(h, norm float64) {
	next := math.Abs(s.chooser.Choose(h, norm, s.weights))
	if !(next > 0) || math.IsInf(next, 0) || norm > 1 && next >= math.Abs(h) {
		next = math.Abs(h) / 2
	}
	s.h = min(next, s.c.Max)
}

// propose returns the next step and where it ends, exactly on t1 or the next stop
// where it would reach them. A remainder of less than a part in 10^10 of a step
// is no step of its own. A step is as long as the time that passes, which is a
// difference of two numbers: else the state would not be that at t, by the roundings
// of all the sums t + h.
func (s *solver) propose() (h, end float64) {
	if !s.adaptive {
		end = s.t0 + s.dir*s.h*float64(s.fixed+1)
		h = end - s.t
	} else if h = s.t + s.dir*s.h - s.t; h != 0 {
		s.h, end = math.Abs(h), s.t+h
	} else {
		h, end = s.dir*s.h, s.t
	}
	limit := s.t1
	for len(s.stops) > 0 && (s.stops[0]-s.t)*s.dir <= 0 { // at t0, or one twice
		s.stops = s.stops[1:]
	}
	if len(s.stops) > 0 {
		limit, s.bar = s.stops[0], math.NaN()
	}
	s.grid = true
	if left := (limit - end) * s.dir; left <= 1e-10*s.h {
		s.grid = left >= -1e-10*s.h
		end = limit
		h = end - s.t
		if len(s.stops) > 0 && limit == s.stops[0] {
			s.bar, s.before = limit, math.Nextafter(limit, s.t0)
		}
	}
	return h, end
}

// norm2 is the weighted mean square of the estimate, not a number where the new
// state is not finite. The weights are on time before the estimate.
func (s *solver) norm2() float64 {
	n := len(s.estimate)
	y, next, atol, weights, rtol := s.y[:n], s.next[:n], s.atol[:n], s.weights[:n], s.c.RTol
	var sum, bad float64
	for i, e := range s.estimate {
		v := next[i]
		w := 1 / (atol[i] + rtol*max(math.Abs(y[i]), math.Abs(v)))
		weights[i] = w
		bad += v - v
		if e != 0 { // if so, a weight may be infinite
			e *= w
			sum += e * e
		}
	}
	return sum*s.share + bad
}

// worst is the component that is not finite, or that has the largest share in the
// error norm.
func (s *solver) worst() (component int, finite bool) {
	if i := firstNotFinite(s.next); i >= 0 {
		return i, false
	}
	worst := 0.0
	component = -1
	for i, e := range s.estimate {
		e = math.Abs(e) / (s.atol[i] + s.c.RTol*max(math.Abs(s.y[i]), math.Abs(s.next[i])))
		if e > worst || math.IsNaN(e) {
			worst, component = e, i
		}
	}
	return component, !math.IsNaN(worst) && !math.IsInf(worst, 0)
}

// output fills in the times of Config.At up to t.
func (s *solver) output() error {
	for len(s.at) < len(s.c.At) {
		a := s.c.At[len(s.at)]
		if (a-s.t)*s.dir > 0 {
			return nil
		}
		y := make([]float64, len(s.y))
		if err := s.interpolate(y, a); err != nil {
			return err
		}
		s.at = append(s.at, y)
	}
	return nil
}

// interpolate is the state at a time within the last step.
func (s *solver) interpolate(dst []float64, t float64) error {
	if t == s.t || s.whole == 0 {
		copy(dst, s.y)
		return nil
	}
	if s.dense == nil {
		return s.fail(fmt.Errorf("%w: the method has no interpolant", ErrConfig), t, s.whole)
	}
	if err := s.dense.Interpolate(dst, 1+(t-s.end)/s.whole); err != nil {
		return s.fail(err, t, s.whole)
	}
	return nil
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

package ode

import (
	"fmt"
	"math"
	"slices"
)

// Event is a function of time and state that is watched for changes of its sign.
// It is looked at on both ends of every accepted step and at Samples points
// inside; each change of sign found between two of these is an event, located in
// the interpolant to neighbouring numbers of time: it happens at the first of the
// two at which the sign has changed. Its accuracy is that of the interpolant.
//
// Events happen in order of time, those at one time in that of Config.Events.
// What lies behind an event that changes the state or ends the solve is
// discarded. An event that has just happened is watched again only after G has
// moved away from its root.
type Event struct {
	G func(t float64, y []float64) float64
	// Direction 1 takes only changes from − to +, −1 only those from + to −, in
	// the order of integration; 0: both.
	Direction int
	// Terminal ends the solve at the occurrence of that number; 0: never.
	Terminal int
	// Action is called when the event happens. It may change y, and reports
	// whether it has: the integration then goes on from the new state. Changes of
	// sign that come of it are no events.
	Action func(t float64, y []float64) (changed bool)
	// Samples is the number of points inside each step where G is looked at: 0
	// means 7, a negative number none.
	Samples int
	// Max is the number of occurrences beyond which the solve fails with
	// ErrEvents; 0: 10,000.
	Max int
}

// Occurrence is an event that happened, with the state before its Action.
type Occurrence struct {
	Event int
	T     float64
	Y     []float64
}

// watch is an event as it is being watched.
type watch struct {
	*Event
	sign  float64 // of G at the start of the step; 0: it has just happened, or is zero
	rest  float64 // |G| when it happened
	count int
	last  float64 // time it happened
	close int     // times in a row it happened too soon after the last
}

// crossing is a change of sign, before and at or after it.
type crossing struct {
	event    int
	before   float64
	t        float64
	gain     float64 // sign after
	residual float64
}

func (s *solver) startEvents() error {
	for i := range s.c.Events {
		e := &s.c.Events[i]
		g, err := s.event(i, s.t, s.y)
		if err != nil {
			return err
		}
		s.watches = append(s.watches, watch{Event: e, sign: sign(g)})
	}
	return nil
}

func (s *solver) event(i int, t float64, y []float64) (float64, error) {
	g := s.c.Events[i].G(t, y)
	if math.IsNaN(g) {
		return g, s.fail(fmt.Errorf("%w: event %d is not a number", ErrEvents, i), t, 0)
	}
	return g, nil
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// find returns what happens at the first time in the last step at which an event
// acts or ends the solve, and everything before; the step is cut there.
func (s *solver) find() ([]crossing, error) {
	var all []crossing
	for i := range s.watches {
		var err error
		if all, err = s.scan(i, all); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(all, func(a, b crossing) int { return int(s.dir) * compare(a.t, b.t) })
	counts := make([]int, len(s.watches))
	for k, c := range all {
		w := &s.watches[c.event]
		counts[c.event]++
		if w.Action == nil && w.Terminal != w.count+counts[c.event] {
			continue
		}
		for k++; k < len(all) && all[k].t == c.t; k++ {
		}
		all = all[:k]
		if c.t != s.t {
			if err := s.interpolate(s.next, c.t); err != nil {
				return nil, err
			}
			s.t = c.t
			s.y, s.next = s.next, s.y
			s.forget()
		}
		break
	}
	return all, nil
}

func compare(a, b float64) int { return int(sign(a - b)) }

// scan looks for changes of sign of one event in the last step.
func (s *solver) scan(i int, found []crossing) ([]crossing, error) {
	w := &s.watches[i]
	samples := w.Samples
	if samples == 0 {
		samples = 7
	}
	samples = max(samples, 0)
	look := func(t float64) (float64, error) {
		if err := s.interpolate(s.next, t); err != nil {
			return 0, err
		}
		return s.event(i, t, s.next)
	}
	last := s.from
	if w.sign == 0 {
		// Find the sign with which it leaves the root, closer and closer to it.
		for k := -40; k < 0 && w.sign == 0; k += 4 {
			t := s.from + math.Ldexp(s.t-s.from, k)
			g, err := look(t)
			if err != nil {
				return found, err
			}
			if math.Abs(g) > 4*w.rest {
				w.sign, w.rest, last = sign(g), 0, t
			}
		}
	}
	for k := 1; k <= samples+1; k++ {
		t := s.from + (s.t-s.from)*float64(k)/float64(samples+1)
		if k == samples+1 {
			t = s.t
		}
		g, err := look(t)
		if err != nil {
			return found, err
		}
		now := sign(g)
		switch {
		case w.sign == 0:
			if math.Abs(g) > 4*w.rest {
				w.sign, w.rest = now, 0
			}
		case now != w.sign:
			c := crossing{event: i, before: w.sign, t: t, gain: now, residual: math.Abs(g)}
			if now == 0 {
				c.gain = -w.sign
			}
			if err := s.locate(&c, last, look); err != nil {
				return found, err
			}
			if w.Direction == 0 || float64(w.Direction)*c.gain > 0 {
				found = append(found, c)
			}
			if w.sign = now; now == 0 {
				w.rest = 0
			}
		}
		last = t
	}
	return found, nil
}

// locate narrows the change of sign between a and c.t to neighbouring numbers, by
// the Illinois method of Dowell and Jarratt (1971) with a bisection at every
// third look, so that no function takes it long.
func (s *solver) locate(c *crossing, a float64, look func(float64) (float64, error)) error {
	b := c.t
	fa, fb := math.NaN(), c.gain*c.residual // of a only the sign is known
	for k := 0; ; k++ {
		m := a + (b-a)/2
		if m == a || m == b {
			break
		}
		if w := (b*fa - a*fb) / (fa - fb); k%3 != 0 && w-w == 0 {
			u := s.dir * ulp(w)
			if w = a + max((w-a)*s.dir, s.dir*u)*s.dir; (b-w)*s.dir < s.dir*u {
				w = b - u
			}
			if (w-a)*s.dir > 0 && (b-w)*s.dir > 0 {
				m = w
			}
		}
		fm, err := look(m)
		if err != nil {
			return err
		}
		if sign(fm) == c.before {
			a, fa, fb = m, fm, fb/2
		} else {
			b, fb, fa = m, fm, fa/2
			c.residual = math.Abs(fm)
		}
	}
	c.t = b
	return nil
}

// happen records events and lets them act; restart reports that the state has
// changed or the step was cut.
func (s *solver) happen(hit []crossing) (restart bool, err error) {
	restart = s.t != s.end
	for _, c := range hit {
		w := &s.watches[c.event]
		w.count++
		limit := w.Max
		if limit == 0 {
			limit = 10_000
		}
		if w.count > limit {
			return restart, s.fail(fmt.Errorf("%w: event %d has happened %d times", ErrEvents, c.event, w.count), c.t, s.whole)
		}
		// Bounces that come ever faster would soon be shorter than the points at
		// which scan looks.
		if w.close++; w.count == 1 || math.Abs(c.t-w.last) > math.Ldexp(math.Abs(s.whole), -30) {
			w.close = 0
		}
		if w.last = c.t; w.close == 4 {
			return restart, s.fail(fmt.Errorf("%w: event %d happens ever faster", ErrEvents, c.event), c.t, s.whole)
		}
		y := make([]float64, len(s.y))
		if err := s.interpolate(y, c.t); err != nil {
			return restart, err
		}
		s.past = append(s.past, Occurrence{Event: c.event, T: c.t, Y: y})
		if w.Terminal == w.count {
			s.ended = c.event
		}
	}
	for _, c := range hit {
		if a := s.watches[c.event].Action; a != nil && c.t == s.t {
			restart = a(s.t, s.y) || restart
		}
	}
	if restart {
		s.forget()
	}
	if i := firstNotFinite(s.y); i >= 0 {
		return restart, &Error{Cause: fmt.Errorf("%w: after an event's action", ErrNotFinite), T: s.t, Component: i}
	}
	if !restart {
		return false, nil
	}
	for i := range s.watches {
		w := &s.watches[i]
		g, err := s.event(i, s.t, s.y)
		if err != nil {
			return restart, err
		}
		w.sign, w.rest = sign(g), 0
	}
	for _, c := range hit {
		if w := &s.watches[c.event]; c.t == s.t {
			g, err := s.event(c.event, s.t, s.y)
			if err != nil {
				return restart, err
			}
			w.sign, w.rest = 0, max(math.Abs(g), c.residual)
		}
	}
	return restart, nil
}

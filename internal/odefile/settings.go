package odefile

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// The most points of output that a file may ask for, and the most events and
// list entries.
const (
	maxPoints = 1_000_000
	maxEvents = 100
)

func (s *System) settings() error {
	for _, x := range []struct {
		field string
		dst   *string
	}{{"name", &s.Name}, {"description", &s.Description}, {"method", &s.Method}} {
		if n := s.root.find(x.field); n != nil {
			if err := n.want(scalar, x.field); err != nil {
				return err
			}
			*x.dst = n.text
		}
	}
	if s.root.find("t1") == nil {
		return s.root.fail("t1", errors.New("missing; want the time at which to end"))
	}
	for _, x := range []struct {
		field    string
		dst      *float64
		positive bool
	}{{"t0", &s.T0, false}, {"t1", &s.T1, false}, {"rtol", &s.RTol, true}, {"step", &s.Step, true}} {
		n := s.root.find(x.field)
		if n == nil {
			continue
		}
		v, err := s.constant(n, x.field)
		if err != nil {
			return err
		}
		if x.positive && v <= 0 {
			return n.fail(x.field, fmt.Errorf("%q: want a positive number", clip(n.text)))
		}
		*x.dst = v
	}
	var err error
	if s.Stiff, err = s.root.find("stiff").boolean("stiff"); err != nil {
		return err
	}
	if n := s.root.find("points"); n != nil {
		if s.Points, err = n.count("points", maxPoints); err != nil {
			return err
		}
		if s.root.find("at") != nil {
			return n.fail("points", errors.New("given beside at; want one of them"))
		}
	}
	if s.At, err = s.times("at"); err != nil {
		return err
	}
	if s.Stops, err = s.times("stops"); err != nil {
		return err
	}
	return s.absolute()
}

// times reads a list in the order of integration.
func (s *System) times(field string) ([]float64, error) {
	n := s.root.find(field)
	if n == nil {
		return nil, nil
	}
	if err := n.want(sequence, field); err != nil {
		return nil, err
	}
	prev := s.T0
	var out []float64
	for i, item := range n.list {
		field := field + "." + strconv.Itoa(i+1)
		v, err := s.constant(item, field)
		if err != nil {
			return nil, err
		}
		if dir := s.T1 - s.T0; (v-prev)*dir < 0 || (s.T1-v)*dir < 0 || dir == 0 && v != s.T0 {
			return nil, item.fail(field, fmt.Errorf("%v is out of order; want times in order from %v to %v", v, s.T0, s.T1))
		}
		out, prev = append(out, v), v
	}
	return out, nil
}

func (s *System) absolute() error {
	n := s.root.find("atol")
	if n == nil {
		return nil
	}
	var err error
	values := []float64{0}
	if n.kind == mapping {
		s.ATols, err = s.byState(n, "atol", 0)
		values = s.ATols
	} else {
		s.ATol, err = s.constant(n, "atol")
		values[0] = s.ATol
	}
	if err != nil {
		return err
	}
	for _, v := range values {
		if v < 0 {
			return n.fail("atol", fmt.Errorf("%v: want a number that is not negative", v))
		}
	}
	return nil
}

func (s *System) events() error {
	n := s.root.find("events")
	if n == nil {
		return nil
	}
	if err := n.want(sequence, "events"); err != nil {
		return err
	}
	if len(n.list) > maxEvents {
		return n.fail("events", fmt.Errorf("%d of them; want at most %d", len(n.list), maxEvents))
	}
	for i, item := range n.list {
		e, err := s.event(item, "events."+strconv.Itoa(i+1))
		if err != nil {
			return err
		}
		if e.Name == "" {
			e.Name = "event " + strconv.Itoa(i+1)
		}
		s.Events = append(s.Events, e)
	}
	return nil
}

func (s *System) event(n *node, field string) (e Event, err error) {
	if err := n.only(field, "name", "when", "direction", "terminal", "action", "max"); err != nil {
		return e, err
	}
	when := n.find("when")
	if when == nil {
		return e, n.fail(field+".when", errors.New("missing; want an expression, whose changes of sign are the event"))
	}
	if v := n.find("name"); v != nil {
		e.Name = v.text
	}
	if v := n.find("direction"); v != nil {
		switch v.text {
		case "rising", "1":
			e.Direction = 1
		case "falling", "-1":
			e.Direction = -1
		case "both", "0":
		default:
			return e, v.fail(field+".direction", fmt.Errorf("%q: want rising, falling or both", clip(v.text)))
		}
	}
	switch v := n.find("terminal"); {
	case v == nil || v.text == "false":
	case v.text == "true":
		e.Terminal = 1
	default:
		if e.Terminal, err = v.count(field+".terminal", maxPoints); err != nil {
			return e, err
		}
	}
	if v := n.find("max"); v != nil {
		if e.Max, err = v.count(field+".max", maxPoints); err != nil {
			return e, err
		}
	}
	c := newCompiler(s)
	if err := c.add(when, field+".when"); err != nil {
		return e, err
	}
	g, p := make([]float64, 1), c.p
	e.G = func(t float64, y []float64) float64 {
		p.run(g, t, y)
		return g[0]
	}
	if a := n.find("action"); a != nil {
		e.Action, err = s.action(a, field+".action")
	}
	return e, err
}

// assignments compiles an expression for each of the states that are named, and
// returns their places.
func (c *compiler) assignments(n *node, field string, states []string) ([]int, error) {
	if err := n.want(mapping, field); err != nil {
		return nil, err
	}
	places := make([]int, len(n.keys))
	for i, k := range n.keys {
		if places[i] = slices.Index(states, k.text); places[i] < 0 {
			return nil, k.fail(field, fmt.Errorf("%q is no state; states: %s", clip(k.text), list(states)))
		}
		if err := c.add(n.list[i], field+"."+k.text); err != nil {
			return nil, err
		}
	}
	return places, nil
}

// action assigns all at once: every expression sees the state before.
func (s *System) action(n *node, field string) (func(t float64, y []float64), error) {
	c := newCompiler(s)
	places, err := c.assignments(n, field, s.States)
	if err != nil {
		return nil, err
	}
	p, next := c.p, make([]float64, len(n.keys))
	return func(t float64, y []float64) {
		p.run(next, t, y)
		for i, j := range places {
			y[j] = next[i]
		}
	}, nil
}

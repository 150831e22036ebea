package odefile

import (
	"errors"
	"fmt"
	"strings"
)

// constant is the value of an expression of numbers and parameters.
func (s *System) constant(n *node, field string) (float64, error) {
	c := newCompiler(s)
	c.onlyConst = true
	v, err := c.expression(n, field)
	if err != nil {
		return 0, err
	}
	x := c.p.slab[v.slot]
	if x-x != 0 {
		return 0, n.fail(field, fmt.Errorf("%q is %v; want a finite number", clip(n.text), x))
	}
	return x, nil
}

// setParameters computes the parameters, in whatever order they refer to each
// other: as definitions, of which the constants are kept.
func (s *System) setParameters() error {
	n := s.root.find("parameters")
	if n == nil {
		return nil
	}
	define, states := s.define, s.States
	s.define, s.States = n, nil
	c := newCompiler(s)
	values := map[string]float64{}
	for i, k := range n.keys {
		field := "parameters." + k.text
		v, err := c.definition(k.text, n.list[i])
		if err != nil {
			var e *Error
			if errors.As(err, &e) {
				e.Field = strings.Replace(e.Field, "define.", "parameters.", 1)
			}
			return err
		}
		if !c.isConst[v.slot] {
			return n.list[i].fail(field, fmt.Errorf("%q changes with time; a parameter is a number, or an expression of others", clip(n.list[i].text)))
		}
		x := c.p.slab[v.slot]
		if x-x != 0 {
			return n.list[i].fail(field, fmt.Errorf("%q is %v; want a finite number", clip(n.list[i].text), x))
		}
		values[k.text] = x
	}
	s.define, s.States, s.parameters = define, states, values
	return nil
}

package odefile

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/ito-sde/ito/integrators/stochastic"
)

// Stochastic is what a file says of a stochastic differential equation. Unlike
// those of its System, the functions of SDE, Jumps and Quantity may be called
// concurrently.
type Stochastic struct {
	System
	SDE      stochastic.System
	Steps    int // 0: not given
	Jumps    Jumps
	Barriers []Barrier
	// Quantities are functions of the state to take statistics of; Quantity
	// writes as many numbers for each row of y.
	Quantities []string
	Quantity   func(dst []float64, t float64, y []float64)
}

// Barrier ends a path where a state reaches a level: see sde.Barrier.
type Barrier struct {
	Name     string
	State    int
	Level    float64
	Discrete bool
}

// maxNoises bounds the matrix of a general diffusion.
const maxNoises = 100

// LoadStochastic reads a file, as Load does.
func LoadStochastic(path string, set map[string]string) (*Stochastic, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return ParseStochastic(path, data, set)
}

// ParseStochastic is LoadStochastic for the contents of a file.
func ParseStochastic(path string, data []byte, set map[string]string) (*Stochastic, error) {
	s := &Stochastic{System: *newSystem(path)}
	err := s.build(data, set,
		[]string{"name", "description", "parameters", "define", "equations", "diffusion", "calculus", "y0", "t0", "t1",
			"at", "points", "steps", "method", "jumps", "barriers", "quantities"},
		[]string{"parameters", "define", "equations", "diffusion", "y0", "quantities"},
		s.setParameters, s.equations, s.diffusion, s.initial, s.settings, s.counts, s.jumps, s.barriers, s.quantities)
	if err != nil {
		return nil, located(path, err)
	}
	return s, nil
}

// diffusion reads b by state: one expression for a noise of the state's own, or a
// list with one for each common noise.
func (s *Stochastic) diffusion() error {
	n := s.root.find("diffusion")
	if n == nil {
		return s.root.fail("diffusion", errors.New("missing; want, for each state with noise, an expression or a list of one for each common noise"))
	}
	noises, own := 0, 0
	entries := make([][]*node, len(s.States))
	for i, k := range n.keys {
		field := "diffusion." + clip(k.text)
		j := slices.Index(s.States, k.text)
		if j < 0 {
			return k.fail(field, fmt.Errorf("%q is no state; states: %s", clip(k.text), list(s.States)))
		}
		switch v := n.list[i]; {
		case v.kind == mapping:
			return v.fail(field, errors.New("want an expression, or a list of them"))
		case v.kind == scalar:
			entries[j] = []*node{v}
			own++
		case len(v.list) == 0 || len(v.list) > maxNoises:
			return v.fail(field, fmt.Errorf("%d noises; want 1 to %d", len(v.list), maxNoises))
		default:
			entries[j] = v.list
			if noises != 0 && noises != len(v.list) {
				return v.fail(field, fmt.Errorf("%d noises, but %d before; lists must be equally long", len(v.list), noises))
			}
			noises = len(v.list)
		}
	}
	if own > 0 && noises > 0 {
		return n.fail("diffusion", errors.New("expressions beside lists; write lists for all states, [0, ...] for those without a noise"))
	}
	s.SDE = stochastic.System{Dim: len(s.States), NoiseDim: noises}
	switch v := s.root.find("calculus"); {
	case v == nil || v.text == "ito" || v.text == "Itô":
	case v.text == "stratonovich" || v.text == "Stratonovich":
		s.SDE.Calculus = stochastic.Stratonovich
	default:
		return v.fail("calculus", fmt.Errorf("%q: want ito or stratonovich", clip(v.text)))
	}
	drift := newCompiler(&s.System)
	for i, k := range s.States {
		if err := drift.add(s.root.find("equations").list[i], "equations."+k); err != nil {
			return err
		}
	}
	s.SDE.Drift = field(drift.p)
	if noises == 0 {
		return s.diagonal(entries)
	}
	c := newCompiler(&s.System)
	for i, list := range entries {
		if err := c.row(list, noises, "diffusion."+s.States[i]); err != nil {
			return err
		}
	}
	switch {
	case independent(c.p.depends()):
		s.SDE.Structure = stochastic.Additive
	case noises == 1:
		s.SDE.Structure = stochastic.Commutative
	}
	s.SDE.Diffusion = field(c.p)
	return nil
}

// row adds a row of the matrix b, zeros where there is no list.
func (c *compiler) row(list []*node, noises int, field string) error {
	for j := range noises {
		if list == nil {
			c.p.out = append(c.p.out, c.constant(0).slot)
			continue
		}
		if err := c.add(list[j], field+"."+strconv.Itoa(j+1)); err != nil {
			return err
		}
	}
	return nil
}

// diagonal is noise of every state's own: diagonal where it depends on that state
// alone, else the matrix with this diagonal.
func (s *Stochastic) diagonal(entries [][]*node) error {
	c := newCompiler(&s.System)
	for i, list := range entries {
		if err := c.row(list, 1, "diffusion."+s.States[i]); err != nil {
			return err
		}
	}
	depends := c.p.depends()
	for i, on := range depends {
		if len(on) > 1 || len(on) == 1 && int(on[0]) != i {
			return s.matrix(c)
		}
	}
	s.SDE.Structure, s.SDE.NoiseDim = stochastic.Diagonal, len(s.States)
	if independent(depends) {
		s.SDE.Structure = stochastic.AdditiveDiagonal
	}
	s.SDE.Diffusion = field(c.p)
	d := newCompiler(&s.System)
	for i, list := range entries {
		if err := d.row(list, 1, "diffusion."+s.States[i]); err != nil {
			return err
		}
	}
	places, slots, err := d.differentiate()
	if err != nil {
		return nil // methods that need the derivative say so
	}
	d.p.out = slices.Repeat([]int32{d.constant(0).slot}, len(s.States))
	for k, at := range places {
		d.p.out[at[0]] = slots[k] // at[1] is the same
	}
	s.SDE.DiffusionDerivative = field(d.p)
	return nil
}

// matrix lays a diagonal out as a matrix.
func (s *Stochastic) matrix(c *compiler) error {
	n := len(s.States)
	if n > maxNoises {
		return s.root.find("diffusion").fail("diffusion", fmt.Errorf("%d states whose noises depend on each other; want at most %d", n, maxNoises))
	}
	own := c.p.out
	c.p.out = slices.Repeat([]int32{c.constant(0).slot}, n*n)
	for i, slot := range own {
		c.p.out[i*n+i] = slot
	}
	s.SDE.NoiseDim = n
	s.SDE.Diffusion = field(c.p)
	return nil
}

func independent(depends [][]int32) bool {
	return !slices.ContainsFunc(depends, func(on []int32) bool { return len(on) > 0 })
}

// field makes a field of rows of a program; without a state, as additive noise is
// asked, it computes one row.
func field(p *program) func(dst []float64, t float64, y []float64) error {
	r, none := newRowProgram(p), make([]float64, p.dim)
	return func(dst []float64, t float64, y []float64) error {
		if y == nil {
			y = none
		}
		r.run(dst, t, y)
		return nil
	}
}

func (s *Stochastic) counts() error {
	n := s.root.find("steps")
	if n == nil {
		return nil
	}
	var err error
	s.Steps, err = n.count("steps", 1_000_000_000)
	return err
}

// barriers reads a list of {state, level, name, discrete}.
func (s *Stochastic) barriers() error {
	n := s.root.find("barriers")
	if n == nil {
		return nil
	}
	if err := n.want(sequence, "barriers"); err != nil {
		return err
	}
	if len(n.list) > maxEvents {
		return n.fail("barriers", fmt.Errorf("%d of them; want at most %d", len(n.list), maxEvents))
	}
	for i, item := range n.list {
		where := "barriers." + strconv.Itoa(i+1)
		if err := item.only(where, "state", "level", "name", "discrete"); err != nil {
			return err
		}
		b := Barrier{Name: "barrier " + strconv.Itoa(i+1)}
		if v := item.find("name"); v != nil {
			b.Name = v.text
		}
		v := item.find("state")
		if v == nil {
			return item.fail(where+".state", fmt.Errorf("missing; want one of the states %s", list(s.States)))
		}
		if b.State = slices.Index(s.States, v.text); b.State < 0 {
			return v.fail(where+".state", fmt.Errorf("%q is no state; states: %s", clip(v.text), list(s.States)))
		}
		level := item.find("level")
		if level == nil {
			return item.fail(where+".level", errors.New("missing; want the number that the state reaches"))
		}
		var err error
		if b.Level, err = s.constant(level, where+".level"); err != nil {
			return err
		}
		if b.Discrete, err = item.find("discrete").boolean(where + ".discrete"); err != nil {
			return err
		}
		s.Barriers = append(s.Barriers, b)
	}
	return nil
}

// quantities reads named expressions of t and the state.
func (s *Stochastic) quantities() error {
	n := s.root.find("quantities")
	if n == nil {
		return nil
	}
	c := newCompiler(&s.System)
	for i, k := range n.keys {
		if slices.Contains(s.States, k.text) {
			return k.fail("quantities", fmt.Errorf("%q is a state already", k.text))
		}
		if err := c.add(n.list[i], "quantities."+clip(k.text)); err != nil {
			return err
		}
		s.Quantities = append(s.Quantities, k.text)
	}
	if len(s.Quantities) > 0 {
		s.Quantity = newRowProgram(c.p).run
	}
	return nil
}

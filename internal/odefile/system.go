package odefile

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
)

// maxStates bounds the dense matrices of implicit methods, n × n numbers.
const maxStates = 1000

// System is what a file says. Its functions have scratch memory: they belong to
// one goroutine.
type System struct {
	Name, Description string
	States            []string
	T0, T1            float64
	Y0                []float64
	F                 integrators.Field
	Mass              []float64 // diagonal; nil: the identity
	// Linearisation holds the exact Jacobian, where the equations have one, and
	// the mass matrix.
	Linearisation    integrators.Linearisation
	Events           []Event
	Stops, At        []float64
	Points           int // equally spaced times of output; 0: not given
	Stiff            bool
	Method           string  // "": not given
	RTol, ATol, Step float64 // 0: not given
	ATols            []float64

	parameters map[string]float64
	define     *node
	root       *node
	file       string
}

// Event is watched: see ode.Event.
type Event struct {
	Name      string
	G         func(t float64, y []float64) float64
	Direction int
	Terminal  int
	Max       int
	Action    func(t float64, y []float64) // nil: none
}

// Load reads a file. set replaces parameters and initial values: name to
// expression.
func Load(path string, set map[string]string) (*System, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, data, set)
}

// readFile reads no more than a little over what a file may hold.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s is a folder; want a YAML or JSON file", path)
	}
	return io.ReadAll(io.LimitReader(f, maxBytes+1))
}

// Parse is Load for the contents of a file; path is its name in errors.
func Parse(path string, data []byte, set map[string]string) (*System, error) {
	s := newSystem(path)
	err := s.build(data, set,
		[]string{"name", "description", "parameters", "define", "equations", "y0", "t0", "t1", "mass", "stiff",
			"events", "stops", "at", "points", "method", "rtol", "atol", "step"},
		[]string{"parameters", "define", "equations", "y0", "mass"},
		s.setParameters, s.equations, s.initial, s.settings, s.events)
	if err != nil {
		return nil, located(path, err)
	}
	return s, nil
}

func newSystem(path string) *System {
	return &System{file: path, parameters: map[string]float64{}}
}

// located is an error with the file's name.
func located(path string, err error) error {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Err: err}
	}
	e.File = path
	return e
}

// build reads a file of these settings, of which sections are mappings, part by
// part.
func (s *System) build(data []byte, set map[string]string, settings, sections []string, parts ...func() error) error {
	root, err := read(data)
	if err != nil {
		return err
	}
	s.root = root
	if err := root.only("", settings...); err != nil {
		return err
	}
	for _, section := range sections {
		if n := root.find(section); n != nil {
			if err := n.want(mapping, section); err != nil {
				return err
			}
		}
	}
	if err := s.names(set); err != nil {
		return err
	}
	for _, part := range parts {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// names collects what expressions may refer to, and lets set replace texts.
func (s *System) names(set map[string]string) error {
	equations := s.root.find("equations")
	if equations == nil || len(equations.keys) == 0 {
		return s.root.fail("equations", errors.New("missing; want a line \"x: expression of dx/dt\" for each state"))
	}
	if n := len(equations.keys); n > maxStates {
		return equations.fail("equations", fmt.Errorf("%d states; want at most %d", n, maxStates))
	}
	taken := map[string]string{}
	for _, section := range []string{"parameters", "equations", "define"} {
		if n := s.root.find(section); n != nil {
			if err := n.checkNames(section, taken); err != nil {
				return err
			}
		}
	}
	for _, k := range equations.keys {
		s.States = append(s.States, k.text)
	}
	s.define = s.root.find("define")
	names := make([]string, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		n := s.root.find("parameters").find(name)
		if n == nil {
			n = s.root.find("y0").find(name)
		}
		if n == nil {
			return fmt.Errorf("no parameter or initial value %q to set; known: %s", clip(name), s.known(false))
		}
		*n = node{line: n.line, column: n.column, text: set[name]}
	}
	return nil
}

// known lists the names for an error.
func (s *System) known(onlyConst bool) string {
	var names []string
	if !onlyConst {
		names = append(append(names, "t"), s.States...)
	}
	for _, section := range []string{"parameters", "define"} {
		if n := s.root.find(section); n != nil && (section == "parameters" || !onlyConst) {
			for _, k := range n.keys {
				names = append(names, k.text)
			}
		}
	}
	return list(append(names, "pi"))
}

func list(names []string) string {
	const most = 30
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

func (s *System) equations() error {
	c := newCompiler(s)
	n := s.root.find("equations")
	for i, k := range n.keys {
		if err := c.add(n.list[i], "equations."+k.text); err != nil {
			return err
		}
	}
	if s.define != nil { // those not used must be right too
		spare := newCompiler(s)
		for i, k := range s.define.keys {
			if _, err := spare.definition(k.text, s.define.list[i]); err != nil {
				return err
			}
		}
	}
	p := c.p
	s.linearise()
	s.F = func(dst []float64, t float64, y []float64) error {
		p.run(dst, t, y)
		return nil
	}
	return nil
}

// byState reads one number for each state; missing ones are an error if absent is
// not a number.
func (s *System) byState(n *node, field string, absent float64) ([]float64, error) {
	out := make([]float64, len(s.States))
	for i := range out {
		out[i] = absent
	}
	for i, k := range n.keys {
		j := slices.Index(s.States, k.text)
		if j < 0 {
			return nil, k.fail(field, fmt.Errorf("%q is no state; states: %s", clip(k.text), list(s.States)))
		}
		v, err := s.constant(n.list[i], field+"."+k.text)
		if err != nil {
			return nil, err
		}
		out[j] = v
	}
	for i, v := range out {
		if math.IsNaN(v) {
			return nil, n.fail(field, fmt.Errorf("no value for the state %q", s.States[i]))
		}
	}
	return out, nil
}

func (s *System) initial() (err error) {
	n := s.root.find("y0")
	if n == nil {
		return s.root.fail("y0", fmt.Errorf("missing; want an initial value for each of %s", list(s.States)))
	}
	if s.Y0, err = s.byState(n, "y0", math.NaN()); err != nil {
		return err
	}
	if n := s.root.find("mass"); n != nil {
		if s.Mass, err = s.byState(n, "mass", 1); err != nil {
			return err
		}
		s.Linearisation.Mass = jacobian.Diagonal(s.Mass)
	}
	return nil
}

// Explain says what equation i computes, for the error of a solve that failed
// there.
func (s *System) Explain(i int, t float64, y []float64) string {
	if i < 0 || i >= len(s.States) || len(y) != len(s.States) {
		return ""
	}
	n := s.root.find("equations").list[i]
	dst := make([]float64, len(y))
	_ = s.F(dst, t, y)
	return fmt.Sprintf("%s:%d: equations.%s: %q is %v at t = %v", s.file, n.line, s.States[i], clip(n.text), dst[i], t)
}

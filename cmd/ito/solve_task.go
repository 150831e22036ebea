package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/internal/odefile"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/validation/problems"
)

// task is what ito solve solves: a problem of the catalogue or a file.
type task struct {
	name, doc  string
	components []string
	f          integrators.Field
	t0, t1     float64
	y0         []float64
	c          ode.Config // tolerances, stops, events, times of output
	linear     integrators.Linearisation
	points     int
	stiff      bool
	method     string
	events     []string
	// err is the distance from the reference at t1, explain an equation's value;
	// both may be nil.
	err     func(y []float64) float64
	explain func(component int, t float64, y []float64) string
}

// newTask reads the argument of ito solve.
func newTask(name string, set map[string]string) (*task, error) {
	if p, ok := problems.ByName(name); ok {
		if len(set) > 0 {
			return nil, fmt.Errorf("--set is for system files; %s is a problem of the catalogue", name)
		}
		return problemTask(p), nil
	}
	_, err := os.Stat(name)
	switch ext := filepath.Ext(name); {
	case errors.Is(err, fs.ErrNotExist) && !slices.Contains([]string{".yaml", ".yml", ".json"}, ext):
		return nil, fmt.Errorf("no problem and no file %q; a file ends in .yaml or .json, problems are: %s", name, problemNames())
	case err != nil:
		return nil, err
	}
	s, err := odefile.Load(name, set)
	if err != nil {
		return nil, err
	}
	return fileTask(name, s), nil
}

func problemNames() string {
	var names []string
	for _, p := range problems.Catalogue {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

func problemTask(p problems.Problem) *task {
	t := &task{name: p.Name, doc: p.Doc, f: p.F, t0: p.T0, t1: p.T1, y0: p.Y0, stiff: p.Stiff, linear: p.Linearisation()}
	for i := range p.Y0 {
		t.components = append(t.components, fmt.Sprintf("y%d", i+1))
	}
	t.c.Stops = p.Breaks
	t.c.RTol, t.c.ATol = 1e-6, 1e-6*p.AbsScale
	if p.Reference != nil {
		t.err = p.Error
	}
	return t
}

func fileTask(path string, s *odefile.System) *task {
	t := &task{
		name: s.Name, doc: s.Description, components: s.States, f: s.F, t0: s.T0, t1: s.T1, y0: s.Y0,
		points: s.Points, stiff: s.Stiff || s.Mass != nil, method: s.Method, explain: s.Explain,
		linear: s.Linearisation,
	}
	if t.name == "" {
		t.name = filepath.Base(path)
	}
	if t.method == "" && !t.stiff {
		t.method = "auto5"
	}
	t.c = ode.Config{RTol: s.RTol, ATol: s.ATol, ATols: s.ATols, Step: s.Step, Stops: s.Stops, At: s.At}
	if s.Step == 0 && s.RTol == 0 {
		t.c.RTol = 1e-6
	}
	if s.Step == 0 && s.ATol == 0 && s.ATols == nil {
		t.c.ATol = t.c.RTol
	}
	for _, e := range s.Events {
		event := ode.Event{G: e.G, Direction: e.Direction, Terminal: e.Terminal, Max: e.Max}
		if act := e.Action; act != nil {
			event.Action = func(t float64, y []float64) bool {
				act(t, y)
				return true
			}
		}
		t.c.Events, t.events = append(t.c.Events, event), append(t.events, e.Name)
	}
	return t
}

// entry is the method to solve by.
func (t *task) entry() (ode.Entry, error) {
	switch {
	case t.method != "":
		return ode.ByName(t.method)
	case t.stiff:
		return ode.ByName("rodas5p")
	}
	return ode.ByName("tsit5")
}

// linearise gives an implicit method the Jacobian and the mass matrix.
func (t *task) linearise(c *ode.Config, e ode.Entry) error {
	if _, implicit := e.Method.(integrators.Implicit); implicit {
		c.Linearisation = t.linear
	} else if t.linear.Mass != nil {
		return fmt.Errorf("%s has a mass matrix, which the explicit method %s cannot honour; take one made for stiff problems", t.name, e.Name)
	}
	return nil
}

// place finds a component by its name; −1 is time.
func (t *task) place(name string) (int, error) {
	if name == "t" {
		return -1, nil
	}
	if i := slices.Index(t.components, name); i >= 0 {
		return i, nil
	}
	known := t.components
	if len(known) > 20 {
		known = append(slices.Clone(known[:20]), "…")
	}
	return 0, fmt.Errorf("no component %q; known: t, %s", name, strings.Join(known, ", "))
}

// fail adds to an error of the solve what the user's own names are.
func (t *task) fail(err error, r ode.Result) error {
	if errors.Is(err, ode.ErrEvents) {
		return fmt.Errorf("%w; events from 0 on: %s", err, strings.Join(t.events, ", "))
	}
	var e *ode.Error
	if !errors.As(err, &e) || e.Component < 0 || e.Component >= len(t.components) {
		return err
	}
	what := t.components[e.Component]
	if t.explain != nil && errors.Is(err, ode.ErrNotFinite) {
		return fmt.Errorf("%w; component %d is %s: %s", err, e.Component, what, t.explain(e.Component, r.T, r.Y))
	}
	return fmt.Errorf("%w; component %d is %s", err, e.Component, what)
}

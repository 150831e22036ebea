package shooting

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/ode/sensitivity"
)

var (
	// ErrConfig is wrapped where an argument is wrong.
	ErrConfig = errors.New("shooting: bad configuration")
	// ErrIntegration is wrapped where an interval cannot be integrated from the
	// guess: its cause is wrapped too. A better guess or more nodes help.
	ErrIntegration = errors.New("shooting: cannot integrate between nodes")
	// ErrConditions is wrapped where a condition is not a number or was not set.
	ErrConditions = errors.New("shooting: boundary conditions cannot be evaluated")
	// ErrSingular is wrapped where Newton's matrix is singular to working
	// precision: conditions that depend on each other or do not fix the solution,
	// or intervals over which solutions grow by more than 1e15, where more nodes
	// help.
	ErrSingular = errors.New("shooting: Newton's matrix is singular")
	// ErrConvergence is wrapped where Newton's method finds no solution.
	ErrConvergence = errors.New("shooting: Newton's method does not converge")
)

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrConfig, fmt.Sprintf(format, args...))
}

// Problem is a boundary-value problem with n states and m unknown parameters. A
// free end or period T is a parameter p_j of the field T f on [0, 1]; an
// eigenvalue one of a linear field, with one more condition to fix the size of
// its function. Known parameters are variables of the program.
type Problem struct {
	States int // n
	// System is f with its derivatives, of which only Jacobian is used, or
	// differences of Field where it is nil.
	System sensitivity.System
	// Points are the times τ_1 < ... < τ_k of the conditions, at least two. The
	// first and the last are the ends.
	Points []float64
	// Conditions sets dst = g, n+m numbers, given y[j], the state at Points[j].
	// It is differentiated by central differences.
	Conditions func(dst []float64, y [][]float64, p []float64) error
}

// Config says how to solve.
type Config struct {
	// Method and Solve integrate between nodes. Solve gives tolerances or a fixed
	// Step; At, Events, State and Observer are not for it.
	Method integrators.Method
	Solve  ode.Config
	// Nodes are times between the ends, in order, where integration starts anew
	// beside Points. Without any, problems whose initial-value problems are tame
	// are solved the fastest. Solutions should not grow by more than some
	// thousand from node to node.
	Nodes []float64
	// RTol and ATol are what Newton's method is carried to: its correction and the
	// gaps between intervals are less than ATol + RTol s, with s the largest size
	// of the component at any node. Both 0: those of Solve, where it has any.
	RTol, ATol float64
	// MaxIterations bounds the iterations of Newton's method; 0: 50.
	MaxIterations int
}

// layout checks the arguments, fills in tolerances, and returns the nodes and
// which of them are Points.
func (b *Problem) layout(p []float64, c *Config) (nodes []float64, kept []int, err error) {
	s := &c.Solve
	if c.RTol == 0 && c.ATol == 0 {
		c.RTol, c.ATol = s.RTol, s.ATol
	}
	switch {
	case c.Method == nil:
		return nil, nil, bad("no method is given")
	case b.System.Field == nil || b.Conditions == nil:
		return nil, nil, bad("a Field and Conditions must be given")
	case b.States < 1:
		return nil, nil, bad("States is %d; want the number of states", b.States)
	case len(b.Points) < 2:
		return nil, nil, bad("%d Points, want at least the two ends", len(b.Points))
	case s.At != nil || s.Events != nil || s.Observer != nil || !s.State.IsZero():
		return nil, nil, bad("At, Events, State and Observer of Solve are not for boundary-value problems")
	case !(c.RTol >= 0) || !(c.ATol >= 0) || math.IsInf(c.RTol+c.ATol, 0) || c.RTol+c.ATol == 0:
		return nil, nil, bad("the tolerances of Newton's method are RTol %v, ATol %v; want positive ones", c.RTol, c.ATol)
	case c.MaxIterations < 0:
		return nil, nil, bad("MaxIterations %d", c.MaxIterations)
	}
	if c.MaxIterations == 0 {
		c.MaxIterations = 50
	}
	for i, v := range p {
		if v-v != 0 {
			return nil, nil, bad("the guess of parameter %d is %v", i, v)
		}
	}
	if err := growing("Points", b.Points); err != nil {
		return nil, nil, err
	}
	if err := growing("Nodes", c.Nodes); err != nil {
		return nil, nil, err
	}
	first, last := b.Points[0], b.Points[len(b.Points)-1]
	for i, t := range c.Nodes {
		if !(t > first && t < last) {
			return nil, nil, bad("Nodes[%d] is %v; want times between the ends %v and %v", i, t, first, last)
		}
	}
	nodes = slices.Concat(b.Points, c.Nodes)
	slices.Sort(nodes)
	nodes = slices.Compact(nodes)
	for _, t := range b.Points {
		i, _ := slices.BinarySearch(nodes, t)
		kept = append(kept, i)
	}
	return nodes, kept, nil
}

func growing(what string, times []float64) error {
	for i, t := range times {
		if t-t != 0 || i > 0 && !(t > times[i-1]) {
			return bad("%s[%d] is %v; want finite times that grow", what, i, t)
		}
	}
	return nil
}

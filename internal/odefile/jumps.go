package odefile

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/ito-sde/ito/sde/noise"
)

// marks are the random numbers of a jump, by the names that its expressions know:
// N(0, 1), uniform on (0, 1), exponential of mean 1, independent of each other.
var marks = []string{"normal", "uniform", "exponential"}

// Jumps are those of a compound Poisson process: see sde.Jumps. Apply may be called
// concurrently.
type Jumps struct {
	Rate  float64 // 0: none
	Apply func(t float64, y []float64, s *noise.Stream) error
}

// jumps reads {rate, action}. An action assigns all at once, as that of an event, and
// may refer to the marks.
func (s *Stochastic) jumps() error {
	n := s.root.find("jumps")
	if n == nil {
		return nil
	}
	if err := n.only("jumps", "rate", "action"); err != nil {
		return err
	}
	rate, action := n.find("rate"), n.find("action")
	if rate == nil || action == nil {
		return n.fail("jumps", errors.New("want a rate per unit of time and an action such as {x: x*exp(normal)}"))
	}
	r, err := s.constant(rate, "jumps.rate")
	if err == nil && r < 0 {
		err = rate.fail("jumps.rate", fmt.Errorf("%v; want a rate that is not negative", r))
	}
	if err != nil {
		return err
	}
	for _, m := range marks {
		if _, taken := s.parameters[m]; taken || slices.Contains(s.States, m) || s.define.find(m) != nil {
			return n.fail("jumps", fmt.Errorf("%q is a random number of jumps; give what bears the name another", m))
		}
	}
	apply, err := s.apply(action)
	if err == nil && r > 0 {
		s.Jumps = Jumps{r, apply}
	}
	return err
}

// apply is an action on a state that the marks follow.
func (s *Stochastic) apply(n *node) (func(t float64, y []float64, stream *noise.Stream) error, error) {
	c := newCompiler(&System{States: append(slices.Clone(s.States), marks...), parameters: s.parameters, define: s.define, root: s.root})
	places, err := c.assignments(n, "jumps.action", s.States)
	if err != nil {
		return nil, err
	}
	p, dim := newRowProgram(c.p), len(s.States)
	memory := sync.Pool{New: func() any {
		m := make([]float64, c.p.dim+len(places))
		return &m
	}}
	return func(t float64, y []float64, stream *noise.Stream) error {
		m := memory.Get().(*[]float64)
		defer memory.Put(m)
		x, after := (*m)[:c.p.dim], (*m)[c.p.dim:]
		copy(x, y)
		x[dim], x[dim+1], x[dim+2] = stream.Normal(), stream.Uniform(), -math.Log(stream.Uniform())
		p.run(after, t, x)
		for i, j := range places {
			y[j] = after[i]
		}
		return nil
	}, nil
}

package rosenbrock

import (
	"cmp"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/internal/vec"
)

// stepper steps a Tableau. Its vectors are as long as the state rounded up to a
// multiple of four, the rest of them zero, so that the kernels need no tail.
type stepper struct {
	m        *Tableau
	lin      *integrators.Linear
	lu       *jacobian.LU[float64]
	dim, pad int

	stages          []stage
	weights, errors vec.Terms

	t, h      float64
	y, next   []float64
	low, rest []float64 // what rounding took off y and takes off next
	at, slope []float64 // the state of a stage, and f there
	sum       []float64
	u         []float64 // all stages, one after the other

	// At the start of the step: f with its derivatives.
	f0, ft     []float64
	linear     bool    // f0 and the Jacobian are those at t
	span       float64 // the step that f_t was made for; 0: for none yet
	part       float64 // of a step is that of its differences
	drifts     bool    // f_t is not zero
	autonomous bool

	// The last accepted step, for Interpolate.
	start  []float64
	t0, h0 float64
	extra  bool // the further stages of the interpolant are done
	coef   []float64
	dense  vec.Terms // with coef as coefficients
}

// stage is a row of the tableau.
type stage struct {
	node, d float64
	a, c    vec.Terms
	grows   bool // a adds to the state of the stage before
	slope   source
}

// source says where f at a stage comes from.
type source uint8

const (
	evaluated source = iota
	atStart          // it is f at the start of the step
	before           // it is that of the stage before
)

// sharp is the tolerance below which a Jacobian by differences has to be of second
// order: that of first order errs by f's curvature in the eighth digit, which is an
// error of (hλ)² 1e-8 in every step alike, where steps of order 4 to 6 are as long as
// (hλ)² = 1e-4 at a tolerance of 1e-10.
const sharp = 1e-10

func newStepper(m *Tableau, f integrators.Field, dim int, l integrators.Linearisation, autonomous bool) (integrators.Stepper, error) {
	if dim < 1 {
		return nil, fmt.Errorf("%w: a state of %d numbers", integrators.ErrLinearisation, dim)
	}
	lin, err := integrators.NewLinear(f, dim, l)
	if err != nil {
		return nil, err
	}
	tol := cmp.Or(l.RTol, l.ATol)
	if tol > 0 && tol < sharp {
		lin.Sharpen()
	}
	all, pad := len(m.A), (dim+3)&^3
	s := &stepper{m: m, lin: lin, lu: jacobian.NewLU[float64](lin.Pattern), dim: dim, pad: pad, autonomous: autonomous, part: m.part(tol)}
	mem := make([]float64, (all+10)*pad)
	for _, v := range []*[]float64{&s.y, &s.next, &s.at, &s.slope, &s.sum, &s.f0, &s.ft, &s.start, &s.low, &s.rest} {
		*v, mem = mem[:pad:pad], mem[pad:]
	}
	s.u = mem
	s.stages = make([]stage, all)
	for i := range s.stages {
		s.stages[i] = m.stage(i, pad)
	}
	s.weights, s.errors = vec.RowTerms(m.balanced(), pad), vec.RowTerms(m.E, pad)
	s.coef = make([]float64, all)
	off := make([]int, all)
	for i := range off {
		off[i] = i * pad
	}
	s.dense = vec.NewTerms(s.coef, off)
	return s, nil
}

// stage finds what a row shares with the start or with the row before it.
func (m *Tableau) stage(i, pad int) stage {
	g := stage{node: m.Nodes[i], d: m.D[i], a: vec.RowTerms(m.A[i], pad), c: vec.RowTerms(m.C[i], pad)}
	switch {
	case len(trim(m.A[i])) == 0 && m.Nodes[i] == 0:
		g.slope = atStart
	case i > 1 && prefix(m.A[i-1], m.A[i]) && len(trim(m.A[i-1])) > 0:
		g.grows = true
		g.a = vec.RowTerms(append(make([]float64, i-1), m.A[i][i-1]), pad)
		if m.A[i][i-1] == 0 && m.Nodes[i] == m.Nodes[i-1] {
			g.slope = before
		}
	}
	return g
}

// prefix reports whether b continues a.
func prefix(a, b []float64) bool {
	for j, v := range a {
		if b[j] != v {
			return false
		}
	}
	return true
}

// trim leaves out zeros at the end.
func trim(row []float64) []float64 {
	for len(row) > 0 && row[len(row)-1] == 0 {
		row = row[:len(row)-1]
	}
	return row
}

func (s *stepper) Counts() integrators.Counts { return s.lin.Counts }

func (s *stepper) Reset(t float64, y []float64) error {
	if len(y) != s.dim {
		panic(fmt.Sprintf("rosenbrock: state of %d numbers, want %d", len(y), s.dim))
	}
	s.t = t
	copy(s.y, y)
	clear(s.low)
	s.linear, s.span = false, 0
	return nil
}

// Carry lends what rounding took off the state.
func (s *stepper) Carry() []float64 { return s.low[:s.dim] }

func (s *stepper) Try(dst, estimate []float64, h float64) error {
	if err := s.linearise(h); err != nil {
		return err
	}
	s.lin.Counts.Factorisations++
	if err := s.lu.Factor(1/(h*s.m.Gamma), s.lin.Mass, s.lin.J); err != nil {
		return fmt.Errorf("%w: %w", integrators.ErrDiverged, err)
	}
	for i := range s.m.B {
		if err := s.solve(i, s.t, s.y, h); err != nil {
			return err
		}
	}
	s.weights.Accumulate(s.next, s.rest, s.y, s.low, 1, s.u)
	s.h = h
	copy(dst, s.next)
	if estimate != nil {
		s.errors.Combine(s.sum, nil, 1, s.u)
		copy(estimate, s.sum)
	}
	return nil
}

// linearise evaluates f and its derivatives at the start of the step, if they
// are not known yet.
func (s *stepper) linearise(h float64) error {
	y := s.y[:s.dim]
	if !s.linear {
		if err := s.lin.Eval(s.f0[:s.dim], s.t, y); err != nil {
			return err
		}
		if err := s.lin.Linearise(s.t, y, s.f0[:s.dim]); err != nil {
			return err
		}
		s.linear = true
	}
	// Differences made for a step a hundred times as long may not resolve f in
	// this one.
	if s.autonomous || s.span != 0 && math.Abs(s.span) < 100*math.Abs(h) {
		return nil
	}
	return s.differ(h)
}

// solve computes stage i of the step of length h from y at t.
func (s *stepper) solve(i int, t float64, y []float64, h float64) error {
	g, n := &s.stages[i], s.dim
	slope := s.slope
	switch g.slope {
	case atStart:
		slope = s.f0
	case evaluated:
		base := y
		if g.grows {
			base = s.at
		}
		g.a.Combine(s.at, base, 1, s.u)
		if err := s.lin.Eval(slope[:n], t+g.node*h, s.at[:n]); err != nil {
			return err
		}
	}
	u := s.u[i*s.pad : (i+1)*s.pad]
	switch {
	case i == 0:
		copy(u, slope)
	case s.lin.Mass == nil:
		g.c.Combine(u, slope, 1/h, s.u[:i*s.pad])
	default:
		g.c.Combine(s.sum, nil, 1/h, s.u)
		s.lin.Mass.MulVec(u[:n], s.sum[:n])
		for j, v := range slope[:n] {
			u[j] += v
		}
	}
	if s.drifts && g.d != 0 {
		hd := h * g.d
		for j, v := range s.ft[:n] {
			u[j] += hd * v
		}
	}
	s.lu.Solve(u[:n])
	return nil
}

func (s *stepper) Accept() {
	s.start, s.y, s.next = s.y, s.next, s.start
	s.low, s.rest = s.rest, s.low
	s.t0, s.h0, s.extra = s.t, s.h, false
	s.t += s.h
	s.linear, s.span = false, 0
}

func (s *stepper) Interpolate(dst []float64, theta float64) error {
	if !s.extra {
		for i := len(s.m.B); i < len(s.stages); i++ {
			if err := s.solve(i, s.t0, s.start, s.h0); err != nil {
				return err
			}
		}
		s.extra = true
	}
	s.m.weights(s.coef, theta)
	s.dense.Combine(s.sum, s.start, 1, s.u)
	copy(dst, s.sum)
	return nil
}

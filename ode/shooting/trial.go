package shooting

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/ode/sensitivity"
)

// trial evaluates the gaps and conditions at the unknowns x = (y_0, ..., y_N, p):
//
//	F_i = Φ_i(y_i, p) − y_(i+1),   F_N = g,
//
// where Φ_i integrates from node i to the next.
type trial struct {
	*Problem
	c           Config
	n, m        int
	nodes       []float64
	kept        []int
	weights     []float64 // of the unknowns: what their corrections are measured by
	evaluations int
}

func (s *trial) intervals() int { return len(s.nodes) - 1 }

func (s *trial) state(x []float64, i int) []float64 { return x[i*s.n : (i+1)*s.n] }

func (s *trial) parameters(x []float64) []float64 { return x[(s.intervals()+1)*s.n:] }

// span is the configuration of the solves on interval i, with its stops.
func (s *trial) span(i int) ode.Config {
	c := s.c.Solve
	c.Stops = nil
	for _, t := range s.c.Solve.Stops {
		if t > s.nodes[i] && t <= s.nodes[i+1] {
			c.Stops = append(c.Stops, t)
		}
	}
	return c
}

// residual sets f = F(x).
func (s *trial) residual(ctx context.Context, f, x []float64) error {
	p := s.parameters(x)
	field := func(dst []float64, t float64, y []float64) error { return s.System.Field(dst, t, y, p) }
	for i := range s.intervals() {
		r, err := ode.Solve(ctx, s.c.Method, field, s.nodes[i], s.nodes[i+1], s.state(x, i), s.span(i))
		s.evaluations += r.Stats.Evaluations
		if err != nil {
			return s.failed(i, err)
		}
		floats.SubTo(s.state(f, i), r.Y, s.state(x, i+1))
	}
	return s.conditions(f[s.intervals()*s.n:], x)
}

func (s *trial) failed(i int, err error) error {
	return fmt.Errorf("%w: from t = %v to %v: %w", ErrIntegration, s.nodes[i], s.nodes[i+1], err)
}

func (s *trial) conditions(dst, x []float64) error {
	for i := range dst {
		dst[i] = math.NaN()
	}
	y := make([][]float64, len(s.kept))
	for j, i := range s.kept {
		y[j] = s.state(x, i)
	}
	if err := s.Conditions(dst, y, s.parameters(x)); err != nil {
		return fmt.Errorf("%w: %w", ErrConditions, err)
	}
	for i, v := range dst {
		if v-v != 0 {
			return fmt.Errorf("%w: condition %d of %d is %v or was not set", ErrConditions, i, len(dst), v)
		}
	}
	return nil
}

// weigh sets the weights at x.
func (s *trial) weigh(x []float64) {
	for j := range s.weights {
		s.weights[j] = s.c.ATol + s.c.RTol*s.scale(x, j)
		if s.weights[j] == 0 {
			s.weights[j] = s.c.RTol
		}
	}
}

// scale is the largest size of the component of x at any node.
func (s *trial) scale(x []float64, j int) float64 {
	if j >= (s.intervals()+1)*s.n {
		return math.Abs(x[j])
	}
	most := 0.0
	for i := j % s.n; i < (s.intervals()+1)*s.n; i += s.n {
		most = math.Max(most, math.Abs(x[i]))
	}
	return most
}

// linearise sets f = F(x) and b to its derivative, with unknowns and gaps in
// units of weights. The derivative is that of the very steps of residual, except
// at a guess: one at rest, such as zero, would be crossed by steps too long for it.
func (s *trial) linearise(ctx context.Context, b *blocks, f, x []float64, guess bool) error {
	control := guess && s.c.Solve.Step == 0 && s.c.Solve.ATols == nil
	w := s.weights
	wp := s.parameters(w)
	for i := range s.intervals() {
		r, err := sensitivity.Forward(ctx, s.c.Method, s.System, s.nodes[i], s.nodes[i+1], s.state(x, i), s.parameters(x),
			sensitivity.Config{Config: s.span(i), ErrorControl: control})
		s.evaluations += r.Stats.Evaluations
		if err != nil {
			return s.failed(i, err)
		}
		floats.SubTo(s.state(f, i), r.Y, s.state(x, i+1))
		for row := range s.n {
			dst := b.flow[i].RawRowView(row)
			for j := range s.n {
				dst[j] = r.Y0.At(row, j) * w[j] / w[row]
			}
			for j := range s.m {
				dst[s.n+j] = r.P.At(row, j) * wp[j] / w[row]
			}
		}
	}
	if err := s.conditions(f[s.intervals()*s.n:], x); err != nil {
		return err
	}
	return s.differentiate(b, x)
}

// differentiate sets the derivatives of the conditions by central differences.
func (s *trial) differentiate(b *blocks, x []float64) error {
	x = slices.Clone(x)
	plus, minus := make([]float64, s.n+s.m), make([]float64, s.n+s.m)
	column := 0
	one := func(j int) error {
		v, h := x[j], s.scale(x, j)
		if h == 0 {
			h = 1
		}
		h *= 0x1p-17 // near the cube root of 2⁻⁵²: truncation h² and rounding ε/h balance
		x[j] = v + h
		d := x[j]
		err := s.conditions(plus, x)
		if err == nil {
			x[j] = v - h
			d -= x[j]
			err = s.conditions(minus, x)
		}
		x[j] = v
		for i := range plus {
			b.cond.Set(i, column, (plus[i]-minus[i])/d*s.weights[j])
		}
		column++
		return err
	}
	for _, i := range s.kept {
		for j := range s.n {
			if err := one(i*s.n + j); err != nil {
				return err
			}
		}
	}
	for j := range s.m {
		if err := one((s.intervals()+1)*s.n + j); err != nil {
			return err
		}
	}
	return nil
}

// worst names the largest of the gaps and conditions.
func (s *trial) worst(f []float64) string {
	i := floats.MaxIdx(absolute(f))
	if gaps := s.intervals() * s.n; i >= gaps {
		return fmt.Sprintf("residual %.3g in condition %d", math.Abs(f[i]), i-gaps)
	}
	return fmt.Sprintf("residual %.3g in component %d of the gap at t = %v", math.Abs(f[i]), i%s.n, s.nodes[i/s.n+1])
}

func absolute(v []float64) []float64 {
	a := make([]float64, len(v))
	for i, x := range v {
		a[i] = math.Abs(x)
	}
	return a
}

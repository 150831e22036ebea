package rosenbrock_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/rosenbrock"
	"github.com/ito-sde/ito/validation/problems"
)

// adapt integrates from 0 to t1 with steps h' = h min(5, max(1/5, 0.9 e^(−1/q))),
// q the order of the estimate plus one.
func adapt(m integrators.Implicit, f integrators.Field, l integrators.Linearisation, t1 float64, y []float64, rtol, atol float64) (s integrators.Stepper, err error) {
	if s, err = m.Implicit(f, len(y), l); err != nil {
		return nil, err
	}
	if err := s.Reset(0, y); err != nil {
		return nil, err
	}
	_, q := m.Order()
	next, e := make([]float64, len(y)), make([]float64, len(y))
	h, t := 1e-6, 0.0
	for range 100000 {
		if t == t1 {
			return s, nil
		}
		h = math.Min(h, t1-t)
		norm := 0.0
		switch err := s.Try(next, e, h); {
		case errors.Is(err, integrators.ErrDiverged):
			h /= 2
			continue
		case err != nil:
			return nil, err
		}
		for i, v := range e {
			v /= atol + rtol*math.Max(math.Abs(y[i]), math.Abs(next[i]))
			norm += v * v
		}
		if norm = math.Sqrt(norm / float64(len(y))); math.IsNaN(norm) {
			norm = math.Inf(1) // a stage overflowed
		}
		if norm <= 1 {
			s.Accept()
			copy(y, next)
			if t += h; t1-t < 1e-12*t1 {
				t = t1
			}
		}
		h *= math.Min(5, math.Max(0.2, 0.9*math.Pow(norm, -1/float64(q+1))))
	}
	return nil, fmt.Errorf("%v is at %v after 100000 steps", m, t)
}

// linearisation is what a problem tells of its Jacobian.
func linearisation(p problems.Problem) integrators.Linearisation {
	var of *jacobian.Matrix
	var set func(i, j int, v float64) // of, kept: a method value allocates
	l := integrators.Linearisation{Jacobian: func(m *jacobian.Matrix, x float64, y []float64) error {
		if m != of {
			of, set = m, m.Set
		}
		p.Jacobian(set, x, y)
		return nil
	}}
	if n := len(p.Y0); p.Lower+p.Upper+1 < n {
		l.Pattern = jacobian.Banded(n, p.Lower, p.Upper)
	}
	if p.Mass != nil {
		l.Mass = jacobian.Diagonal(p.Mass)
	}
	return l
}

// The global error at the end against the references is of the size of the
// tolerance of a step, somewhat more where oscillations carry it on.
func TestStiffProblems(t *testing.T) {
	for _, name := range []string{"robertson", "vdp1000", "hires", "orego"} {
		p, ok := problems.ByName(name)
		require.True(t, ok)
		for _, e := range rosenbrock.Catalogue {
			for _, tol := range []float64{1e-4, 1e-7} {
				bound := 10.0
				if e.Method.P == 3 {
					if bound = 100; tol < 1e-4 {
						continue // too many steps
					}
				}
				y := append([]float64(nil), p.Y0...)
				_, err := adapt(e.Method, p.F, linearisation(p), p.T1, y, tol, tol*p.AbsScale)
				require.NoError(t, err, p.Name)
				require.Less(t, p.Error(y), bound*tol, "%s, %s at %v", e.Name, p.Name, tol)
				for _, invariant := range p.Invariants {
					require.InEpsilon(t, invariant(p.Y0), invariant(y), 1e-11, "%s, %s", e.Name, p.Name)
				}
			}
		}
	}
}

// The last of Robertson's equations replaced by the sum: linear constraints are
// kept to rounding.
func TestRobertsonConstrained(t *testing.T) {
	p, _ := problems.ByName("robertson")
	f := func(d []float64, x float64, y []float64) error {
		err := p.F(d, x, y)
		d[2] = y[0] + y[1] + y[2] - 1
		return err
	}
	j := func(m *jacobian.Matrix, x float64, y []float64) error {
		p.Jacobian(m.Set, x, y)
		for k := range 3 {
			m.Set(2, k, 1)
		}
		return nil
	}
	for _, e := range rosenbrock.Catalogue {
		y := []float64{1, 0, 0}
		s, err := adapt(e.Method, f, integrators.Linearisation{Jacobian: j, Mass: jacobian.Diagonal([]float64{1, 1, 0})}, p.T1, y, 1e-6, 1e-14)
		require.NoError(t, err)
		require.Less(t, p.Error(y), 1e-4, e.Name)
		require.InDelta(t, 1, y[0]+y[1]+y[2], 1e-15, e.Name)
		require.NoError(t, s.(integrators.Interpolator).Interpolate(y, 0.3))
		require.InDelta(t, 1, y[0]+y[1]+y[2], 1e-13, e.Name)
	}
}

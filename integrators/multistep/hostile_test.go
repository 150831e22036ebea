package multistep_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/multistep"
)

// A driver may shorten steps to nothing and go on: the error stays that of the
// long ones.
func TestTinySteps(t *testing.T) {
	for _, e := range multistep.Catalogue {
		n := 0
		d := driver{rtol: 1e-6, atol: 1e-6, limit: func(h float64) float64 {
			if n++; n%20 == 0 {
				return 1e-9 * h
			}
			return h
		}}
		y, err := d.solve(e.Method.Stepper(circle.f, 2), circle)
		require.NoError(t, err, e.Name)
		require.Less(t, distance(y, circle.want), 1e-4, e.Name)
		require.Less(t, d.accepted+d.rejected, 1000, e.Name)
	}
}

// Steps back in time retrace those forward: on the mirrored problem they are the
// same to the last bit.
func TestBackInTime(t *testing.T) {
	// turn is the circle, forward or back, with its exact Jacobian.
	turn := func(m integrators.Method, dir float64) integrators.Stepper {
		f := func(d []float64, _ float64, y []float64) error { d[0], d[1] = dir*y[1], -dir*y[0]; return nil }
		if m, ok := m.(integrators.Implicit); ok {
			s, err := m.Implicit(f, 2, integrators.Linearisation{RTol: 1e-5, ATol: 1e-5, Jacobian: func(j *jacobian.Matrix, _ float64, _ []float64) error {
				j.Set(0, 1, dir)
				j.Set(1, 0, -dir)
				return nil
			}})
			require.NoError(t, err)
			return s
		}
		return m.Stepper(f, 2)
	}
	for _, e := range multistep.Catalogue {
		forward, backward := turn(e.Method, 1), turn(e.Method, -1)
		require.NoError(t, forward.Reset(0, circle.y0))
		require.NoError(t, backward.Reset(0, circle.y0))
		a, b, ea, eb := make([]float64, 2), make([]float64, 2), make([]float64, 2), make([]float64, 2)
		weights := []float64{1e5, 1e5}
		h := 1e-4
		for range 100 {
			require.NoError(t, forward.Try(a, ea, h))
			require.NoError(t, backward.Try(b, eb, -h))
			require.Equal(t, a, b, e.Name)
			norm := 0.0
			for i := range ea {
				require.Equal(t, math.Abs(ea[i]), math.Abs(eb[i]), e.Name)
				norm = math.Max(norm, 1e5*math.Abs(ea[i]))
			}
			if norm <= 1 {
				forward.Accept()
				backward.Accept()
			}
			next := forward.(integrators.Chooser).Choose(h, norm, weights)
			require.Equal(t, -next, backward.(integrators.Chooser).Choose(-h, norm, weights), e.Name)
			h = next
		}
	}
}

// A jump of f costs some steps, at which the order starts again.
func TestJump(t *testing.T) {
	p := problem{name: "jump", y0: []float64{0}, end: 2, f: func(d []float64, at float64, y []float64) error {
		if d[0] = math.Cos(at); at > 1 {
			d[0] = 100 - y[0]
		}
		return nil
	}}
	want := 100 + (math.Sin(1)-100)*math.Exp(-1)
	for _, e := range multistep.Catalogue {
		d := driver{rtol: 1e-6, atol: 1e-6}
		y, err := d.solve(e.Method.Stepper(p.f, 1), p)
		require.NoError(t, err, e.Name)
		require.InEpsilon(t, want, y[0], 1e-4, e.Name)
		require.Less(t, d.accepted+d.rejected, 400, e.Name)
	}
}

// A state at rest has no error, whatever its weights, and steps grow.
func TestAtRest(t *testing.T) {
	p := problem{name: "rest", y0: []float64{0, 1}, end: 1e6, f: func(d []float64, _ float64, _ []float64) error {
		d[0], d[1] = 0, 0
		return nil
	}}
	for _, e := range multistep.Catalogue {
		s := e.Method.Stepper(p.f, 2)
		require.NoError(t, s.Reset(0, p.y0))
		y, estimate := make([]float64, 2), make([]float64, 2)
		h := 1e-3
		for range 60 {
			require.NoError(t, s.Try(y, estimate, h))
			require.Equal(t, p.y0, y)
			require.Equal(t, []float64{0, 0}, estimate)
			s.Accept()
			next := s.(integrators.Chooser).Choose(h, 0, []float64{math.Inf(1), 1e6})
			require.GreaterOrEqual(t, next, h, e.Name)
			h = next
		}
		require.Greater(t, h, 1e6, e.Name)
	}
}

// The solution of x' = x² ends at t = 1: steps shorten towards it until they are
// nothing, and the state there is as large as they allow.
func TestBlowUp(t *testing.T) {
	p := problem{name: "blow-up", y0: []float64{1}, end: 2, f: func(d []float64, _ float64, y []float64) error {
		d[0] = y[0] * y[0]
		return nil
	}}
	for _, e := range multistep.Catalogue {
		at := 0.0
		d := driver{rtol: 1e-6, atol: 1e-6, each: func(t, _ float64, _ []float64) { at = t }}
		_, err := d.solve(e.Method.Stepper(p.f, 1), p)
		require.ErrorIs(t, err, errStuck, e.Name)
		require.InDelta(t, 1, at, 1e-4, e.Name)
		require.Less(t, d.accepted+d.rejected, 10_000, e.Name)
	}
}

// A Jacobian's error comes back.
func TestJacobianError(t *testing.T) {
	broken := errors.New("broken")
	for _, m := range stiff {
		s, err := m.Implicit(circle.f, 2, integrators.Linearisation{Jacobian: failing(broken), RTol: 1e-3, ATol: 1e-3})
		require.NoError(t, err)
		require.NoError(t, s.Reset(0, circle.y0))
		require.ErrorIs(t, s.Try(make([]float64, 2), nil, 0.1), broken)
	}
}

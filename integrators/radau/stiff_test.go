package radau_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/radau"
)

// robertsonEnd is the solution at 1e11 as in Hairer, Wanner (1996), section IV.10,
// here with more digits, from package validation/problems.
var robertsonEnd = []float64{2.0833401497012942e-08, 8.3333607703347834e-14, 0.99999997916651517}

// The achieved error is a few times the tolerance at most.
func TestRobertson(t *testing.T) {
	for _, m := range []*radau.Method{radau.IIA5, radau.IIA9, radau.IIA13, radau.Variable} {
		for _, tol := range []float64{1e-3, 1e-5, 1e-7, 1e-9} {
			y, st, c := adaptive(t, m, robertson, tol, tol*1e-8, 1e-6, nil)
			for i, want := range robertsonEnd {
				require.InEpsilon(t, want, y[i], 3*tol, "%v at %g, component %d", m, tol, i)
			}
			require.InDelta(t, 1, y[0]+y[1]+y[2], 1e-13) // linear invariants are kept
			if tol < 1e-4 {                              // for a looser one the iteration bounds the steps of high order
				require.Less(t, st.rejected+st.diverged, 5, "%v at %g: %+v %+v", m, tol, st, c)
			}
		}
	}
}

// As a differential-algebraic equation, M = diag(1, 1, 0) and the invariant in
// place of the last equation.
func TestRobertsonDAE(t *testing.T) {
	p := robertson
	p.f = func(d []float64, t float64, y []float64) error {
		err := robertsonF(d, t, y)
		d[2] = y[0] + y[1] + y[2] - 1
		return err
	}
	p.l.Mass = jacobian.Diagonal([]float64{1, 1, 0})
	p.l.Jacobian = func(m *jacobian.Matrix, t float64, y []float64) error {
		err := robertsonJ(m, t, y)
		for j := range 3 {
			m.Set(2, j, 1)
		}
		return err
	}
	for _, m := range []*radau.Method{radau.IIA5, radau.IIA9, radau.IIA13, radau.Variable} {
		for _, tol := range []float64{1e-4, 1e-7} {
			y, _, _ := adaptive(t, m, p, tol, tol*1e-8, 1e-6, nil)
			for i, want := range robertsonEnd {
				require.InEpsilon(t, want, y[i], 10*tol, "%v at %g, component %d", m, tol, i)
			}
			require.InDelta(t, 1, y[0]+y[1]+y[2], 1e-14)
		}
	}
}

// Van der Pol's oscillator y” = μ(1 − y²)y' − y, μ = 1000, over a period and
// more: from jump to jump h changes by ten decades.
func TestVanDerPol(t *testing.T) {
	p := problem{y0: []float64{2, 0}, t1: 2000, f: func(d []float64, _ float64, y []float64) error {
		d[0], d[1] = y[1], 1000*(1-y[0]*y[0])*y[1]-y[0]
		return nil
	}}
	for _, m := range []*radau.Method{radau.IIA5, radau.Variable} {
		for _, tol := range []float64{1e-4, 1e-6, 1e-8} {
			y, _, _ := adaptive(t, m, p, tol, tol, 1e-6, nil)
			// Five times in 2000 units the position is unstable.
			require.InDelta(t, 1.7061677321704651, y[0], 30*tol, "%v", m)
		}
	}
}

// Tight tolerances raise the order, and it comes to its worth.
func TestOrderChoice(t *testing.T) {
	count := func(m *radau.Method) int {
		_, _, c := adaptive(t, m, robertson, 1e-10, 1e-18, 1e-6, nil)
		return c.Evaluations
	}
	require.Less(t, count(radau.Variable), count(radau.IIA5)/2)
}

// Backward in time is forward for −f(−t), to the last bit.
func TestBackward(t *testing.T) {
	p := robertson
	p.t1 = 1e4
	forward, _, c := adaptive(t, radau.Variable, p, 1e-8, 1e-12, 1e-5, nil)
	p.t1 = -p.t1
	p.f = func(d []float64, t float64, y []float64) error {
		err := robertsonF(d, -t, y)
		for i := range d {
			d[i] = -d[i]
		}
		return err
	}
	p.l.Jacobian = func(m *jacobian.Matrix, t float64, y []float64) error {
		err := robertsonJ(m, -t, y)
		for i := range 9 {
			m.Set(i/3, i%3, -m.At(i/3, i%3))
		}
		return err
	}
	backward, _, b := adaptive(t, radau.Variable, p, 1e-8, 1e-12, -1e-5, nil)
	require.Equal(t, forward, backward)
	require.Equal(t, c, b)
}

// The interpolant of an adaptive solve is as good as the tolerance.
func TestDense(t *testing.T) {
	for _, m := range []*radau.Method{radau.IIA5, radau.Variable} {
		before, y := 0.0, make([]float64, 2)
		adaptive(t, m, problem{f: rotations["linear"], y0: []float64{1, 0}, t1: 10}, 1e-6, 1e-6, 1e-3, func(s integrators.Stepper, now float64) {
			for _, theta := range []float64{0, 0.3, 0.7, 1} {
				require.NoError(t, s.(integrators.Interpolator).Interpolate(y, theta))
				at := before + theta*(now-before)
				// The estimate bounds the interpolant's error up to a constant.
				require.InDelta(t, math.Cos(at), y[0], 3e-5, "%v", m)
			}
			before = now
		})
	}
}

func TestFailures(t *testing.T) {
	nan := func(d []float64, t float64, _ []float64) error {
		if d[0] = 1; t > 0.5 {
			d[0] = math.NaN()
		}
		return nil
	}
	boom := errors.New("boom")
	fails := func(d []float64, t float64, _ []float64) error {
		if d[0] = 1; t > 0.5 {
			return boom
		}
		return nil
	}
	blowUp := func(d []float64, _ float64, y []float64) error { d[0] = y[0] * y[0]; return nil }
	nothing := func(d []float64, _ float64, _ []float64) error { d[0] = 0; return nil }
	for _, e := range radau.Catalogue {
		y, est := make([]float64, 1), make([]float64, 1)
		try := func(f integrators.Field, l integrators.Linearisation, h float64) error {
			s, err := e.Method.Implicit(f, 1, l)
			require.NoError(t, err)
			require.NoError(t, s.Reset(0, []float64{1}))
			err = s.Try(y, est, h)
			if err != nil && errors.Is(err, integrators.ErrDiverged) {
				// It may be asked again, and asks for less than it was given.
				require.Less(t, s.(integrators.Chooser).Choose(h, math.Inf(1), []float64{1}), h)
				require.NoError(t, s.Try(y, est, 1e-3))
			}
			return err
		}
		require.ErrorIs(t, try(nan, integrators.Linearisation{}, 1), integrators.ErrDiverged)
		require.ErrorIs(t, try(blowUp, integrators.Linearisation{}, 1.5), integrators.ErrDiverged)
		require.ErrorIs(t, try(fails, integrators.Linearisation{}, 1), boom)
		s, err := e.Method.Implicit(nothing, 1, integrators.Linearisation{Mass: jacobian.Diagonal([]float64{0})})
		require.NoError(t, err)
		require.NoError(t, s.Reset(0, []float64{1}))
		require.ErrorIs(t, s.Try(y, nil, 0.1), jacobian.ErrSingular)

		for _, l := range []integrators.Linearisation{
			{RTol: math.NaN()}, {ATol: -1}, {RTol: math.Inf(1)}, {Pattern: jacobian.Dense(2)}, {Mass: jacobian.Diagonal([]float64{1, 1})},
		} {
			_, err := e.Method.Implicit(nothing, 1, l)
			require.ErrorIs(t, err, integrators.ErrLinearisation)
		}
		_, err = e.Method.Implicit(nothing, 0, integrators.Linearisation{})
		require.ErrorIs(t, err, integrators.ErrLinearisation)
		require.Panics(t, func() { e.Method.Stepper(nothing, 0) })
		require.Panics(t, func() { _ = e.Method.Stepper(nothing, 1).Reset(0, []float64{1, 2}) })
	}
}

func TestByName(t *testing.T) {
	for _, e := range radau.Catalogue {
		m, err := integrators.ByName(radau.Catalogue, e.Name)
		require.NoError(t, err)
		require.Same(t, e.Method, m)
		require.NotEmpty(t, e.Doc)
	}
	_, err := integrators.ByName(radau.Catalogue, "radau7")
	require.ErrorContains(t, err, "radau13")
}

// After the first steps nothing is allocated, whatever the steps.
func TestAllocations(t *testing.T) {
	for _, e := range radau.Catalogue {
		p := robertson
		p.l.RTol, p.l.ATol = 1e-5, 1e-13
		s, err := e.Method.Implicit(p.f, 3, p.l)
		require.NoError(t, err)
		y := make([]float64, 3)
		est, weights := make([]float64, 3), make([]float64, 3)
		k, h := 0, 0.0
		step := func() {
			if k%50 == 0 {
				h = 1e-5
				_ = s.Reset(0, p.y0)
			}
			k++
			if s.Try(y, est, h) != nil {
				t.Fatal("no step")
			}
			s.Accept()
			h = s.(integrators.Chooser).Choose(h, 0.3, weights)
			_ = s.(integrators.Interpolator).Interpolate(y, 0.5)
		}
		step()
		require.Zero(t, testing.AllocsPerRun(200, step), "%v", e.Method)
	}
}

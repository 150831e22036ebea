package stochastic_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"pgregory.net/rapid"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde/noise"
)

func numbers(t *rapid.T, n int, name string) []float64 {
	return rapid.SliceOfN(rapid.Float64Range(-2, 2), n, n).Draw(t, name)
}

// row is the path of one row among several.
func row(f noise.Functionals, dw []float64, dim, r int) []float64 {
	p, pairs := f.Parts(dw, dim), dim*(dim-1)/2
	var out []float64
	for _, plane := range []struct {
		v []float64
		n int
	}{{p.W, dim}, {p.H, dim}, {p.K, dim}, {p.A, pairs}, {p.V, pairs}} {
		if plane.v != nil {
			out = append(out, plane.v[r*plane.n:(r+1)*plane.n]...)
		}
	}
	return out
}

// accepted calls do for every pair of a method and a system that it accepts.
func accepted(t *testing.T, do func(name string, m stochastic.Method, p problem)) {
	for _, e := range stochastic.Catalogue {
		for _, p := range append(problems(),
			problem{name: "area", sys: area(stochastic.Ito)}, problem{name: "area", sys: area(stochastic.Stratonovich)},
			problem{name: "triple", sys: triple(stochastic.Ito)}, problem{name: "triple", sys: triple(stochastic.Stratonovich)}) {
			p.sys = adapted(t, e.Method, p.sys)
			if stochastic.Check(e.Method, &p.sys) == nil {
				do(e.Name+" on "+p.name, e.Method, p)
			}
		}
	}
}

// The bits of a row do not depend on the rows beside it.
func TestRowsAreIndependent(t *testing.T) {
	accepted(t, func(name string, m stochastic.Method, p problem) {
		rapid.Check(t, func(rt *rapid.T) {
			const rows = 5
			n, per := p.sys.Dim, stochastic.Needs(m, p.sys.Structure).Len(p.sys.Noises())
			y, dw := numbers(rt, rows*n, "y"), numbers(rt, rows*per, "dw")
			batch, single := make([]float64, rows*n), make([]float64, n)
			st := m.Stepper(&p.sys, rows+2)
			if err := st.Step(batch, 0.5, 0.1, y, dw); errors.Is(err, stochastic.ErrNewton) {
				return // the implicit equation of a drift of degree three may have no solution
			} else {
				require.NoError(rt, err)
			}
			for r := range rows {
				require.NoError(rt, st.Step(single, 0.5, 0.1, y[r*n:(r+1)*n], row(stochastic.Needs(m, p.sys.Structure), dw, p.sys.Noises(), r)))
				require.Equal(rt, batch[r*n:(r+1)*n], single, name)
			}
		})
	})
}

// A diagonal written as a matrix gives the same step, for the methods that
// take matrices.
func TestLayoutsAgree(t *testing.T) {
	accepted(t, func(name string, m stochastic.Method, p problem) {
		if !p.sys.Structure.IsDiagonal() || m.Structure() != stochastic.General {
			return
		}
		full, n := p.sys, p.sys.Dim
		full.Structure, full.NoiseDim = stochastic.Commutative, n
		if p.sys.Structure.IsAdditive() {
			full.Structure = stochastic.Additive
		}
		full.Diffusion = func(dst []float64, t float64, y []float64) error {
			b := make([]float64, len(dst)/n)
			err := p.sys.Diffusion(b, t, y)
			clear(dst)
			for i, v := range b {
				dst[i*n+i%n] = v
			}
			return err
		}
		rapid.Check(t, func(rt *rapid.T) {
			const rows = 3
			wide, narrow := stochastic.Needs(m, full.Structure).Len(n), stochastic.Needs(m, p.sys.Structure).Len(n)
			y, dw := numbers(rt, rows*n, "y"), numbers(rt, rows*max(wide, narrow), "dw")
			a, b := make([]float64, rows*n), make([]float64, rows*n)
			if err := m.Stepper(&p.sys, rows).Step(a, 0.5, 0.1, y, dw[:rows*narrow]); errors.Is(err, stochastic.ErrNewton) {
				return
			} else {
				require.NoError(rt, err)
			}
			require.NoError(rt, m.Stepper(&full, rows).Step(b, 0.5, 0.1, y, dw[:rows*wide]))
			require.InDeltaSlice(rt, a, b, 1e-14*20, name) // values below 20
		})
	})
}

// A step back in time is a step forward of the equation in s = −t, whose drift
// has the other sign.
func TestBackwardsIsForwardsInReverseTime(t *testing.T) {
	accepted(t, func(name string, m stochastic.Method, p problem) {
		if semilinear(m) {
			return // see TestSemilinearBackwards
		}
		mirror := p.sys
		back := func(f integrators.Field, sign float64) integrators.Field {
			if f == nil {
				return nil
			}
			return func(dst []float64, s float64, y []float64) error {
				err := f(dst, -s, y)
				for i := range dst {
					dst[i] *= sign
				}
				return err
			}
		}
		mirror.Drift, mirror.Diffusion, mirror.DiffusionDerivative = back(p.sys.Drift, -1), back(p.sys.Diffusion, 1), back(p.sys.DiffusionDerivative, 1)
		rapid.Check(t, func(rt *rapid.T) {
			n, per := p.sys.Dim, stochastic.Needs(m, p.sys.Structure).Len(p.sys.Noises())
			y, dw := numbers(rt, n, "y"), numbers(rt, per, "dw")
			if _, ok := m.(stochastic.ImplicitMidpoint); ok {
				floats.Scale(0.1, dw) // far from where its equation has two solutions or none
			}
			a, b := make([]float64, n), make([]float64, n)
			if err := m.Stepper(&p.sys, 1).Step(a, 0.5, -0.1, y, dw); errors.Is(err, stochastic.ErrNewton) {
				return
			} else {
				require.NoError(rt, err)
			}
			require.NoError(rt, m.Stepper(&mirror, 1).Step(b, -0.5, 0.1, y, dw))
			switch m.(type) {
			case stochastic.DriftImplicitEuler, stochastic.DriftTheta, stochastic.ImplicitMidpoint:
				// Differences for J look in the direction of the drift.
				for i, v := range b {
					require.InDelta(rt, v, a[i], 1e-13*max(1, math.Abs(v)), name)
				}
				return
			}
			require.Equal(rt, b, a, name)
		})
	})
}

func TestStepsDoNotAllocate(t *testing.T) {
	accepted(t, func(name string, m stochastic.Method, p problem) {
		const rows = 4
		y, dw := make([]float64, rows*p.sys.Dim), make([]float64, rows*stochastic.Needs(m, p.sys.Structure).Len(p.sys.Noises()))
		dst := make([]float64, len(y))
		st := m.Stepper(&p.sys, rows)
		require.Zero(t, testing.AllocsPerRun(20, func() {
			if err := st.Step(dst, 0, 0.1, y, dw); err != nil {
				t.Fatal(err)
			}
		}), name)
	})
}

// Whatever function fails, at whichever stage, its error comes out.
func TestErrorsOfTheSystemComeOut(t *testing.T) {
	broken := errors.New("broken")
	accepted(t, func(name string, m stochastic.Method, p problem) {
		if semilinear(m) {
			return // see TestSemilinearErrorsAndAllocations
		}
		y, dw := make([]float64, p.sys.Dim), make([]float64, stochastic.Needs(m, p.sys.Structure).Len(p.sys.Noises()))
		dst, calls := make([]float64, len(y)), 0
		at := math.MaxInt
		count := func(f integrators.Field) integrators.Field {
			if f == nil {
				return nil
			}
			return func(dst []float64, t float64, y []float64) error {
				if calls++; calls == at {
					return broken
				}
				return f(dst, t, y)
			}
		}
		s := p.sys
		s.Drift, s.Diffusion, s.DiffusionDerivative = count(s.Drift), count(s.Diffusion), count(s.DiffusionDerivative)
		st := m.Stepper(&s, 1)
		require.NoError(t, st.Step(dst, 0, 0.1, y, dw))
		total := calls
		require.GreaterOrEqual(t, total, 2, name)
		for at = 1; at <= total; at++ {
			calls = 0
			require.ErrorIs(t, st.Step(dst, 0, 0.1, y, dw), broken, "%s, call %d", name, at)
		}
	})
}

func TestWithin(t *testing.T) {
	const g, c, d, a, ad = stochastic.General, stochastic.Commutative, stochastic.Diagonal, stochastic.Additive, stochastic.AdditiveDiagonal
	within := map[stochastic.Structure][]stochastic.Structure{
		g: {g}, c: {g, c}, d: {g, c, d}, a: {g, c, a}, ad: {g, c, d, a, ad},
	}
	for s, in := range within {
		for of := range ad + 1 {
			require.Equal(t, slices.Contains(in, of), s.Within(of), "%v within %v", s, of)
		}
	}
}

func TestCheck(t *testing.T) {
	lin := linear(stochastic.Ito).sys
	require.NoError(t, stochastic.Check(stochastic.Milstein{}, &lin))
	lin.DiffusionDerivative = nil
	err := stochastic.Check(stochastic.Milstein{}, &lin)
	require.ErrorIs(t, err, stochastic.ErrMethod)
	require.EqualError(t, err, "stochastic: method not valid for the system: stochastic.Milstein is for diagonal noise in the sense of Itô, the system has diagonal noise in the sense of Itô; set System.DiffusionDerivative, or take Platen, which does without")
	require.NoError(t, stochastic.Check(stochastic.Platen{}, &lin))
	general := area(stochastic.Ito)
	require.ErrorIs(t, stochastic.Check(stochastic.Platen{}, &general), stochastic.ErrMethod)
	require.ErrorIs(t, stochastic.Check(stochastic.Heun{}, &lin), stochastic.ErrMethod)
	add := additive(stochastic.Ito).sys
	require.NoError(t, stochastic.Check(stochastic.Heun{}, &add), "the calculi agree on additive noise")

	f := each(1, func(int, float64, float64) float64 { return 1 })
	for name, bad := range map[string]stochastic.System{
		"empty":        {},
		"no drift":     {Dim: 1, NoiseDim: 1, Diffusion: f},
		"no diffusion": {Dim: 1, NoiseDim: 1, Drift: f},
		"no noise":     {Dim: 1, Drift: f, Diffusion: f},
		"noise below":  {Dim: 1, NoiseDim: -1, Drift: f, Diffusion: f},
		"not square":   {Dim: 2, NoiseDim: 1, Drift: f, Diffusion: f, Structure: stochastic.Diagonal},
		"calculus":     {Dim: 1, NoiseDim: 1, Drift: f, Diffusion: f, Calculus: 2},
		"structure":    {Dim: 1, NoiseDim: 1, Drift: f, Diffusion: f, Structure: 9},
	} {
		require.ErrorIs(t, stochastic.Check(stochastic.EulerMaruyama{}, &bad), stochastic.ErrSystem, name)
	}
}

func TestMisusePanics(t *testing.T) {
	s := linear(stochastic.Ito).sys
	require.Panics(t, func() { stochastic.EulerMaruyama{}.Stepper(&s, 0) })
	require.Panics(t, func() { stochastic.EulerMaruyama{}.Stepper(&stochastic.System{}, 1) })
	st := stochastic.EulerMaruyama{}.Stepper(&s, 1)
	v := func(n int) []float64 { return make([]float64, n) }
	require.Panics(t, func() { _ = st.Step(v(2), 0, 1, v(4), v(4)) })
	require.Panics(t, func() { _ = st.Step(v(4), 0, 1, v(4), v(4)) }, "more rows than it has room for")
	require.Panics(t, func() { _ = st.Step(v(1), 0, 1, v(1), v(1)) }, "half a row")
	require.Panics(t, func() { _ = st.Step(v(2), 0, 1, v(2), v(1)) })
}

func TestByName(t *testing.T) {
	_, err := stochastic.ByName("euler")
	require.ErrorContains(t, err, `no method "euler"; known: em, milstein, platen, eulerheun, heun`)
}

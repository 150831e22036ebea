package multistep_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/multistep"
	"github.com/ito-sde/ito/validation/problems"
)

// stiff are the methods of this file.
var stiff = []integrators.Implicit{multistep.NDF{}, multistep.BDF{}}

// linearisation tells all that a problem says, with the Jacobian by differences
// if asked.
func linearisation(p problems.Problem, tol float64, differences bool) integrators.Linearisation {
	n := len(p.Y0)
	l := integrators.Linearisation{RTol: tol, ATol: tol * p.AbsScale}
	if p.Lower+p.Upper+1 < n {
		l.Pattern = jacobian.Banded(n, p.Lower, p.Upper)
	}
	if !differences {
		l.Jacobian = func(d *jacobian.Matrix, t float64, y []float64) error { p.Jacobian(d.Set, t, y); return nil }
	}
	return l
}

func named(t testing.TB, name string) (problems.Problem, problem) {
	p, ok := problems.ByName(name)
	require.True(t, ok, name)
	require.Zero(t, p.T0)
	return p, problem{name: name, f: p.F, y0: p.Y0, end: p.T1}
}

// The achieved error follows the tolerance in the worst component: steps by the
// hundreds add up, and a pulse of Oregon's or Van der Pol's comes late.
func TestStiffTolerance(t *testing.T) {
	for _, name := range []string{"robertson", "vdp1000", "hires", "orego", "bruss500"} {
		p, loop := named(t, name)
		for _, m := range stiff {
			for _, tol := range []float64{1e-4, 1e-6, 1e-8} {
				s, err := m.Implicit(p.F, len(p.Y0), linearisation(p, tol, false))
				require.NoError(t, err)
				d := driver{rtol: tol, atol: tol * p.AbsScale}
				y, err := d.solve(s, loop)
				require.NoError(t, err, name)
				c := s.Counts()
				require.Less(t, p.Error(y), 300*tol, "%v, %s at %g", m, name, tol)
				require.Less(t, 2*c.Iterations, 5*(d.accepted+d.rejected), "%v, %s at %g", m, name, tol)
				require.Less(t, 2*c.Factorisations, d.accepted+d.rejected, "%v, %s at %g", m, name, tol)
				require.Less(t, 6*c.Jacobians, d.accepted+d.rejected, "%v, %s at %g", m, name, tol)
			}
		}
	}
}

// A Jacobian by differences, grouped by the bands, does as well.
func TestStiffDifferences(t *testing.T) {
	for _, name := range []string{"robertson", "hires", "bruss500"} {
		p, loop := named(t, name)
		const tol = 1e-5
		s, err := multistep.NDF{}.Implicit(p.F, len(p.Y0), linearisation(p, tol, true))
		require.NoError(t, err)
		y, err := (&driver{rtol: tol, atol: tol * p.AbsScale}).solve(s, loop)
		require.NoError(t, err)
		require.Less(t, p.Error(y), 300*tol, name)
	}
}

// A banded matrix gives the steps of a dense one.
func TestBandedIsDense(t *testing.T) {
	p, loop := named(t, "bruss500")
	const tol = 1e-4
	var states [][]float64
	var counts []integrators.Counts
	for _, dense := range []bool{false, true} {
		l := linearisation(p, tol, false)
		if dense {
			l.Pattern = nil
		}
		s, err := multistep.NDF{}.Implicit(p.F, len(p.Y0), l)
		require.NoError(t, err)
		loop.end = 0.1 // the dense one takes its time
		y, err := (&driver{rtol: tol, atol: tol}).solve(s, loop)
		require.NoError(t, err)
		states, counts = append(states, y), append(counts, s.Counts())
	}
	require.Equal(t, counts[0], counts[1])
	require.InDeltaSlice(t, states[0], states[1], 1e-10)
}

// Robertson's reaction with the conservation of mass in the place of its third
// equation: M is singular.
func TestAlgebraic(t *testing.T) {
	p, loop := named(t, "robertson")
	loop.end = 40
	const tol = 1e-6
	solve := func(f integrators.Field, l integrators.Linearisation) []float64 {
		loop.f = f
		s, err := multistep.NDF{}.Implicit(f, 3, l)
		require.NoError(t, err)
		y, err := (&driver{rtol: tol, atol: tol * p.AbsScale}).solve(s, loop)
		require.NoError(t, err)
		return y
	}
	want := solve(p.F, linearisation(p, tol, false))
	l := linearisation(p, tol, true)
	l.Mass = jacobian.Diagonal([]float64{1, 1, 0})
	got := solve(func(d []float64, t float64, y []float64) error {
		err := p.F(d, t, y)
		d[2] = y[0] + y[1] + y[2] - 1
		return err
	}, l)
	require.Less(t, worst(got, want), 100*tol)
	// Every step ends on the constraint, to what Newton's iteration leaves.
	require.InDelta(t, 1, got[0]+got[1]+got[2], tol)
}

// M y' = f with a full, regular M has the solution of y' = M⁻¹ f: with u = (sin t,
// cos t) and M = (2 1; 1 3), f = M (u_2, −u_1).
func TestMass(t *testing.T) {
	m := jacobian.Dense(2).New()
	m.Set(0, 0, 2)
	m.Set(0, 1, 1)
	m.Set(1, 0, 1)
	m.Set(1, 1, 3)
	p := circle
	p.f = func(d []float64, _ float64, y []float64) error {
		m.MulVec(d, []float64{y[1], -y[0]})
		return nil
	}
	for _, method := range stiff {
		const tol = 1e-7
		s, err := method.Implicit(p.f, 2, integrators.Linearisation{Mass: m, RTol: tol, ATol: tol})
		require.NoError(t, err)
		d := driver{rtol: tol, atol: tol}
		y, err := d.solve(s, p)
		require.NoError(t, err)
		require.Less(t, distance(y, p.want), 300*tol)

		// The steps are those without M, but for what the iterations leave.
		s, err = method.Implicit(circle.f, 2, integrators.Linearisation{RTol: tol, ATol: tol})
		require.NoError(t, err)
		free := driver{rtol: tol, atol: tol}
		_, err = free.solve(s, circle)
		require.NoError(t, err)
		require.InEpsilon(t, free.accepted, d.accepted, 0.2)
	}
}

// A constraint that moves in time: y_1' = y_2, 0 = y_2 − cos t.
func TestMovingConstraint(t *testing.T) {
	p := circle
	p.f = func(d []float64, t float64, y []float64) error { d[0], d[1] = y[1], y[1]-math.Cos(t); return nil }
	const tol = 1e-6
	s, err := multistep.NDF{}.Implicit(p.f, 2, integrators.Linearisation{Mass: jacobian.Diagonal([]float64{1, 0}), RTol: tol, ATol: tol})
	require.NoError(t, err)
	y, err := (&driver{rtol: tol, atol: tol}).solve(s, p)
	require.NoError(t, err)
	require.Less(t, distance(y, p.want), 100*tol)
}

// A diode of resistance r charges a capacitor: v' = (i − v/R)/C with the current
// from 0 = i − I (e^((U(t) − v − r i)/0.026) − 1), whose slope changes by many
// orders of magnitude twice a period. A Jacobian kept from the wrong side, or from
// a step that was not accepted, makes an iteration that stands still and seems to
// converge.
func TestDiode(t *testing.T) {
	f := func(d []float64, t float64, y []float64) error {
		u := 5*math.Sin(2*math.Pi*t) - y[0] - 0.1*y[1]
		d[0] = (y[1] - y[0]/10) / 0.05
		d[1] = y[1] - 1e-6*math.Expm1(u/0.026)
		return nil
	}
	p := problem{name: "diode", f: f, y0: []float64{0, 0}, end: 2.6}
	for _, m := range stiff {
		var want []float64
		for _, tol := range []float64{1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3} {
			s, err := m.Implicit(f, 2, integrators.Linearisation{Mass: jacobian.Diagonal([]float64{1, 0}), RTol: tol, ATol: tol})
			require.NoError(t, err)
			d := driver{rtol: tol, atol: tol}
			y, err := d.solve(s, p)
			require.NoError(t, err, "%v at %g", m, tol)
			if want == nil {
				want = y
			}
			require.InDelta(t, want[0], y[0], 200*tol, "%v at %g", m, tol)
			require.InDelta(t, 0, y[1]-1e-6*math.Expm1((5*math.Sin(2*math.Pi*2.6)-y[0]-0.1*y[1])/0.026), 200*tol)
			require.Less(t, d.accepted+d.rejected, 20_000)
		}
	}
}

// Nothing allocates once the Jacobian and the factors have their place.
func TestStiffAllocations(t *testing.T) {
	p, loop := named(t, "hires")
	for _, differences := range []bool{false, true} {
		s, err := multistep.NDF{}.Implicit(p.F, len(p.Y0), linearisation(p, 1e-6, differences))
		require.NoError(t, err)
		l := linearisation(p, 1e-6, differences)
		weights := make([]float64, len(p.Y0))
		next, estimate := make([]float64, len(p.Y0)), make([]float64, len(p.Y0))
		require.NoError(t, s.Reset(0, loop.y0))
		h := 1e-6
		step := func() {
			err := s.Try(next, estimate, h)
			norm := math.Inf(1)
			if err == nil {
				norm = 0
				for i, v := range estimate {
					weights[i] = 1 / (l.ATol + l.RTol*math.Abs(next[i]))
					norm = math.Max(norm, math.Abs(v)*weights[i])
				}
			}
			if norm <= 1 {
				s.Accept()
			}
			h = s.(integrators.Chooser).Choose(h, norm, weights)
		}
		step()
		require.Zero(t, testing.AllocsPerRun(500, step))
	}
}

func TestLinearisationErrors(t *testing.T) {
	for _, m := range stiff {
		for _, l := range []integrators.Linearisation{
			{Pattern: jacobian.Dense(3)},
			{Mass: jacobian.Diagonal([]float64{1})},
			{Pattern: jacobian.Banded(2, 0, 0), Mass: jacobian.Dense(2).New()},
		} {
			if l.Mass != nil && l.Pattern != nil {
				l.Mass.Set(0, 1, 1)
			}
			_, err := m.Implicit(circle.f, 2, l)
			require.ErrorIs(t, err, integrators.ErrLinearisation)
		}
	}
	_, err := multistep.NDF{MaxOrder: 6}.Implicit(circle.f, 2, integrators.Linearisation{})
	require.ErrorIs(t, err, multistep.ErrOrder)
}

// Where Newton's iteration cannot converge a shorter step is asked for.
func TestDiverged(t *testing.T) {
	cube := func(d []float64, _ float64, y []float64) error { d[0] = -1e8 * math.Cbrt(y[0]); return nil }
	wrong := func(d *jacobian.Matrix, _ float64, _ []float64) error { d.Set(0, 0, 1); return nil }
	s, err := multistep.NDF{}.Implicit(cube, 1, integrators.Linearisation{Jacobian: wrong, RTol: 1e-3, ATol: 1e-3})
	require.NoError(t, err)
	require.NoError(t, s.Reset(0, []float64{1}))
	require.ErrorIs(t, s.Try(make([]float64, 1), nil, 1), integrators.ErrDiverged)

	// 1.185 M/h − J is singular at h = 1.185.
	grow := func(d []float64, _ float64, y []float64) error { d[0] = y[0]; return nil }
	one := func(d *jacobian.Matrix, _ float64, _ []float64) error { d.Set(0, 0, 1); return nil }
	s, err = multistep.BDF{}.Implicit(grow, 1, integrators.Linearisation{Jacobian: one, RTol: 1e-3, ATol: 1e-3})
	require.NoError(t, err)
	require.NoError(t, s.Reset(0, []float64{1}))
	require.ErrorIs(t, s.Try(make([]float64, 1), nil, 1), integrators.ErrDiverged)
	require.NoError(t, s.Try(make([]float64, 1), nil, 1e-3))
}

// failing is a Jacobian that fails.
func failing(err error) jacobian.Func {
	return func(*jacobian.Matrix, float64, []float64) error { return err }
}

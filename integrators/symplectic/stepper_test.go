package symplectic_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/symplectic"
)

var errField = errors.New("field")

func TestSteppersDoNotAllocate(t *testing.T) {
	y0 := []float64{0.7, 0, 0, math.Sqrt(1.3 / 0.7)}
	check := func(name string, s integrators.Stepper) {
		require.NoError(t, s.Reset(0, y0))
		y := make([]float64, 4)
		require.Zero(t, testing.AllocsPerRun(50, func() {
			if err := errors.Join(s.Try(y, nil, 0.01), nil); err != nil {
				panic(err)
			}
			s.Accept()
			if err := s.(integrators.Interpolator).Interpolate(y, 0.5); err != nil {
				panic(err)
			}
		}), name)
	}
	for _, e := range symplectic.Catalogue {
		check(e.Name, e.Method.Stepper(kepler, 4))
		if c, ok := e.Method.(*symplectic.Composition); ok {
			check(e.Name, split(c.Compensate(), nil, gravity))
		}
	}
}

// A force is evaluated once a drift and a velocity once a kick, steps being no
// boundary, also where a step is tried twice.
func TestEvaluations(t *testing.T) {
	const n = 10
	for m, want := range map[*symplectic.Composition][2]int{ // forces, velocities in n steps
		symplectic.SymplecticEuler:    {n, n},
		symplectic.Verlet:             {n + 1, n},
		symplectic.PositionVerlet:     {n, n + 1},
		symplectic.Ruth3:              {3 * n, 3 * n},
		symplectic.Yoshida4:           {3*n + 1, 3 * n},
		symplectic.BlanesMoan4:        {6*n + 1, 6 * n},
		symplectic.BlanesMoanNystrom6: {14 * n, 14*n + 1},
	} {
		var forces, velocities, whole int
		force := func(d []float64, at float64, q []float64) error { forces++; return gravity(d, at, q) }
		velocity := func(d []float64, _ float64, p []float64) error { velocities++; copy(d, p); return nil }
		y := []float64{1, 0, 0, 1}
		s := split(m, velocity, force)
		halves := run(t, s, 0, y, 0.1, n)
		require.Equal(t, want, [2]int{forces, velocities}, m.Name)
		require.Equal(t, want[0], s.Counts().Evaluations)
		unit := split(m, nil, force)
		require.Equal(t, halves, run(t, unit, 0, y, 0.1, n), "q' = p")
		f := func(d []float64, at float64, y []float64) error { whole++; return kepler(d, at, y) }
		s = m.Stepper(f, 4)
		require.Equal(t, halves, run(t, s, 0, y, 0.1, n), "the whole field gives the same bits")
		require.Equal(t, want[0]+want[1], whole)
		require.Equal(t, whole, s.Counts().Evaluations)
	}
}

// A step tried and not accepted leaves no trace.
func TestRejectedStep(t *testing.T) {
	for _, e := range symplectic.Catalogue {
		y, z := []float64{1, 0, 0, 1.1}, make([]float64, 4)
		a, b := e.Method.Stepper(kepler, 4), e.Method.Stepper(kepler, 4)
		require.NoError(t, a.Reset(0, y))
		require.NoError(t, b.Reset(0, y))
		for range 3 {
			require.NoError(t, b.Try(z, nil, -0.07))
			require.NoError(t, a.Try(y, nil, 0.05))
			require.NoError(t, b.Try(z, nil, 0.05))
			a.Accept()
			b.Accept()
			require.Equal(t, y, z, e.Name)
		}
		require.NoError(t, a.(integrators.Interpolator).Interpolate(z, 1))
		require.Less(t, distance(y, z), 4e-16, e.Name)
	}
}

// Every error of a field comes through, from its first call to its last.
func TestFieldErrors(t *testing.T) {
	for _, e := range symplectic.Catalogue {
		for fail := range 8 {
			calls := 0
			s := e.Method.Stepper(func(d []float64, at float64, y []float64) error {
				if calls++; calls > fail {
					return errField
				}
				return kepler(d, at, y)
			}, 4)
			require.NoError(t, s.Reset(0, []float64{1, 0, 0, 1}))
			y, err := make([]float64, 4), error(nil)
			for range 5 {
				if err = s.Try(y, nil, 0.1); err != nil {
					break
				}
				s.Accept()
			}
			require.ErrorIs(t, err, errField, "%s, call %d", e.Name, fail)
		}
	}
}

func TestInterpolatePassesOnErrors(t *testing.T) {
	for _, m := range []integrators.Method{symplectic.Verlet, symplectic.Gauss4} {
		broken := false
		s := m.Stepper(func(d []float64, at float64, y []float64) error {
			if broken {
				return errField
			}
			return kepler(d, at, y)
		}, 4)
		run(t, s, 0, []float64{1, 0, 0, 1}, 0.1, 2)
		broken = true
		require.ErrorIs(t, s.(integrators.Interpolator).Interpolate(make([]float64, 4), 0.5), errField)
	}
}

func TestMisusePanics(t *testing.T) {
	for _, e := range symplectic.Catalogue {
		s := e.Method.Stepper(kepler, 4)
		require.Panics(t, func() { _ = s.Reset(0, make([]float64, 3)) }, e.Name)
		require.NoError(t, s.Reset(0, []float64{1, 0, 0, 1}))
		require.Panics(t, func() { _ = s.Try(make([]float64, 3), nil, 0.1) }, e.Name)
		require.Panics(t, func() { e.Method.Stepper(kepler, 0) }, e.Name)
	}
	require.PanicsWithValue(t, "symplectic: a state of 3 numbers; want as many positions as momenta",
		func() { symplectic.Verlet.Stepper(kepler, 3) })
	require.Panics(t, func() { (&symplectic.Composition{Name: "ragged", Kick: []float64{1}}).Stepper(kepler, 4) })
	require.Panics(t, func() { split(symplectic.Verlet, nil, nil) })
	require.Panics(t, func() { (&symplectic.Gauss{Name: "ragged", A: [][]float64{{1}}, B: []float64{1}}).Stepper(kepler, 4) })
	odd := make([]float64, 3)
	require.Panics(t, func() { _ = (&symplectic.Split{Force: gravity}).Field(odd, 0, odd) })
	require.Panics(t, func() { _ = symplectic.Separable(kepler, 0, odd) })
}

// Fixed-point iteration on y' = −λ y converges for h λ below about 2 and has to
// say where it does not, in bounded time; a field that is not finite likewise.
func TestGaussSaysWhereItDoesNotConverge(t *testing.T) {
	for _, m := range []*symplectic.Gauss{symplectic.ImplicitMidpoint, symplectic.Gauss4, symplectic.Gauss6} {
		for _, lambda := range []float64{10, 1e3, 1e300, math.NaN(), math.Inf(1)} {
			s := m.Stepper(func(d []float64, _ float64, y []float64) error { d[0] = -lambda * y[0]; return nil }, 1)
			require.NoError(t, s.Reset(0, []float64{1}))
			err := s.Try(make([]float64, 1), nil, 1)
			require.ErrorIs(t, err, symplectic.ErrConvergence, "%v, λ = %v", m, lambda)
			require.ErrorIs(t, err, integrators.ErrDiverged)
			require.LessOrEqual(t, s.Counts().Iterations, 200)
		}
		s := m.Stepper(func(d []float64, _ float64, y []float64) error { d[0] = -y[0]; return nil }, 1)
		got := run(t, s, 0, []float64{1}, 0.5, 4)
		require.InDelta(t, math.Exp(-2), got[0], 0.02)
		require.Positive(t, s.Counts().Iterations)
		require.GreaterOrEqual(t, s.Counts().Evaluations, s.Counts().Iterations*len(m.B))
	}
}

// A field with noise in its last digits stops the iteration at the noise.
func TestGaussWithANoisyField(t *testing.T) {
	calls := 0
	s := symplectic.Gauss4.Stepper(func(d []float64, _ float64, y []float64) error {
		calls++
		d[0] = -y[0] * (1 + 1e-12*math.Sin(float64(calls)))
		return nil
	}, 1)
	y := run(t, s, 0, []float64{1}, 0.05, 20)
	require.InDelta(t, math.Exp(-1), y[0], 1e-7)
}

func TestSeparable(t *testing.T) {
	y := []float64{0.5, 0.2, 0.3, -0.4}
	require.NoError(t, symplectic.Separable(kepler, 0, y))
	require.NoError(t, symplectic.Separable(henonHeiles, 0, y))
	damped := func(d []float64, at float64, y []float64) error {
		err := kepler(d, at, y)
		d[3] -= 0.1 * y[2]
		return err
	}
	err := symplectic.Separable(damped, 0, y)
	require.ErrorIs(t, err, symplectic.ErrSeparable)
	require.ErrorContains(t, err, "coordinate 3 changes with coordinate 2")
	require.ErrorIs(t, symplectic.Separable(func([]float64, float64, []float64) error { return errField }, 0, y), errField)
	nan := func(d []float64, _ float64, _ []float64) error { d[0] = math.NaN(); return nil }
	require.ErrorIs(t, symplectic.Separable(nan, 0, y), symplectic.ErrSeparable)
}

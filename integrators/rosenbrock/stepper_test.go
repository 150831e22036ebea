package rosenbrock_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/rosenbrock"
)

// A chain u_i' = u_{i−1} − 2u_i + u_{i+1} + 5 u_i (1 − u_i²) whose Jacobian is
// known dense, banded and sparse, by formula and by differences.
func TestPatternsAgree(t *testing.T) {
	const n = 9
	f := func(d []float64, _ float64, u []float64) error {
		for i, v := range u {
			d[i] = -2*v + 5*v*(1-v*v)
			if i > 0 {
				d[i] += u[i-1]
			}
			if i+1 < n {
				d[i] += u[i+1]
			}
		}
		return nil
	}
	j := func(m *jacobian.Matrix, _ float64, u []float64) error {
		for i, v := range u {
			m.Set(i, i, 3-15*v*v)
			if i > 0 {
				m.Set(i, i-1, 1)
			}
			if i+1 < n {
				m.Set(i, i+1, 1)
			}
		}
		return nil
	}
	var entries [][2]int
	for i := 1; i < n; i++ {
		entries = append(entries, [2]int{i, i - 1}, [2]int{i - 1, i})
	}
	sparse, err := jacobian.Sparse(n, entries)
	require.NoError(t, err)
	weights := make([]float64, n)
	for i := range weights {
		weights[i] = 1 + 0.1*float64(i)
	}
	for _, mass := range []*jacobian.Matrix{nil, jacobian.Diagonal(weights)} {
		for _, e := range rosenbrock.Catalogue {
			run := func(l integrators.Linearisation) []float64 {
				l.Mass = mass
				s, err := e.Method.Implicit(f, n, l)
				require.NoError(t, err)
				y := make([]float64, n)
				for i := range y {
					y[i] = 0.5 + 0.1*math.Cos(float64(i))
				}
				require.NoError(t, s.Reset(0, y))
				for range 5 {
					require.NoError(t, s.Try(y, nil, 0.1))
					s.Accept()
				}
				return y
			}
			want := run(integrators.Linearisation{Jacobian: j})
			for _, p := range []*jacobian.Pattern{jacobian.Banded(n, 1, 1), sparse} {
				// Another order of elimination: rounding, in stages of some tens.
				require.InDeltaSlice(t, want, run(integrators.Linearisation{Jacobian: j, Pattern: p}), 1e-13, e.Name)
				// Differences leave eight digits of J; a factor of h² = 0.01 stands
				// before the rest, coefficients of some tens too.
				require.InDeltaSlice(t, want, run(integrators.Linearisation{Pattern: p}), 1e-8, e.Name)
			}
			require.InDeltaSlice(t, want, run(integrators.Linearisation{}), 1e-8, e.Name)
		}
	}
}

// A mass matrix that is not diagonal is M y' = f for y' = M⁻¹ f.
func TestMass(t *testing.T) {
	mass := jacobian.Dense(2).New()
	mass.Set(0, 0, 2)
	mass.Set(0, 1, 1)
	mass.Set(1, 0, -1)
	mass.Set(1, 1, 3)
	rate := func(x float64, y []float64) (a, b float64) { return -y[0]*y[1] + math.Sin(x), y[0] - 20*y[1] }
	for _, e := range rosenbrock.Catalogue {
		var ends [2][]float64
		for k, f := range []integrators.Field{
			func(d []float64, x float64, y []float64) error { d[0], d[1] = rate(x, y); return nil },
			func(d []float64, x float64, y []float64) error {
				a, b := rate(x, y)
				d[0], d[1] = 2*a+b, -a+3*b
				return nil
			},
		} {
			l := integrators.Linearisation{}
			if k == 1 {
				l.Mass = mass
			}
			s, err := e.Method.Implicit(f, 2, l)
			require.NoError(t, err)
			y := []float64{1, 0.5}
			require.NoError(t, s.Reset(0.3, y))
			require.NoError(t, s.Try(y, nil, 0.1))
			ends[k] = y
		}
		require.InDeltaSlice(t, ends[0], ends[1], 1e-9, "%s: J by differences", e.Name)
	}
}

// One Jacobian a step, however often the step is tried; f at its start once; and
// twice more to see that it depends on time, once that it does not.
func TestCounts(t *testing.T) {
	stages := map[string]int{"rodas3p": 3, "rodas4": 6, "rodas4p2": 6, "rodas5p": 8, "rodas5pe": 8, "rodas6p": 16}
	for _, e := range rosenbrock.Catalogue {
		for drift, field := range []integrators.Field{kepler.f(0), func(d []float64, x float64, y []float64) error {
			err := kepler.f(0)(d, x, y)
			d[2] += math.Sin(x)
			return err
		}} {
			s, err := e.Method.Implicit(field, 4, integrators.Linearisation{Jacobian: kepler.j(0)})
			require.NoError(t, err)
			y := kepler.exact(0, 0)
			require.NoError(t, s.Reset(1, y))
			for range 10 {
				require.NoError(t, s.Try(y, y, 0.2)) // rejected
				require.NoError(t, s.Try(y, nil, 0.1))
				s.Accept()
			}
			require.Equal(t, integrators.Counts{
				Evaluations: 10 * (1 + 2*(stages[e.Name]-1) + 1 + drift), Jacobians: 10, Factorisations: 20,
			}, s.Counts(), e.Name)
		}
	}
}

// Where the field does not depend on time, Autonomous gives the same bits for one
// evaluation less.
func TestAutonomous(t *testing.T) {
	for _, e := range rosenbrock.Catalogue {
		a := e.Method.Stepper(kepler.f(0), 4)
		b := rosenbrock.Autonomous{Tableau: e.Method}.Stepper(kepler.f(0), 4)
		y, z := kepler.exact(0, 0), kepler.exact(0, 0)
		require.NoError(t, a.Reset(0, y))
		require.NoError(t, b.Reset(0, z))
		require.NoError(t, a.Try(y, nil, 0.1))
		require.NoError(t, b.Try(z, nil, 0.1))
		require.Equal(t, y, z)
		require.Equal(t, a.Counts().Evaluations-1, b.Counts().Evaluations)
	}
}

// The differences in time hold far from t = 0, backward, and in a step that was
// first tried much longer.
func TestTimeDerivative(t *testing.T) {
	for _, start := range []float64{0, 1e6, -1e9} {
		for _, h := range []float64{0.1, -0.1} {
			s := rosenbrock.Rodas5P.Stepper(func(d []float64, x float64, _ []float64) error { d[0] = math.Exp(x - start); return nil }, 1)
			y := []float64{0}
			require.NoError(t, s.Reset(start, y))
			require.NoError(t, s.Try(y, nil, 1e5*h))
			require.NoError(t, s.Try(y, nil, h))
			// The error of a quadrature of order 5, and what rounding does to the
			// nodes.
			require.InDelta(t, math.Expm1(h), y[0], 1e-8+0.1*0x1p-52*math.Abs(start))
		}
	}
}

func TestInterpolantEnds(t *testing.T) {
	for _, e := range rosenbrock.Catalogue {
		s := e.Method.Stepper(kepler.f(0), 4)
		y, z := kepler.exact(0, 0), make([]float64, 4)
		require.NoError(t, s.Reset(0, y))
		for range 3 {
			before := append([]float64(nil), y...)
			require.NoError(t, s.Try(y, nil, 0.1))
			s.Accept()
			require.NoError(t, s.(integrators.Interpolator).Interpolate(z, 0))
			require.Equal(t, before, z)
			require.NoError(t, s.(integrators.Interpolator).Interpolate(z, 1))
			require.InDeltaSlice(t, y, z, 1e-14, e.Name)
		}
	}
}

func TestStepperDoesNotAllocate(t *testing.T) {
	mass := jacobian.Diagonal([]float64{1, 1, 1, 1})
	for _, l := range []integrators.Linearisation{{}, {Mass: mass, Pattern: jacobian.Banded(4, 3, 3)}} {
		for _, e := range rosenbrock.Catalogue {
			s, err := e.Method.Implicit(kepler.f(0), 4, l)
			require.NoError(t, err)
			require.NoError(t, s.Reset(0, kepler.exact(0, 0)))
			y, est := make([]float64, 4), make([]float64, 4)
			require.Zero(t, testing.AllocsPerRun(100, func() {
				if err := s.Try(y, est, 0.01); err != nil {
					panic(err)
				}
				s.Accept()
				if err := s.(integrators.Interpolator).Interpolate(y, 0.5); err != nil {
					panic(err)
				}
			}), e.Name)
		}
	}
}

func TestErrors(t *testing.T) {
	m := rosenbrock.Rodas4
	_, err := m.Implicit(riccati.f(0), 2, integrators.Linearisation{Pattern: jacobian.Dense(3)})
	require.ErrorIs(t, err, integrators.ErrLinearisation)
	_, err = m.Implicit(riccati.f(0), 0, integrators.Linearisation{})
	require.ErrorIs(t, err, integrators.ErrLinearisation)
	require.Panics(t, func() { m.Stepper(riccati.f(0), 0) })
	require.Panics(t, func() { _ = m.Stepper(riccati.f(0), 1).Reset(0, []float64{1, 2}) })

	// 1/(h γ) is an eigenvalue of J: γ = 1/4, λ = 4. A shorter step will do.
	s, err := m.Implicit(func(d []float64, _ float64, y []float64) error { d[0] = 4 * y[0]; return nil }, 1,
		integrators.Linearisation{Jacobian: func(j *jacobian.Matrix, _ float64, _ []float64) error { j.Set(0, 0, 4); return nil }})
	require.NoError(t, err)
	y := []float64{1}
	require.NoError(t, s.Reset(0, y))
	err = s.Try(y, nil, 1)
	require.ErrorIs(t, err, integrators.ErrDiverged)
	require.ErrorIs(t, err, jacobian.ErrSingular)
	require.NoError(t, s.Try(y, nil, 0.1))
	require.InEpsilon(t, math.Exp(0.4), y[0], 1e-4)

	// Every error of the field is passed on, and the stepper goes on from where
	// it was.
	broken := errors.New("broken")
	for _, e := range rosenbrock.Catalogue {
		left := 0
		s := e.Method.Stepper(func(d []float64, x float64, y []float64) error {
			if left--; left == 0 {
				return broken
			}
			return riccati.f(0)(d, x, y)
		}, 1)
		require.NoError(t, s.Reset(0, riccati.exact(0, 0)))
		want := make([]float64, 1)
		require.NoError(t, s.Try(want, nil, 0.1))
		all := s.Counts().Evaluations
		for k := 1; k <= all; k++ {
			require.NoError(t, s.Reset(0, riccati.exact(0, 0)))
			left = k
			require.ErrorIs(t, s.Try(y, nil, 0.1), broken, "%s, call %d", e.Name, k)
			require.NoError(t, s.Try(y, nil, 0.1))
			require.Equal(t, want, y)
		}
	}
}

// What is not finite comes out as such, or as a matrix without a pivot.
func TestNotFinite(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		for _, e := range rosenbrock.Catalogue {
			s := e.Method.Stepper(func(d []float64, _ float64, y []float64) error { d[0], d[1] = y[1], bad; return nil }, 2)
			y := []float64{1, 1}
			require.NoError(t, s.Reset(0, y))
			if err := s.Try(y, nil, 0.1); err != nil {
				require.ErrorIs(t, err, integrators.ErrDiverged)
				continue
			}
			require.True(t, math.IsNaN(y[1]) || math.IsInf(y[1], 0), e.Name)
		}
	}
}

package rosenbrock_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/rosenbrock"
)

// A hundred thousand steps of a constant slope are off by the rounding of the step,
// whose stages cancel in part, and of one sum. Weights that are not balanced, or
// sums that are rounded, leave ten to a thousand times as much. Rejected steps leave
// no trace, and who goes on half way with the carry ends on the same bits.
func TestSumsAreCompensated(t *testing.T) {
	const n, h, slope = 100_000, 1e-3, 1. / 3
	f := func(d []float64, _ float64, _ []float64) error { d[0], d[1] = slope, -slope; return nil }
	for _, e := range rosenbrock.Catalogue {
		stepper := func(y, carry []float64) integrators.Stepper {
			s := e.Method.Stepper(f, 2)
			require.NoError(t, s.Reset(0, y))
			copy(s.(integrators.Compensated).Carry(), carry)
			return s
		}
		y, other, start := []float64{1, 1e3}, make([]float64, 2), []float64{1, 1e3}
		s := stepper(y, nil)
		half := make([]float64, 2)
		var rest integrators.Stepper
		for i := range n {
			if i == n/2 {
				copy(half, y)
				rest = stepper(half, s.(integrators.Compensated).Carry())
			}
			if i%7 == 0 {
				require.NoError(t, s.Try(other, nil, 0.7*h))
			}
			require.NoError(t, s.Try(y, nil, h))
			s.Accept()
			if rest != nil {
				require.NoError(t, rest.Try(half, nil, h))
				rest.Accept()
			}
		}
		require.Equal(t, y, half, e.Name)
		for i, v := range []float64{n * h * slope, -n * h * slope} {
			want := start[i] + v
			// Stages reach some ten times their sum.
			require.InDelta(t, want, y[i], 0x1p-53*(2*math.Abs(want)+32*math.Abs(v)), "%s", e.Name)
		}
		require.NoError(t, s.Reset(0, start))
		require.Equal(t, []float64{0, 0}, s.(integrators.Compensated).Carry(), e.Name)
	}
}

// At tolerances below 1e-10 the Jacobian by differences is good to ten digits, for
// twice the evaluations.
func TestJacobianIsSharpAtTightTolerances(t *testing.T) {
	f := func(d []float64, _ float64, y []float64) error { d[0] = math.Exp(y[0]); return nil }
	for _, c := range []struct{ tol, least, most float64 }{{1e-9, 1e-9, 1e-7}, {1e-11, 0, 1e-9}} {
		var seen float64
		l := integrators.Linearisation{RTol: c.tol, ATol: c.tol, Watch: func(j *jacobian.Matrix) { seen = j.At(0, 0) }}
		s, err := rosenbrock.Rodas5P.Implicit(f, 1, l)
		require.NoError(t, err)
		require.NoError(t, s.Reset(0, []float64{1}))
		require.NoError(t, s.Try([]float64{0}, nil, 1e-3))
		require.Less(t, math.Abs(seen/math.E-1), c.most)
		require.GreaterOrEqual(t, math.Abs(seen/math.E-1), c.least)
	}
}

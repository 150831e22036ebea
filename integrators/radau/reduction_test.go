package radau_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/radau"
	"github.com/ito-sde/ito/ode"
)

// driven is y' = λ(y − g) + g', whose smooth solution is g.
func driven(lambda float64, g func(t float64) (v, slope float64)) integrators.Field {
	return func(d []float64, t float64, y []float64) error {
		v, slope := g(t)
		d[0] = lambda*(y[0]-v) + slope
		return nil
	}
}

// With g = t^(s+1), the first power that collocation does not follow, the error of a
// step is a function of λh alone, from 0.45 to s times what Method's doc bounds it by.
func TestEstimateWhereOrderIsReduced(t *testing.T) {
	const size = 1e-12 // so that nothing is filtered twice
	for _, m := range []*radau.Method{radau.IIA5, radau.IIA9, radau.IIA13} {
		_, s := m.Order()
		for _, z := range []float64{-3, -10, -30, -100, -1e3, -1e5} {
			f := driven(z, func(t float64) (float64, float64) {
				p := size * math.Pow(t, float64(s))
				return p * t, float64(s+1) * p
			})
			stepper, err := m.Implicit(f, 1, integrators.Linearisation{ATol: 1e-8})
			require.NoError(t, err)
			y, e := []float64{0}, []float64{0}
			require.NoError(t, stepper.Reset(0, y))
			require.NoError(t, stepper.Try(y, e, 1))
			truth, estimate := math.Abs(y[0]-size), math.Abs(e[0])
			// Differences give J to 1e-8 and size is subtracted: 1e-3 is plenty.
			require.LessOrEqual(t, truth, float64(s)*estimate*1.001, "%v at %g", m, z)
			if z <= -30 { // not the scaled estimate
				require.GreaterOrEqual(t, truth, 0.45*estimate, "%v at %g", m, z)
			}
		}
	}
}

// What stiff components err by is of the size of the tolerance, at any stiffness: not
// more than s times, and again for what the steps before left.
func TestDrivenStiffComponents(t *testing.T) {
	g := func(t float64) (float64, float64) { return math.Sin(t + math.Pi/4), math.Cos(t + math.Pi/4) }
	for _, m := range adaptiveMethods {
		for _, lambda := range []float64{-10, -100, -1e3, -1e4, -1e6} {
			for _, tol := range []float64{1e-4, 1e-7, 1e-10} {
				y, _ := g(0)
				r, err := ode.Solve(context.Background(), m, driven(lambda, g), 0, 10, []float64{y}, ode.Config{RTol: tol, ATol: tol})
				require.NoError(t, err)
				want, _ := g(10)
				require.InDelta(t, want, r.Y[0], 14*tol, "%v at λ = %g, tolerance %g", m, lambda, tol)
			}
		}
	}
}

// Of a transient that a step passes over, e^z, the estimate says at least half of what
// it leaves.
func TestEstimateSeesTransients(t *testing.T) {
	for _, m := range []*radau.Method{radau.IIA1, radau.IIA5, radau.IIA9, radau.IIA13} {
		for _, z := range []float64{-1, -3, -10, -30, -100, -1e3, -1e4, -1e6} {
			f := func(d []float64, _ float64, y []float64) error { d[0] = z * y[0]; return nil }
			s, err := m.Implicit(f, 1, integrators.Linearisation{RTol: 1e-8, ATol: 1e-8})
			require.NoError(t, err)
			require.NoError(t, s.Reset(0, []float64{1}))
			y, e := []float64{0}, []float64{0}
			require.NoError(t, s.Try(y, e, 1))
			require.Less(t, math.Abs(y[0]-math.Exp(z)), 2*math.Abs(e[0]), "%v at %g", m, z)
		}
	}
}

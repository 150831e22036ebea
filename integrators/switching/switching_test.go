package switching_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/rosenbrock"
	"github.com/ito-sde/ito/integrators/switching"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/validation/problems"
)

var background = context.Background()

func tolerance(t float64) ode.Config { return ode.Config{RTol: t, ATol: t} }

// The known ends of intervals of stability: 2 for Euler's and all two-stage
// methods of order 2, and the real roots of 1+z+z²/2+z³/6 = ±1 and the next one.
func TestBoundary(t *testing.T) {
	require.InDelta(t, 2, integrators.Euler.Boundary(), 1e-5)
	require.InDelta(t, 2, integrators.Heun.Boundary(), 1e-5)
	require.InDelta(t, 2.512745, integrators.BogackiShampine.Boundary(), 1e-5)
	require.InDelta(t, 2.785294, integrators.RK4.Boundary(), 1e-5)
	require.InDelta(t, 3.30657, integrators.DormandPrince.Boundary(), 1e-4)
}

// On y' = λy the estimate of h|λ| is exact.
func TestStiffnessOfOneEigenvalue(t *testing.T) {
	for _, e := range integrators.Catalogue {
		if !e.Method.TellsStiffness() {
			continue
		}
		s := e.Method.Stepper(func(d []float64, _ float64, y []float64) error { d[0] = -7 * y[0]; return nil }, 1)
		require.NoError(t, s.Reset(0, []float64{1}))
		y := make([]float64, 1)
		require.NoError(t, s.Try(y, nil, 0.25))
		s.Accept()
		require.InDelta(t, 1.75, s.(integrators.Stiffness).Stiffness(), 1e-9, e.Name)
	}
	for _, m := range []*integrators.Tableau{integrators.DormandPrince, integrators.Tsitouras5, integrators.Verner6, integrators.Verner7, integrators.Verner9} {
		require.True(t, m.TellsStiffness(), "%v", m)
	}
}

// Stiff problems are solved at about the cost of the stiff method, others with
// the very steps of the explicit one.
func TestGoesOver(t *testing.T) {
	for _, e := range switching.Catalogue {
		for _, name := range []string{"lorenz10", "arenstorf", "kepler10", "pleiades", "lotka", "robertson", "vdp1000", "hires", "orego"} {
			p, ok := problems.ByName(name)
			require.True(t, ok)
			c := ode.Config{RTol: 1e-6, ATol: 1e-6 * p.AbsScale, MaxSteps: 200_000}
			r, err := ode.Solve(background, e.Method, p.F, p.T0, p.T1, p.Y0, c)
			require.NoError(t, err, "%s on %s", e.Name, p.Name)
			if !p.Stiff {
				c.Filter = ode.PI
				r, err := ode.Solve(background, e.Method, p.F, p.T0, p.T1, p.Y0, c)
				require.NoError(t, err)
				alone, err := ode.Solve(background, e.Method.Explicit, p.F, p.T0, p.T1, p.Y0, c)
				require.NoError(t, err)
				if e.Name == "auto5" { // of one order with its stiff method
					require.Equal(t, alone.Y, r.Y, p.Name)
				}
			} else {
				require.Positive(t, r.Stats.Factorisations, "%s on %s", e.Name, p.Name)
				alone, err := ode.Solve(background, rosenbrock.Rodas5P, p.F, p.T0, p.T1, p.Y0, c)
				require.NoError(t, err)
				require.Less(t, r.Stats.Accepted+r.Stats.Rejected, 3*(alone.Stats.Accepted+alone.Stats.Rejected)+100, "%s on %s", e.Name, p.Name)
			}
		}
	}
}

// Van der Pol's oscillator is stiff along the slow branches and not in the jumps:
// the method goes over and comes back, many times over several periods.
func TestComesBack(t *testing.T) {
	vdp := func(d []float64, _ float64, y []float64) error {
		d[0], d[1] = y[1], 100*(1-y[0]*y[0])*y[1]-y[0]
		return nil
	}
	jacobians := 0
	c := tolerance(1e-6)
	c.Linearisation.Watch = func(*jacobian.Matrix) { jacobians++ }
	r, err := ode.Solve(background, switching.Auto5, vdp, 0, 500, []float64{2, 0}, c)
	require.NoError(t, err)
	require.Equal(t, r.Stats.Jacobians, jacobians)
	require.Greater(t, r.Stats.Accepted, jacobians+50, "explicit steps among them")
	fine, err := ode.Solve(background, rosenbrock.Rodas5P, vdp, 0, 500, []float64{2, 0}, tolerance(1e-11))
	require.NoError(t, err)
	require.InDelta(t, fine.Y[0], r.Y[0], 1e-3)
	explicit, err := ode.Solve(background, integrators.Tsitouras5, vdp, 0, 500, []float64{2, 0}, tolerance(1e-6))
	require.NoError(t, err)
	require.Less(t, r.Stats.Accepted, explicit.Stats.Accepted/5)
}

// Output inside steps is right on both sides of a change.
func TestInterpolation(t *testing.T) {
	f := func(d []float64, t float64, y []float64) error {
		d[0] = -1000*(y[0]-math.Sin(t)) + math.Cos(t)
		return nil
	}
	c := tolerance(1e-7)
	for x := 0.0; x <= 3; x += 0.01 {
		c.At = append(c.At, x)
	}
	r, err := ode.Solve(background, switching.Auto5, f, 0, 3, []float64{0}, c)
	require.NoError(t, err)
	require.Positive(t, r.Stats.Factorisations)
	for i, x := range c.At {
		require.InDelta(t, math.Sin(x), r.At[i][0], 1e-5)
	}
}

func TestRefusals(t *testing.T) {
	f := func(d []float64, _ float64, y []float64) error { d[0] = -y[0]; return nil }
	c := tolerance(1e-6)
	c.Linearisation.Mass = jacobian.Diagonal([]float64{2})
	_, err := ode.Solve(background, switching.Auto5, f, 0, 1, []float64{1}, c)
	require.ErrorIs(t, err, integrators.ErrLinearisation)
	_, err = ode.Solve(background, switching.Method{integrators.BogackiShampine, rosenbrock.Rodas4}, f, 0, 1, []float64{1}, tolerance(1e-6))
	require.ErrorIs(t, err, integrators.ErrLinearisation)
}

// A problem that turns stiff needs no choice of method.
func ExampleMethod() {
	robertson := func(d []float64, _ float64, y []float64) error {
		d[0] = -0.04*y[0] + 1e4*y[1]*y[2]
		d[2] = 3e7 * y[1] * y[1]
		d[1] = -d[0] - d[2]
		return nil
	}
	r, err := ode.Solve(context.Background(), switching.Auto5, robertson, 0, 1e4, []float64{1, 0, 0}, ode.Config{RTol: 1e-6, ATol: 1e-10})
	fmt.Printf("%.4f %v %v\n", r.Y[0], r.Stats.Accepted < 500, err)
	// Output: 0.1073 true <nil>
}

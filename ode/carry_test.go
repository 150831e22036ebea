package ode_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/rosenbrock"
	"github.com/ito-sde/ito/ode"
)

// compensated are the methods whose sums of steps are.
func compensated(t *testing.T) (all []ode.Entry) {
	for _, e := range ode.Catalogue {
		stepper := e.Method.Stepper(oscillator, 2)
		if _, ok := stepper.(integrators.Compensated); ok {
			all = append(all, e)
		}
	}
	require.GreaterOrEqual(t, len(all), 24) // explicit, multistep and Rosenbrock methods
	return all
}

// The state is that at the time it is given for: of y' = 1, chosen steps of up to a
// thousandth add up to the time passed, forwards and backwards, though neither they
// nor the times are what the sums of numbers would be.
func TestTimeAndSumsAreExact(t *testing.T) {
	clock := func(d []float64, _ float64, _ []float64) error { d[0] = 1; return nil }
	for _, e := range compensated(t) {
		c := tolerance(1e-6)
		c.Max, c.First = 1e-3, 1e-3
		if _, estimate := e.Method.Order(); estimate == 0 {
			continue // its fixed steps follow a grid
		}
		for _, end := range []float64{40.1, -39.9} {
			steps, worst := 0, 0.0
			for s, err := range ode.Steps(background, e.Method, clock, 0.1, end, []float64{0}, c) {
				require.NoError(t, err)
				steps++
				worst = max(worst, math.Abs(s.Y[0]-(s.T-0.1)))
			}
			require.Greater(t, steps, 30_000)
			// The state is rounded once, and every partial sum of a step alike in all:
			// weights reach 15. Forty thousand roundings of times or sums, alike too, are
			// as much as 1e-10.
			require.Less(t, worst, 64*0x1p-53*40, "%s to %v", e.Name, end)
		}
	}
}

// A solve interrupted after hundreds of steps goes on with what rounding took off
// them, to the same bits; without that the bits differ.
func TestResumeCarriesRounding(t *testing.T) {
	differ := 0
	for _, e := range compensated(t) {
		switch e.Method.(type) {
		case *integrators.Tableau, *rosenbrock.Tableau:
		default:
			continue // several steps or Newton's iterations begin anew
		}
		if _, estimate := e.Method.Order(); estimate == 0 {
			continue
		}
		c := tolerance(1e-9)
		c.Max = 0.002
		whole, err := ode.Solve(background, e.Method, lotka, 0, 1, []float64{1, 1}, c)
		require.NoError(t, err)
		c.MaxSteps = 333
		half, err := ode.Solve(background, e.Method, lotka, 0, 1, []float64{1, 1}, c)
		require.ErrorIs(t, err, ode.ErrMaxSteps)
		require.Len(t, half.State.Carry, 2)
		c.State, c.MaxSteps = half.State, 0
		r, err := ode.Solve(background, e.Method, lotka, half.T, 1, half.Y, c)
		require.NoError(t, err)
		require.Equal(t, whole.Y, r.Y, e.Name)
		c.State.Carry = nil
		r, err = ode.Solve(background, e.Method, lotka, half.T, 1, half.Y, c)
		require.NoError(t, err)
		if r.Y[0] != whole.Y[0] || r.Y[1] != whole.Y[1] {
			differ++
		}
		require.InDeltaSlice(t, whole.Y, r.Y, 1e-9, e.Name)
	}
	require.Positive(t, differ)
}

// A state that an event has cut or changed has lost nothing.
func TestEventsDropCarry(t *testing.T) {
	c := tolerance(1e-9)
	c.Max = 0.01
	c.Events = []ode.Event{{G: func(_ float64, y []float64) float64 { return y[0] - 0.9 }, Terminal: 1}}
	r, err := ode.Solve(background, integrators.DormandPrince, oscillator, 0, 10, []float64{0, 1}, c)
	require.NoError(t, err)
	require.Zero(t, r.Ended)
	require.Equal(t, []float64{0, 0}, r.State.Carry)
	c.Events = nil
	r, err = ode.Solve(background, integrators.DormandPrince, oscillator, 0, 10, []float64{0, 1}, c)
	require.NoError(t, err)
	require.NotEqual(t, []float64{0, 0}, r.State.Carry)
	require.False(t, r.State.IsZero())
	require.True(t, ode.State{}.IsZero())
	require.False(t, ode.State{Carry: []float64{0}}.IsZero())
}

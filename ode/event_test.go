package ode_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
)

// stone falls with an acceleration of 10.
func stone(d []float64, _ float64, y []float64) error { d[0], d[1] = y[1], -10; return nil }

func height(_ float64, y []float64) float64 { return y[0] }

// bounce turns the velocity round and keeps a share of it.
func bounce(share float64) func(float64, []float64) bool {
	return func(_ float64, y []float64) bool { y[1] *= -share; return true }
}

// A ball dropped from 5 m bounces after 1 s, then after 2·0.5^k s: the parabola is
// within every method's interpolant, so the times hold to rounding.
func TestBounces(t *testing.T) {
	for _, m := range []*integrators.Tableau{integrators.BogackiShampine, integrators.DormandPrince, integrators.Tsitouras5, integrators.DOP853, integrators.Verner9} {
		c := tolerance(1e-8)
		c.Events = []ode.Event{{G: height, Direction: -1, Action: bounce(0.5)}}
		r, err := ode.Solve(background, m, stone, 0, 2.9, []float64{5, 0}, c)
		require.NoError(t, err)
		at := 1.0
		for k := 0; at < 2.9; k++ {
			// Heights of 5 are rounded in some dozens of steps.
			require.InDelta(t, at, r.Events[k].T, 1e-11, "%v", m)
			require.InDelta(t, 0, r.Events[k].Y[0], 1e-11)
			require.Less(t, r.Events[k].Y[1], 0.0, "the state before the bounce")
			at += math.Pow(0.5, float64(k))*2 - math.Pow(0.5, float64(k)) // 2v/g with v = 10·0.5^(k+1)
		}
		require.Len(t, r.Events, 5)
		require.Equal(t, -1, r.Ended)
	}
}

// Bounces come ever faster: the solve ends with an error and not in a loop.
func TestEndlessBounces(t *testing.T) {
	c := tolerance(1e-8)
	c.Events = []ode.Event{{G: height, Action: bounce(0.5)}}
	r, err := ode.Solve(background, integrators.DormandPrince, stone, 0, 4, []float64{5, 0}, c)
	require.ErrorIs(t, err, ode.ErrEvents)
	require.InDelta(t, 3, r.T, 1e-8)

	// An action that leaves the state on the root does not happen again at once.
	c.Events = []ode.Event{{G: height, Action: func(_ float64, y []float64) bool { y[0] = 0; return true }, Max: 5}}
	r, err = ode.Solve(background, integrators.DormandPrince, stone, 0, 4, []float64{5, 0}, c)
	require.NoError(t, err)
	require.Len(t, r.Events, 1)
}

// An action that leaves the state a little beyond the root, on its way back, does
// not make an event of the way back.
func TestWayBackIsNoEvent(t *testing.T) {
	c := tolerance(1e-8)
	c.Events = []ode.Event{{G: height, Action: func(_ float64, y []float64) bool { y[0], y[1] = -1e-9, -0.5*y[1]; return true }}}
	r, err := ode.Solve(background, integrators.DormandPrince, stone, 0, 2.25, []float64{5, 0}, c)
	require.NoError(t, err)
	require.Len(t, r.Events, 2)
	require.InDelta(t, 2, r.Events[1].T, 1e-8)
}

// Every root of sin t is found, by long steps, forward and backward, with the
// direction seen in the order of integration.
func TestEveryRoot(t *testing.T) {
	for _, dir := range []float64{1, -1} {
		for direction, first := range map[int]float64{0: math.Pi, 1: 2 * math.Pi, -1: math.Pi} {
			if dir < 0 && direction != 0 {
				first = 3*math.Pi - first // backward from 0, sin t is negative first
			}
			c := tolerance(1e-4)
			c.Events = []ode.Event{{G: height, Direction: direction, Samples: 15}}
			r, err := ode.Solve(background, integrators.Verner9, oscillator, dir*0.1, dir*100, []float64{dir * math.Sin(0.1), math.Cos(0.1)}, c)
			require.NoError(t, err)
			every := math.Pi
			if direction != 0 {
				every *= 2
			}
			require.Len(t, r.Events, 1+int((100-first)/every), "direction %d, %v", direction, dir)
			for k, e := range r.Events {
				require.InDelta(t, dir*(first+float64(k)*every), e.T, 2e-2)
			}
		}
	}
}

// A root in time alone is found to the last bit, by every fixed step and order of
// events; those at one time happen in the order of the list.
func TestLastBit(t *testing.T) {
	at := func(when float64) func(float64, []float64) float64 {
		return func(t float64, _ []float64) float64 { return t - when }
	}
	third := 1. / 3
	for _, step := range []float64{0.1, 0.25, 1} {
		c := ode.Config{Step: step, Events: []ode.Event{{G: at(0.7)}, {G: at(third)}, {G: at(1)}, {G: at(third)}, {G: at(math.Sqrt2 / 3)}}}
		r, err := ode.Solve(background, integrators.RK4, oscillator, 0, 1, []float64{0, 1}, c)
		require.NoError(t, err)
		var order []int
		for _, e := range r.Events {
			order = append(order, e.Event)
			want := map[int]float64{0: 0.7, 1: third, 2: 1, 3: third, 4: math.Sqrt2 / 3}[e.Event]
			require.GreaterOrEqual(t, e.T, want)
			require.LessOrEqual(t, e.T, math.Nextafter(want, 2))
		}
		require.Equal(t, []int{1, 3, 4, 0, 2}, order)
	}
}

// Two roots inside one step, and what lies behind an event that acts.
func TestWithinOneStep(t *testing.T) {
	g := func(t float64, _ []float64) float64 { return (t - 0.41) * (t - 0.67) }
	c := ode.Config{Step: 1, Events: []ode.Event{{G: g}}}
	r, err := ode.Solve(background, integrators.RK4, oscillator, 0, 1, []float64{0, 1}, c)
	require.NoError(t, err)
	require.Len(t, r.Events, 2)
	require.InDelta(t, 0.41, r.Events[0].T, 1e-15)
	require.InDelta(t, 0.67, r.Events[1].T, 1e-15)

	// A fall is stopped at 0.5 s; the ground at 1 s is then never reached.
	c = ode.Config{Step: 2, Events: []ode.Event{
		{G: height},
		{G: func(t float64, _ []float64) float64 { return t - 0.5 }, Action: func(_ float64, y []float64) bool { y[1] = 100; return true }},
	}}
	r, err = ode.Solve(background, integrators.Heun, stone, 0, 2, []float64{5, 0}, c)
	require.NoError(t, err)
	require.Len(t, r.Events, 1)
	require.InDelta(t, 3.75+150-11.25, r.Y[0], 1e-9)
	require.Equal(t, 2.0, r.T)
}

func TestTerminal(t *testing.T) {
	c := tolerance(1e-9)
	c.Events = []ode.Event{{G: height, Terminal: 3}}
	c.At = []float64{1, 5, 50}
	r, err := ode.Solve(background, integrators.Tsitouras5, oscillator, 0.5, 100, []float64{math.Sin(0.5), math.Cos(0.5)}, c)
	require.NoError(t, err)
	require.Zero(t, r.Ended)
	require.InDelta(t, 3*math.Pi, r.T, 1e-7)
	require.InDelta(t, 0, r.Y[0], 1e-12)
	require.InDelta(t, -1, r.Y[1], 1e-7)
	require.Len(t, r.At, 2, "no output beyond the end")
	last := 0.0
	for s, err := range ode.Steps(background, integrators.Tsitouras5, oscillator, 0.5, 100, []float64{math.Sin(0.5), math.Cos(0.5)}, c) {
		require.NoError(t, err)
		last = s.T
	}
	require.Equal(t, r.T, last)
}

func TestBadEvents(t *testing.T) {
	c := tolerance(1e-6)
	for _, g := range []func(float64, []float64) float64{
		func(float64, []float64) float64 { return math.NaN() },
		func(t float64, _ []float64) float64 { return math.Sqrt(0.5 - t) },
	} {
		c.Events = []ode.Event{{G: g}}
		_, err := ode.Solve(background, integrators.DormandPrince, oscillator, 0, 1, []float64{0, 1}, c)
		require.ErrorIs(t, err, ode.ErrEvents)
	}
	calls := 0
	c.Events = []ode.Event{{G: func(float64, []float64) float64 { calls++; return 1 - 2*float64(calls%2) }, Max: 3}}
	_, err := ode.Solve(background, integrators.DormandPrince, oscillator, 0, 100, []float64{0, 1}, c)
	require.ErrorIs(t, err, ode.ErrEvents)
	c.Events = []ode.Event{{G: func(float64, []float64) float64 { return 0 }, Action: bounce(1)}, {G: func(float64, []float64) float64 { return math.Inf(1) }}}
	r, err := ode.Solve(background, integrators.DormandPrince, oscillator, 0, 1, []float64{0, 1}, c)
	require.NoError(t, err)
	require.Empty(t, r.Events)
	c.Events = []ode.Event{{G: height, Action: func(_ float64, y []float64) bool { y[0] = math.NaN(); return true }}}
	_, err = ode.Solve(background, integrators.DormandPrince, oscillator, 0, 4, []float64{0, 1}, c)
	require.ErrorIs(t, err, ode.ErrNotFinite)
	c.Events = []ode.Event{{}}
	_, err = ode.Solve(background, integrators.DormandPrince, oscillator, 0, 4, []float64{0, 1}, c)
	require.ErrorIs(t, err, ode.ErrConfig)
}

// A field that jumps at stops is integrated to the method's full accuracy: here
// y' is constant between them, so exactly.
func TestStops(t *testing.T) {
	stairs := func(d []float64, t float64, _ []float64) error { d[0] = math.Floor(3 * t); return nil }
	for _, dir := range []float64{1, -1} {
		for _, c := range []ode.Config{{Step: 0.25}, tolerance(1e-10)} {
			for _, m := range []*integrators.Tableau{integrators.Heun, integrators.DormandPrince, integrators.Verner7} {
				// Backward, the field at a stop is again that behind it.
				f := stairs
				if dir < 0 {
					f = func(d []float64, t float64, _ []float64) error { d[0] = -math.Floor(3 * -t); return nil }
				}
				c.Stops = []float64{dir * 1 / 3, dir * 2 / 3, dir}
				r, err := ode.Solve(background, m, f, 0, dir*1.2, []float64{0}, c)
				require.NoError(t, err)
				require.InDelta(t, 1./3+2./3+0.2*3, r.Y[0], 1e-14, "%v %v", m, c.Step)
				require.Equal(t, dir*1.2, r.T)
				require.Less(t, r.Stats.Accepted, 25)
				require.Zero(t, r.Stats.Rejected)
			}
		}
	}
}

// Stops at the ends of the interval, or twice the same, are no more than others.
func TestStopsAtTheEnds(t *testing.T) {
	growth := func(d []float64, _ float64, y []float64) error { d[0] = y[0]; return nil }
	for _, stops := range [][]float64{{1}, {3}, {1, 1, 2, 2, 3}, {2}} {
		r, err := ode.Solve(background, integrators.Euler, growth, 1, 3, []float64{1}, ode.Config{Step: 0.5, Stops: stops})
		require.NoError(t, err)
		require.Equal(t, math.Pow(1.5, 4), r.Y[0])
		require.Equal(t, 4, r.Stats.Accepted)
	}
}

// A ball that bounces twice.
func ExampleEvent() {
	ball := func(d []float64, _ float64, y []float64) error { d[0], d[1] = y[1], -10; return nil }
	ground := ode.Event{
		G:         func(_ float64, y []float64) float64 { return y[0] },
		Direction: -1,
		Action:    func(_ float64, y []float64) bool { y[1] *= -0.5; return true },
	}
	r, err := ode.Solve(context.Background(), integrators.Tsitouras5, ball, 0, 2.25, []float64{5, 0},
		ode.Config{RTol: 1e-9, ATol: 1e-9, Events: []ode.Event{ground}})
	for _, e := range r.Events {
		fmt.Printf("%.6f\n", e.T)
	}
	fmt.Println(err)
	// Output:
	// 1.000000
	// 2.000000
	// <nil>
}

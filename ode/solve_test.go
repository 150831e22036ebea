package ode_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/ode"
)

var background = context.Background()

func oscillator(d []float64, _ float64, y []float64) error { d[0], d[1] = y[1], -y[0]; return nil }

func lotka(d []float64, _ float64, y []float64) error {
	d[0], d[1] = y[0]*(1.5-y[1]), y[1]*(y[0]-3)
	return nil
}

func tolerance(t float64) ode.Config { return ode.Config{RTol: t, ATol: t} }

// The achieved error follows the tolerance.
func TestTolerance(t *testing.T) {
	for _, m := range []*integrators.Tableau{integrators.BogackiShampine, integrators.DormandPrince} {
		for _, tol := range []float64{1e-3, 1e-5, 1e-7, 1e-9} {
			r, err := ode.Solve(background, m, oscillator, 0, 10, []float64{0, 1}, tolerance(tol))
			require.NoError(t, err)
			require.Equal(t, 10.0, r.T)
			e := math.Hypot(r.Y[0]-math.Sin(10), r.Y[1]-math.Cos(10))
			// Errors per step add up over ten units of time.
			require.Less(t, e, 30*tol, "%v at %g", m, tol)
			require.Greater(t, e, tol/100, "%v at %g", m, tol)
		}
	}
}

// Lotka and Volterra's invariant x − 3 ln x + y − 1.5 ln y stays put.
func TestInvariant(t *testing.T) {
	v := func(y []float64) float64 { return y[0] - 3*math.Log(y[0]) + y[1] - 1.5*math.Log(y[1]) }
	y0 := []float64{1, 1}
	r, err := ode.Solve(background, integrators.DormandPrince, lotka, 0, 20, y0, tolerance(1e-10))
	require.NoError(t, err)
	require.InDelta(t, v(y0), v(r.Y), 1e-7)
}

func TestBackwardUndoesForward(t *testing.T) {
	r, err := ode.Solve(background, integrators.DormandPrince, lotka, 0, 5, []float64{1, 2}, tolerance(1e-11))
	require.NoError(t, err)
	back, err := ode.Solve(background, integrators.DormandPrince, lotka, 5, 0, r.Y, tolerance(1e-11))
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{1, 2}, back.Y, 1e-8)
}

func TestOutput(t *testing.T) {
	at := []float64{0, 0.1, 1, 1, 2.5, 7}
	for _, dir := range []float64{1, -1} {
		c := tolerance(1e-10)
		for _, a := range at {
			c.At = append(c.At, dir*a)
		}
		r, err := ode.Solve(background, integrators.DormandPrince, oscillator, 0, dir*7, []float64{0, 1}, c)
		require.NoError(t, err)
		require.Len(t, r.At, len(at))
		for i, a := range c.At {
			require.InDelta(t, math.Sin(a), r.At[i][0], 1e-7)
		}
		require.Equal(t, r.Y, r.At[len(at)-1])
	}
}

// Fixed steps land exactly on the end, and cost what the method costs.
func TestFixedSteps(t *testing.T) {
	for _, e := range integrators.Catalogue {
		r, err := ode.Solve(background, e.Method, oscillator, 0, 1, []float64{0, 1}, ode.Config{Step: 0.1})
		require.NoError(t, err)
		require.Equal(t, 1.0, r.T)
		require.Equal(t, 10, r.Stats.Accepted, e.Name)
		want := 10 * e.Method.Stages()
		if e.Method.FSAL() {
			want = 10*(e.Method.Stages()-1) + 1
		}
		require.Equal(t, want, r.Stats.Evaluations, e.Name)
		r, err = ode.Solve(background, e.Method, oscillator, 0, 1, []float64{0, 1}, ode.Config{Step: 0.3})
		require.NoError(t, err)
		require.Equal(t, 1.0, r.T)
		require.Equal(t, 4, r.Stats.Accepted)
	}
}

func TestStepsIterates(t *testing.T) {
	n := 0
	last := 0.0
	for s, err := range ode.Steps(background, integrators.DormandPrince, oscillator, 0, 3, []float64{0, 1}, tolerance(1e-6)) {
		require.NoError(t, err)
		require.InDelta(t, last+s.H, s.T, 1e-15)
		require.InDelta(t, math.Sin(s.T), s.Y[0], 1e-5)
		last = s.T
		n++
	}
	require.Equal(t, 3.0, last)
	require.Greater(t, n, 3)
}

func TestZeroInterval(t *testing.T) {
	r, err := ode.Solve(background, integrators.DormandPrince, oscillator, 2, 2, []float64{0, 1}, tolerance(1e-6))
	require.NoError(t, err)
	require.Equal(t, []float64{0, 1}, r.Y)
	require.Zero(t, r.Stats.Accepted)
}

// x' = x² from 1 blows up at t = 1: the solve ends close to it, in bounded time.
func TestBlowUp(t *testing.T) {
	square := func(d []float64, _ float64, y []float64) error { d[0] = y[0] * y[0]; return nil }
	r, err := ode.Solve(background, integrators.DormandPrince, square, 0, 2, []float64{1}, tolerance(1e-8))
	require.ErrorIs(t, err, ode.ErrStepSize)
	var e *ode.Error
	require.ErrorAs(t, err, &e)
	require.InDelta(t, 1, e.T, 1e-6)
	require.InDelta(t, 1, r.T, 1e-6)
	require.False(t, math.IsInf(r.Y[0], 0) || math.IsNaN(r.Y[0]))

	// Fixed steps jump over the pole, and are caught when the state is not finite.
	_, err = ode.Solve(background, integrators.RK4, square, 0, 2, []float64{1}, ode.Config{Step: 0.01})
	require.ErrorIs(t, err, ode.ErrNotFinite)
}

// A state of zeros needs no absolute tolerance if it moves away.
func TestRelativeToleranceFromZero(t *testing.T) {
	for _, name := range []string{"tsit5", "dop853", "rodas5p", "radau5"} {
		e, err := ode.ByName(name)
		require.NoError(t, err)
		r, err := ode.Solve(background, e.Method, func(d []float64, t float64, y []float64) error { d[0], d[1] = 1, y[0]; return nil },
			0, 2, []float64{0, 0}, ode.Config{RTol: 1e-6})
		require.NoError(t, err, name)
		require.InDeltaSlice(t, []float64{2, 2}, r.Y, 1e-5, name)
		require.Less(t, r.Stats.Accepted+r.Stats.Rejected, 100, name)
	}
}

// Errors say what there is to say and no more.
func TestErrorText(t *testing.T) {
	require.Equal(t, "ode: too many steps at t = 1.5, h = 0.25", (&ode.Error{Cause: ode.ErrMaxSteps, T: 1.5, H: 0.25, Component: -1}).Error())
	require.Equal(t, "ode: step size fell to the resolution of time at t = 1, h = 1e-16, error norm 2.5, component 3",
		(&ode.Error{Cause: ode.ErrStepSize, T: 1, H: 1e-16, Norm: 2.5, Component: 3}).Error())
}

func TestBadFields(t *testing.T) {
	nan := func(d []float64, t float64, _ []float64) error {
		if d[0] = 1; t > 0.5 {
			d[0] = math.NaN()
		}
		return nil
	}
	r, err := ode.Solve(background, integrators.DormandPrince, nan, 0, 1, []float64{0}, tolerance(1e-6))
	require.ErrorIs(t, err, ode.ErrNotFinite)
	require.InDelta(t, 0.5, r.T, 1e-9)
	require.InDelta(t, 0.5, r.Y[0], 1e-9)
	_, err = ode.Solve(background, integrators.Euler, nan, 0, 1, []float64{0}, ode.Config{Step: 0.1})
	require.ErrorIs(t, err, ode.ErrNotFinite)

	boom := errors.New("boom")
	fails := func(_ []float64, t float64, _ []float64) error {
		if t > 0.5 {
			return boom
		}
		return nil
	}
	_, err = ode.Solve(background, integrators.DormandPrince, fails, 0, 1, []float64{0}, tolerance(1e-6))
	require.ErrorIs(t, err, boom)

	// A jump is stepped over in bounded time.
	jump := func(d []float64, t float64, _ []float64) error {
		if d[0] = 0; t > 1./3 {
			d[0] = 1
		}
		return nil
	}
	r, err = ode.Solve(background, integrators.DormandPrince, jump, 0, 1, []float64{0}, tolerance(1e-9))
	require.NoError(t, err)
	require.InDelta(t, 2./3, r.Y[0], 1e-7)
}

func TestBadConfigurations(t *testing.T) {
	nan := math.NaN()
	for name, c := range map[string]ode.Config{
		"nothing": {}, "both": {RTol: 1e-3, ATol: 1e-3, Step: 1}, "NaN": {RTol: nan, ATol: 1}, "negative": {RTol: -1, ATol: 1},
		"negative step": {Step: -0.1}, "NaN step": {Step: nan}, "first": {RTol: 1, ATol: 1, First: -1},
		"filter": {RTol: 1, ATol: 1, Filter: ode.Filter{Beta: [3]float64{nan}}}, "negative filter": {RTol: 1, Filter: ode.Filter{Beta: [3]float64{-1}}}, "filter of fixed steps": {Step: 1, Filter: ode.PID},
		"ATols": {RTol: 1, ATols: []float64{1}}, "ATols and ATol": {ATol: 1, ATols: []float64{1, 1}}, "NaN in ATols": {ATols: []float64{1, nan}},
		"Max": {RTol: 1, Max: nan}, "Max of fixed steps": {Step: 1, Max: 1}, "state": {RTol: 1, State: ode.State{H: nan}},
		"short carry": {RTol: 1, State: ode.State{H: 1, Carry: []float64{0}}}, "NaN in carry": {RTol: 1, State: ode.State{H: 1, Carry: []float64{0, nan}}},
		"linearisation": {Step: 1, Linearisation: integrators.Linearisation{Pattern: jacobian.Dense(2)}}, "stops": {Step: 0.1, Stops: []float64{-1}},
		"output beyond": {Step: 0.1, At: []float64{2}}, "output unsorted": {Step: 0.1, At: []float64{0.5, 0.2}}, "output NaN": {Step: 0.1, At: []float64{nan}},
	} {
		_, err := ode.Solve(background, integrators.DormandPrince, oscillator, 0, 1, []float64{0, 1}, c)
		require.ErrorIs(t, err, ode.ErrConfig, name)
	}
	_, err := ode.Solve(background, integrators.RK4, oscillator, 0, 1, []float64{0, 1}, tolerance(1e-3))
	require.ErrorIs(t, err, ode.ErrConfig)
	_, err = ode.Solve(background, integrators.RK4, oscillator, 0, 1, nil, ode.Config{Step: 1})
	require.ErrorIs(t, err, ode.ErrConfig)
	_, err = ode.Solve(background, integrators.RK4, oscillator, 0, math.Inf(1), []float64{0, 1}, ode.Config{Step: 1})
	require.ErrorIs(t, err, ode.ErrConfig)
	_, err = ode.Solve(background, integrators.RK4, oscillator, 0, 1, []float64{0, nan}, ode.Config{Step: 1})
	require.ErrorIs(t, err, ode.ErrNotFinite)
	// A tolerance below rounding ends in bounded time, by success or by name.
	_, err = ode.Solve(background, integrators.DormandPrince, oscillator, 0, 1, []float64{0, 1}, ode.Config{RTol: 1e-16, ATol: 1e-30, MaxSteps: 100_000})
	if err != nil {
		require.True(t, errors.Is(err, ode.ErrStepSize) || errors.Is(err, ode.ErrMaxSteps), "%v", err)
	}
	_, err = ode.Solve(background, integrators.Euler, oscillator, 0, 1, []float64{0, 1}, ode.Config{Step: 1e-9, MaxSteps: 10})
	require.ErrorIs(t, err, ode.ErrMaxSteps)
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	c := ode.Config{Step: 0.01}
	steps := 0
	c.Observer = func(ode.Step) {
		if steps++; steps == 5 {
			cancel()
		}
	}
	r, err := ode.Solve(ctx, integrators.RK4, oscillator, 0, 1, []float64{0, 1}, c)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 5, steps)
	require.InDelta(t, 0.05, r.T, 1e-15)
}

// A solve that goes on from a returned state takes the very steps of an
// uninterrupted one, wherever and for whatever reason it was interrupted.
func TestResume(t *testing.T) {
	for _, filter := range []ode.Filter{ode.PI, ode.H312b} {
		for _, m := range []*integrators.Tableau{integrators.DormandPrince, integrators.Verner7} {
			c := tolerance(1e-10)
			c.Filter = filter
			whole, err := ode.Solve(background, m, lotka, 0, 4, []float64{1, 1}, c)
			require.NoError(t, err)
			c.MaxSteps = 17
			r, err := ode.Solve(background, m, lotka, 0, 4, []float64{1, 1}, c)
			require.ErrorIs(t, err, ode.ErrMaxSteps)
			c.State, c.MaxSteps = r.State, 0
			r, err = ode.Solve(background, m, lotka, r.T, 4, r.Y, c)
			require.NoError(t, err)
			require.Equal(t, whole.Y, r.Y)
		}
	}
}

// Tolerances by component, the longest step, and states inside a step.
func TestStepSettings(t *testing.T) {
	c := ode.Config{RTol: 1e-8, ATols: []float64{1e-8, 1e-8}, Max: 0.05}
	n := 0
	for s, err := range ode.Steps(background, integrators.DOP853, oscillator, 0, 1, []float64{0, 1}, c) {
		require.NoError(t, err)
		require.LessOrEqual(t, s.H, 0.05*(1+1e-9))
		y := make([]float64, 2)
		require.NoError(t, s.Interpolate(y, s.T-s.H/3))
		require.InDelta(t, math.Sin(s.T-s.H/3), y[0], 1e-9)
		require.ErrorIs(t, s.Interpolate(y, s.T+1), ode.ErrConfig)
		n++
	}
	require.GreaterOrEqual(t, n, 20)
	same, err := ode.Solve(background, integrators.DOP853, oscillator, 0, 1, []float64{0, 1}, ode.Config{RTol: 1e-8, ATol: 1e-8, Max: 0.05})
	require.NoError(t, err)
	r, err := ode.Solve(background, integrators.DOP853, oscillator, 0, 1, []float64{0, 1}, c)
	require.NoError(t, err)
	require.Equal(t, same.Y, r.Y)
	// Huge absolute tolerance for one component leaves the choice to the other.
	c = ode.Config{ATols: []float64{1e9, 1e-9}}
	_, err = ode.Solve(background, integrators.DOP853, oscillator, 0, 1, []float64{0, 1}, c)
	require.NoError(t, err)
}

// More steps allocate no more, in any method of the catalogue: the last nine tenths
// of a solve, dozens to thousands of steps, do without a single allocation. The least
// of three counts, since the runtime allocates now and then too.
func TestNoAllocationPerStep(t *testing.T) {
	for _, e := range ode.Catalogue {
		c := ode.Config{RTol: 1e-4, ATol: 1e-4}
		if _, estimate := e.Method.Order(); estimate == 0 {
			c = ode.Config{Step: 0.01}
		}
		var steps int
		allocs := func(to float64) float64 {
			y, least := []float64{0, 1}, math.Inf(1)
			for range 3 {
				least = min(least, testing.AllocsPerRun(1, func() {
					r, err := ode.Solve(background, e.Method, oscillator, 0, to, y, c)
					if err != nil {
						panic(err)
					}
					steps = r.Stats.Accepted
				}))
			}
			return least
		}
		few := allocs(10)
		first := steps
		require.Equal(t, few, allocs(100), e.Name)
		require.Greater(t, steps, first+20, e.Name)
	}
}

// e to nine digits.
func ExampleSolve() {
	growth := func(d []float64, _ float64, y []float64) error { d[0] = y[0]; return nil }
	r, err := ode.Solve(context.Background(), integrators.DormandPrince, growth, 0, 1, []float64{1}, ode.Config{RTol: 1e-10, ATol: 1e-10})
	fmt.Printf("%.8f %v\n", r.Y[0], err)
	// Output: 2.71828183 <nil>
}

// z' = iz turns a complex number round: real and imaginary parts side by side.
func ExampleSolve_complexNumbers() {
	turn := func(z complex128) complex128 { return 1i * z }
	f := func(dst []float64, _ float64, y []float64) error {
		for k := 0; k < len(y); k += 2 {
			d := turn(complex(y[k], y[k+1]))
			dst[k], dst[k+1] = real(d), imag(d)
		}
		return nil
	}
	r, err := ode.Solve(context.Background(), integrators.DOP853, f, 0, math.Pi, []float64{1, 0}, ode.Config{RTol: 1e-10, ATol: 1e-10})
	fmt.Printf("%.6f %v\n", complex(r.Y[0], 0), err)
	// Output: (-1.000000+0.000000i) <nil>
}

// A falling stone, step by step.
func ExampleSteps() {
	stone := func(d []float64, _ float64, y []float64) error { d[0], d[1] = y[1], -10; return nil }
	for s, err := range ode.Steps(context.Background(), integrators.Heun, stone, 0, 1, []float64{100, 0}, ode.Config{Step: 0.5}) {
		fmt.Println(s.T, s.Y[0], err)
	}
	// Output:
	// 0.5 98.75 <nil>
	// 1 95 <nil>
}

func lorenz(d []float64, _ float64, y []float64) error {
	d[0], d[1], d[2] = 10*(y[1]-y[0]), y[0]*(28-y[2])-y[1], y[0]*y[1]-8./3*y[2]
	return nil
}

// BenchmarkOverhead measures what a step costs beside the right-hand side: the
// time by stage and component, less that of the same number of evaluations in a
// row, each waiting for the one before as in a solve.
func BenchmarkOverhead(b *testing.B) {
	y0 := []float64{1, 0, 0}
	d, y := make([]float64, 4)[:3], make([]float64, 4)[:3]
	field := integrators.Field(lorenz)
	least := math.Inf(1)
	for range 20 {
		copy(y, y0)
		start := time.Now()
		const n = 20_000
		for range n {
			if err := field(d, 0, y); err != nil {
				b.Fatal(err)
			}
			y[0] = 1 + 1e-9*d[2]
			y[1], y[2] = 1e-9*d[0], 1e-9*d[1]
		}
		least = min(least, float64(time.Since(start).Nanoseconds())/n)
	}
	for _, name := range []string{"rk45", "tsit5", "verner6", "verner7", "verner8", "dop853", "verner9"} {
		b.Run(name, func(b *testing.B) {
			e, err := ode.ByName(name)
			require.NoError(b, err)
			m := e.Method.(*integrators.Tableau)
			best := math.Inf(1)
			for b.Loop() {
				start := time.Now()
				r, err := ode.Solve(background, m, lorenz, 0, 10, y0, tolerance(1e-7))
				if err != nil {
					b.Fatal(err)
				}
				step := float64(time.Since(start).Nanoseconds()) / float64(r.Stats.Accepted+r.Stats.Rejected)
				each := float64(r.Stats.Evaluations) / float64(r.Stats.Accepted+r.Stats.Rejected)
				best = min(best, (step-each*least)/float64(3*m.Stages()))
			}
			b.ReportMetric(best, "ns/stage/component")
			b.ReportMetric(least, "ns/evaluation")
		})
	}
}

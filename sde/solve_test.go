package sde_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

func each(f func(t, y float64) float64) integrators.Field {
	return func(dst []float64, t float64, y []float64) error {
		for i := range dst {
			dst[i] = f(t, y[i])
		}
		return nil
	}
}

// geometric is dy = a y dt + b y dw in rows of dim.
func geometric(dim int, c stochastic.Calculus, a, b float64) sde.System {
	return sde.System{
		Dim: dim, Calculus: c, Structure: sde.Diagonal,
		Drift:               each(func(_, y float64) float64 { return a * y }),
		Diffusion:           each(func(_, y float64) float64 { return b * y }),
		DiffusionDerivative: each(func(_, y float64) float64 { return b }),
	}
}

func ones(n int) []float64 {
	y := make([]float64, n)
	for i := range y {
		y[i] = 1
	}
	return y
}

// The same bits for any number of workers, and for a batch cut anywhere.
func TestSolveHasTheSameBits(t *testing.T) {
	const rows, dim = 300, 3
	s := geometric(dim, sde.Ito, 0.3, 0.5)
	c := sde.Config{Steps: 100, Address: noise.Address{Seed: 3, Row: 17, Step: 5}}
	solve := func(c sde.Config, y []float64) []float64 {
		r, err := sde.Solve(t.Context(), stochastic.Milstein{}, s, 0, 1, y, c)
		require.NoError(t, err)
		require.Equal(t, 1.0, r.T)
		require.Equal(t, 100, r.Steps)
		return r.Y
	}
	c.Workers = 1
	want := solve(c, ones(rows*dim))
	for _, workers := range []int{2, 3, 8, 0} {
		c.Workers = workers
		require.Equal(t, want, solve(c, ones(rows*dim)))
	}
	c.Observe = func(sde.Snapshot) error { return nil }
	require.Equal(t, want, solve(c, ones(rows*dim)), "observed")
	c.Observe = nil
	for lo, cut := range []int{0, 1, 47, 48, 111, 299} {
		hi := []int{1, 47, 48, 111, 299, 300}[lo]
		part := c
		part.Address.Row += uint64(cut)
		require.Equal(t, want[cut*dim:hi*dim], solve(part, ones((hi-cut)*dim)), "rows %d to %d", cut, hi)
	}
	require.Empty(t, solve(c, nil))
}

// Solve has a method's strong order on the paths that Refined coarsens, in both
// calculi; one refused by Check would not have it. By 2000 rows of 2, errors
// of 4% and a slope over a factor of 16 known to 0.03; the seed is fixed.
func TestSolveConverges(t *testing.T) {
	const rows, finest, a, b = 2000, 256, 0.5, 0.4
	w := make([]float64, 2*rows)
	sde.Refined{Source: noise.Gaussian{}, Steps: finest}.Normal(w, 2, noise.Address{Seed: 1, Use: noise.Path})
	for _, e := range stochastic.Catalogue {
		s := geometric(2, e.Method.Calculus(), a, b)
		if stochastic.Check(e.Method, &s) != nil {
			continue // for additive noise alone
		}
		strong, _ := e.Method.Orders(s.Structure)
		k := a
		if s.Calculus == sde.Ito {
			k -= b * b / 2
		}
		var logH, logE []float64
		for steps := finest; steps >= 16; steps /= 2 {
			r, err := sde.Solve(t.Context(), e.Method, s, 0, 1, ones(2*rows), sde.Config{
				Steps: steps, Address: noise.Address{Seed: 1}, Source: sde.Refined{Source: noise.Gaussian{}, Steps: finest / steps}})
			require.NoError(t, err)
			square := 0.0
			for i, v := range r.Y {
				d := v - math.Exp(k+b*w[i])
				square += d * d
			}
			logH, logE = append(logH, -math.Log(float64(steps))), append(logE, 0.5*math.Log(square))
		}
		_, slope := stat.LinearRegression(logH, logE, nil, false)
		margin := 0.1
		if e.Name == "tamed" {
			margin = 0.2 // its next term, of order 1, is large at 1/16
		}
		require.InDelta(t, strong, slope, margin, e.Name)
	}
}

// Euler–Maruyama on a process is x ← (1 + f h) x + g √h z; impulses read off its
// law, which tends to the marginal's. And the exact increments are those of z.
func TestForwardReachesTheMarginal(t *testing.T) {
	for _, name := range []string{"vp", "subvp", "edm", "flow"} {
		p := process(t, name)
		s := sde.Forward(p, 1)
		t0, t1 := p.TimeOf(1), p.TimeOf(0)
		a0, a1 := p.At(t0), p.At(t1)
		var logH, logMean, logVar []float64
		for _, steps := range []int{100, 200, 400, 800} {
			run := func(x float64, src noise.Source) float64 {
				r, err := sde.Solve(t.Context(), stochastic.EulerMaruyama{}, s, t0, t1, []float64{x}, sde.Config{Steps: steps, Source: src})
				require.NoError(t, err)
				return r.Y[0]
			}
			scale := run(1, noise.Zero{})
			variance := scale * scale * a0.Sigma * a0.Sigma
			for k := range steps {
				v := run(0, noise.Impulse{At: noise.Address{Use: noise.Path, Step: uint64(k)}})
				variance += v * v
			}
			logH = append(logH, -math.Log(float64(steps)))
			logMean = append(logMean, math.Log(math.Abs(scale*a0.Alpha-a1.Alpha)))
			logVar = append(logVar, math.Log(math.Abs(variance-a1.Sigma*a1.Sigma)))
		}
		if name != "edm" { // whose scale is exactly 1
			_, slope := stat.LinearRegression(logH, logMean, nil, false)
			if name != "flow" { // 1 − t is linear: Euler's method is exact
				require.InDelta(t, 1, slope, 0.05, "%s: mean", name)
			}
		}
		_, slope := stat.LinearRegression(logH, logVar, nil, false)
		require.InDelta(t, 1, slope, 0.05, "%s: variance", name)
	}
	require.Panics(t, func() { sde.Forward(sde.EDM{}, 0) })
}

// Interrupted, and gone on from the partial result: the same bits.
func TestSolveResumes(t *testing.T) {
	const n, rows = 500, 70
	grid := make([]float64, n+1)
	for k := range grid {
		grid[k] = 2 - math.Sqrt(float64(k)/n) // backwards from 2 to 1
	}
	s := geometric(1, sde.Stratonovich, 0.3, 0.5)
	want, err := sde.Solve(t.Context(), stochastic.Heun{}, s, 2, 1, ones(rows), sde.Config{Grid: grid})
	require.NoError(t, err)
	for _, workers := range []int{1, 2} {
		ctx, cancel := context.WithCancel(t.Context())
		var calls atomic.Int64
		slow := s
		slow.Drift = func(dst []float64, t float64, y []float64) error {
			if calls.Add(1) == 700 {
				cancel()
			}
			return s.Drift(dst, t, y)
		}
		part, err := sde.Solve(ctx, stochastic.Heun{}, slow, 2, 1, ones(rows), sde.Config{Grid: grid, Workers: workers})
		require.ErrorIs(t, err, context.Canceled)
		require.LessOrEqual(t, calls.Load(), int64(700+2*workers), "it stops within a step")
		require.Greater(t, part.Steps, 0)
		require.Equal(t, grid[part.Steps], part.T)
		rest, err := sde.Solve(t.Context(), stochastic.Heun{}, s, part.T, 1, part.Y, sde.Config{Grid: grid[part.Steps:], Address: noise.Address{Step: uint64(part.Steps)}})
		require.NoError(t, err)
		require.Equal(t, want.Y, rest.Y)
		cancel()
	}
}

// The failure that is reported is the earliest, then of the lowest row, for any
// number of workers.
func TestSolveReportsTheFirstFailure(t *testing.T) {
	broken := errors.New("broken")
	y0 := make([]float64, 400)
	y0[390], y0[150], y0[222] = 1, 1, 1
	s := geometric(1, sde.Ito, 0, 0)
	s.Drift = each(func(t, y float64) float64 {
		if t >= 0.5 && y != 0 {
			return math.Inf(1)
		}
		return 0
	})
	for _, workers := range []int{1, 2, 5} {
		r, err := sde.Solve(t.Context(), stochastic.EulerMaruyama{}, s, 0, 1, y0, sde.Config{Steps: 200, Workers: workers})
		var state *sde.StateError
		require.ErrorAs(t, err, &state)
		require.ErrorIs(t, err, sde.ErrState)
		require.Equal(t, []any{100, 0.5, 150}, []any{state.Step, state.T, state.Row})
		require.EqualError(t, err, "sde: state is not finite: +Inf in row 150 after step 100 from t = 0.5; take shorter steps or check drift and diffusion there")
		require.Equal(t, 64, r.Steps)
		require.Equal(t, 0.32, r.T)
		require.Equal(t, y0, r.Y)
	}
	s.Drift = func(_ []float64, t float64, _ []float64) error {
		if t >= 0.25 {
			return broken
		}
		return nil
	}
	_, err := sde.Solve(t.Context(), stochastic.EulerMaruyama{}, s, 0, 1, y0, sde.Config{Steps: 4})
	require.ErrorIs(t, err, broken)
	require.EqualError(t, err, "sde: step 1 from t = 0.25 of the rows from 0 on: broken")
}

func TestSolveObserves(t *testing.T) {
	s := geometric(2, sde.Ito, 1, 0)
	var seen []string
	c := sde.Config{Steps: 10, Every: 4, Observe: func(o sde.Snapshot) error {
		require.Len(t, o.Y, 4)
		seen = append(seen, fmt.Sprintf("%d at %.1f: %.4f", o.Step, o.T, o.Y[3]))
		return nil
	}}
	_, err := sde.Solve(t.Context(), stochastic.EulerMaruyama{}, s, 0, 1, ones(4), c)
	require.NoError(t, err)
	// (1 + 1/10)^k.
	require.Equal(t, []string{"0 at 0.0: 1.0000", "4 at 0.4: 1.4641", "8 at 0.8: 2.1436", "10 at 1.0: 2.5937"}, seen)
	enough := errors.New("enough")
	c.Observe = func(o sde.Snapshot) error {
		if o.Step > 3 {
			return enough
		}
		return nil
	}
	r, err := sde.Solve(t.Context(), stochastic.EulerMaruyama{}, s, 0, 1, ones(4), c)
	require.ErrorIs(t, err, enough)
	require.Equal(t, 4, r.Steps)
}

func TestSolveRefuses(t *testing.T) {
	s := geometric(1, sde.Stratonovich, 1, 1)
	solve := func(t0, t1 float64, c sde.Config) error {
		_, err := sde.Solve(t.Context(), stochastic.Heun{}, s, t0, t1, []float64{1}, c)
		return err
	}
	nan := math.NaN()
	for name, err := range map[string]error{
		"no steps":     solve(0, 1, sde.Config{}),
		"both":         solve(0, 1, sde.Config{Steps: 1, Grid: []float64{0, 1}}),
		"no interval":  solve(1, 1, sde.Config{Steps: 1}),
		"NaN":          solve(0, nan, sde.Config{Steps: 1}),
		"short":        solve(0, 1, sde.Config{Grid: []float64{0}}),
		"start":        solve(0, 1, sde.Config{Grid: []float64{0.5, 1}}),
		"end":          solve(0, 1, sde.Config{Grid: []float64{0, 0.5}}),
		"back":         solve(0, 1, sde.Config{Grid: []float64{0, 0.6, 0.5, 1}}),
		"NaN in grid":  solve(0, 1, sde.Config{Grid: []float64{0, nan, 1}}),
		"twice":        solve(0, 1, sde.Config{Grid: []float64{0, 0.5, 0.5, 1}}),
		"Every":        solve(0, 1, sde.Config{Steps: 1, Every: -1}),
		"no way there": solve(0, 0, sde.Config{Grid: []float64{0, 0}}),
	} {
		require.ErrorIs(t, err, sde.ErrConfig, name)
	}
	_, err := sde.Solve(t.Context(), stochastic.EulerMaruyama{}, s, 0, 1, []float64{1}, sde.Config{Steps: 1})
	require.ErrorIs(t, err, stochastic.ErrMethod)
	_, err = sde.Solve(t.Context(), stochastic.Heun{}, s, 0, 1, []float64{nan}, sde.Config{Steps: 1})
	require.ErrorIs(t, err, sde.ErrState)
	two := geometric(2, sde.Ito, 1, 1)
	require.Panics(t, func() {
		_, _ = sde.Solve(t.Context(), stochastic.EulerMaruyama{}, two, 0, 1, ones(3), sde.Config{Steps: 1})
	})
}

// More steps between two meetings of the tiles, the same allocations.
func TestStepsDoNotAllocate(t *testing.T) {
	s := geometric(2, sde.Ito, 1, 1)
	y0 := ones(100)
	count := func(steps int) float64 {
		return testing.AllocsPerRun(5, func() {
			if _, err := sde.Solve(t.Context(), stochastic.Milstein{}, s, 0, 1, y0, sde.Config{Steps: steps, Workers: 1}); err != nil {
				t.Fatal(err)
			}
		})
	}
	require.Equal(t, count(10), count(64))
}

func TestRefined(t *testing.T) {
	// The impulse of fine step 7 is in coarse step 1, at 1/√4.
	src := sde.Refined{Source: noise.Impulse{At: noise.Address{Use: noise.Path, Row: 2, Step: 7}, Coordinate: 1}, Steps: 4}
	z := make([]float64, 8)
	src.Normal(z, 2, noise.Address{Use: noise.Path, Step: 1})
	require.Equal(t, []float64{0, 0, 0, 0, 0, 0.5, 0, 0}, z)
	src.Normal(z, 2, noise.Address{Use: noise.Path})
	require.Equal(t, make([]float64, 8), z)
	require.Panics(t, func() { sde.Refined{Source: noise.Zero{}}.Normal(z, 2, noise.Address{}) })
}

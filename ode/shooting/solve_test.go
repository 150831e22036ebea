package shooting_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/ode/sensitivity"
	"github.com/ito-sde/ito/ode/shooting"
)

// Linear problems with closed forms: y″ = −y and y″ = y, by one interval and by
// many, found by one correction and its check.
func TestLinear(t *testing.T) {
	for _, problem := range []struct {
		f     float64
		left  float64
		right float64
		end   float64
		want  func(float64) float64
	}{{-1, 0, 1, math.Pi / 2, math.Sin}, {1, 1, math.E, 1, math.Exp}, {-1, 1, -1, math.Pi * 5, nil}} {
		b := shooting.Problem{States: 2, Points: []float64{0, problem.end}, Conditions: values(problem.left, problem.right),
			System: second(func(_, y, _ float64, _ []float64) float64 { return problem.f * y })}
		for _, intervals := range []int{1, 2, 7} {
			c := tolerance(1e-11)
			c.Nodes = span(0, problem.end, intervals)
			s, err := b.Solve(background, nil, nil, c)
			if problem.want == nil { // y(5π) = −y(0) whatever the slope
				// Singular but for the errors of integration.
				require.True(t, errors.Is(err, shooting.ErrSingular) || errors.Is(err, shooting.ErrConvergence), "%v", err)
				require.Contains(t, err.Error(), "condition number")
				continue
			}
			require.NoError(t, err)
			require.LessOrEqual(t, s.Iterations, 2)
			require.Len(t, s.T, intervals+1)
			times := []float64{problem.end, 0, 0.3, 0.9, 0.1, 0.3}
			at, err := s.At(background, times)
			require.NoError(t, err)
			for i, a := range times {
				// Errors per step of 1e-11, ten steps or so.
				require.InDelta(t, problem.want(a), at[i][0], 1e-9)
			}
			require.Less(t, s.Residual, 1e-10)
			require.Less(t, s.Condition, 100.0)
		}
	}
}

// Both solutions of Bratu's problem, by where the guess starts.
func TestBratu(t *testing.T) {
	for _, which := range []struct{ from, to, top float64 }{{0, 3, 0.1}, {4, 12, 4}} {
		for _, intervals := range []int{1, 5} {
			want := bratuSolution(1, which.from, which.to)
			c := tolerance(1e-10)
			c.Nodes = span(0, 1, intervals)
			guess := func(dst []float64, t float64) { dst[0], dst[1] = 4*which.top*t*(1-t), 4*which.top*(1-2*t) }
			s, err := bratu(1).Solve(background, guess, nil, c)
			require.NoError(t, err)
			at, err := s.At(background, []float64{0.1, 0.5, 0.8})
			require.NoError(t, err)
			for i, a := range []float64{0.1, 0.5, 0.8} {
				require.InDelta(t, want(a), at[i][0], 1e-8)
			}
		}
	}
	// There is none above λ = 3.5138.
	s, err := bratu(5).Solve(background, nil, nil, tolerance(1e-8))
	require.Error(t, err)
	require.True(t, errors.Is(err, shooting.ErrConvergence) || errors.Is(err, shooting.ErrSingular), "%v", err)
	require.Contains(t, err.Error(), "residual")
	require.NotZero(t, s.Residual)
}

// Boundary layers of width 1/50: solutions grow by e^50 over the whole interval,
// where one shot cannot tell conditions apart, and by e^2.5 from node to node.
func TestBoundaryLayer(t *testing.T) {
	b := shooting.Problem{States: 2, Points: []float64{0, 1}, Conditions: values(1, 0.5),
		System: second(func(_, y, _ float64, _ []float64) float64 { return 2500 * y })}
	_, err := b.Solve(background, nil, nil, tolerance(1e-10))
	require.ErrorIs(t, err, shooting.ErrSingular)
	require.Contains(t, err.Error(), "grow by up to")
	// Over halves the states at the nodes are found, but nothing between them.
	c := tolerance(1e-11)
	c.Nodes = span(0, 1, 2)
	s, err := b.Solve(background, nil, nil, c)
	require.ErrorIs(t, err, shooting.ErrConvergence)
	require.Contains(t, err.Error(), "solutions grow")
	require.InDelta(t, -50, s.Y[0][1], 1e-8)
	c.Nodes = span(0, 1, 20)
	s, err = b.Solve(background, nil, nil, c)
	require.NoError(t, err)
	require.Less(t, s.Condition, 1e3)
	times := []float64{0, 0.01, 0.05, 0.5, 0.97, 1}
	at, err := s.At(background, times)
	require.NoError(t, err)
	for i, a := range times {
		want := (math.Sinh(50*(1-a)) + 0.5*math.Sinh(50*a)) / math.Sinh(50)
		require.InDelta(t, want, at[i][0], 1e-9)
	}
}

// From zero, where every step is long enough for the state, the fast oscillations
// of y″ = −10⁴ y are found by one correction all the same.
func TestGuessAtRest(t *testing.T) {
	const w = 100
	b := shooting.Problem{States: 2, Points: []float64{0, 1}, Conditions: values(1, 0.5),
		System: second(func(_, y, _ float64, _ []float64) float64 { return -w * w * y })}
	for _, intervals := range []int{1, 10} {
		c := tolerance(1e-10)
		c.Nodes = span(0, 1, intervals)
		s, err := b.Solve(background, nil, nil, c)
		require.NoError(t, err)
		require.LessOrEqual(t, s.Iterations, 2)
		require.InEpsilon(t, w*(0.5-math.Cos(w))/math.Sin(w), s.Y[0][1], 1e-8) // 16 periods
	}
}

// Troesch's problem y″ = n sinh(n y), y(0) = 0, y(1) = 1: one shot from a straight
// line ends in a pole. With s = y'(0), y'² = s² + 4 sinh²(n y/2), so that s is
// known from 1 = ∫ dy/y'.
func TestTroesch(t *testing.T) {
	const n = 10
	b := shooting.Problem{States: 2, Points: []float64{0, 1}, Conditions: values(0, 1),
		System: second(func(_, y, _ float64, _ []float64) float64 { return n * math.Sinh(n*y) })}
	guess := func(dst []float64, t float64) { dst[0], dst[1] = t, 1 }
	_, err := b.Solve(background, guess, nil, tolerance(1e-10))
	require.ErrorIs(t, err, shooting.ErrIntegration)
	require.ErrorIs(t, err, ode.ErrStepSize)
	c := tolerance(1e-11)
	c.Nodes = span(0, 1, 25)
	s, err := b.Solve(background, nil, nil, c)
	require.NoError(t, err)
	slope := root(func(v float64) float64 {
		// y = e^u·v/n takes the sharp fall of the integrand at y = v/n away.
		f := func(u float64) float64 {
			y := v * math.Sinh(u) / n
			return v * math.Cosh(u) / n / math.Hypot(v, 2*math.Sinh(n*y/2))
		}
		return quad.Fixed(f, 0, math.Asinh(n/v), 400, nil, 0) - 1
	}, 1e-5, 1e-2)
	// The flow amplifies errors of 1e-11; s is 3.6e-4.
	require.InDelta(t, slope, s.Y[0][1], 1e-9)
	require.InEpsilon(t, math.Hypot(slope, 2*math.Sinh(n/2.)), s.Y[25][1], 1e-8)
}

// Eigenvalues as parameters: y″ = −λ y on [0, π] has λ = k², whichever is near
// the guess; and Mathieu's y″ = −(a − 2q cos 2t) y has a_0(5) and a_2(5) of
// Abramowitz, Stegun (1964), table 20.1.
func TestEigenvalues(t *testing.T) {
	conditions := func(dst []float64, y [][]float64, _ []float64) error {
		dst[0], dst[1], dst[2] = y[0][0], y[1][0], y[0][1]-1
		return nil
	}
	b := shooting.Problem{States: 2, Points: []float64{0, math.Pi}, Conditions: conditions,
		System: second(func(_, y, _ float64, p []float64) float64 { return -p[0] * y })}
	for k := 1.0; k <= 3; k++ {
		for _, intervals := range []int{1, 6} {
			c := tolerance(1e-11)
			c.Nodes = span(0, math.Pi, intervals)
			guess := func(dst []float64, t float64) { dst[0], dst[1] = math.Sin(k*t)/k, math.Cos(k*t) }
			s, err := b.Solve(background, guess, []float64{k*k + 0.3}, c)
			require.NoError(t, err)
			require.InDelta(t, k*k, s.P[0], 1e-8)
			last := s.Y[len(s.Y)-1]
			require.InDelta(t, math.Cos(k*math.Pi), last[1], 1e-8)
		}
	}
	mathieu := shooting.Problem{States: 2, Points: []float64{0, math.Pi / 2},
		System: second(func(t, y, _ float64, p []float64) float64 { return -(p[0] - 10*math.Cos(2*t)) * y }),
		Conditions: func(dst []float64, y [][]float64, _ []float64) error {
			dst[0], dst[1], dst[2] = y[0][1], y[1][1], y[1][0]-1
			return nil
		}}
	for _, e := range []struct{ guess, want float64 }{{-5.5, -5.80004602}, {7, 7.44910974}} {
		s, err := mathieu.Solve(background, func(dst []float64, _ float64) { dst[0], dst[1] = 1, 0 }, []float64{e.guess}, tolerance(1e-11))
		require.NoError(t, err)
		require.InDelta(t, e.want, s.P[0], 1e-8)
	}
}

// The period of Van der Pol's oscillator with μ = 1 as a parameter of time.
func TestPeriod(t *testing.T) {
	b := shooting.Problem{States: 2, Points: []float64{0, 1},
		System: sensitivity.System{Field: func(d []float64, _ float64, y, p []float64) error {
			d[0], d[1] = p[0]*y[1], p[0]*((1-y[0]*y[0])*y[1]-y[0])
			return nil
		}},
		Conditions: func(dst []float64, y [][]float64, _ []float64) error {
			dst[0], dst[1], dst[2] = y[1][0]-y[0][0], y[1][1]-y[0][1], y[0][1]
			return nil
		}}
	guess := func(dst []float64, t float64) { dst[0], dst[1] = 2*math.Cos(2*math.Pi*t), -2*math.Sin(2*math.Pi*t) }
	c := tolerance(1e-11)
	c.Nodes = span(0, 1, 8)
	s, err := b.Solve(background, guess, []float64{6}, c)
	require.NoError(t, err)
	require.InDelta(t, 6.663286859, s.P[0], 2e-9) // Andersen, Geer (1982)
	require.InDelta(t, 2.008619860874, s.Y[0][0], 1e-9)
}

// Conditions at three points: y″' = y' with y = e^t.
func TestThreePoints(t *testing.T) {
	b := shooting.Problem{States: 3, Points: []float64{0, 0.7, 2},
		System: sensitivity.System{Field: func(d []float64, _ float64, y, _ []float64) error {
			d[0], d[1], d[2] = y[1], y[2], y[1]
			return nil
		}},
		Conditions: func(dst []float64, y [][]float64, _ []float64) error {
			for i, a := range []float64{0, 0.7, 2} {
				dst[i] = y[i][0] - math.Exp(a)
			}
			return nil
		}}
	for _, nodes := range [][]float64{nil, {0.7}, {0.2, 0.9, 1.5}} {
		c := tolerance(1e-11)
		c.Nodes = nodes
		s, err := b.Solve(background, nil, nil, c)
		require.NoError(t, err)
		for i, a := range s.T {
			require.InDeltaSlice(t, []float64{math.Exp(a), math.Exp(a), math.Exp(a)}, s.Y[i], 1e-9)
		}
	}
}

// With fixed steps the solution has the method's order.
func TestOrder(t *testing.T) {
	upper := bratuSolution(1, 4, 12)
	linear := shooting.Problem{States: 2, Points: []float64{0, 1}, Conditions: values(0, math.Sin(1)),
		System: second(func(_, y, _ float64, _ []float64) float64 { return -y })}
	for _, problem := range []struct {
		b     shooting.Problem
		guess func(dst []float64, t float64)
		want  float64 // at ¼
	}{
		{linear, nil, math.Sin(0.25)},
		{bratu(1), func(dst []float64, t float64) { dst[0], dst[1] = 16*t*(1-t), 16*(1-2*t) }, upper(0.25)},
	} {
		for _, m := range []*integrators.Tableau{integrators.Euler, integrators.Heun, integrators.BogackiShampine, integrators.RK4} {
			var x, e []float64
			for _, steps := range []float64{256, 384, 512} {
				c := shooting.Config{Method: m, Solve: ode.Config{Step: 1 / steps}, Nodes: []float64{0.25, 0.5, 0.75}, RTol: 1e-12, ATol: 1e-12}
				s, err := problem.b.Solve(background, problem.guess, nil, c)
				require.NoError(t, err)
				x, e = append(x, math.Log(1/steps)), append(e, math.Log(math.Abs(s.Y[1][0]-problem.want)))
			}
			_, slope := stat.LinearRegression(x, e, nil, false)
			require.InDelta(t, m.P, slope, 0.1, "%v", m)
		}
	}
}

// A field that jumps: y″ = 2 s, s = 1 before t = ½ and −1 after, y(0) = y(1) = 0.
func TestStops(t *testing.T) {
	b := shooting.Problem{States: 2, Points: []float64{0, 1}, Conditions: values(0, 0),
		System: second(func(t, _, _ float64, _ []float64) float64 {
			if t < 0.5 {
				return 2
			}
			return -2
		})}
	for _, nodes := range [][]float64{nil, {0.5}, {0.3, 0.5, 0.8}} {
		c := tolerance(1e-11)
		c.Solve.Stops = []float64{0.5}
		c.Nodes = nodes
		s, err := b.Solve(background, nil, nil, c)
		require.NoError(t, err)
		require.InDelta(t, -0.5, s.Y[0][1], 1e-12) // y = t² − t/2 at first; polynomials are exact
	}
}

func TestErrors(t *testing.T) {
	ok := bratu(1)
	for name, change := range map[string]func(b *shooting.Problem, c *shooting.Config){
		"no method":     func(_ *shooting.Problem, c *shooting.Config) { c.Method = nil },
		"no field":      func(b *shooting.Problem, _ *shooting.Config) { b.System.Field = nil },
		"no conditions": func(b *shooting.Problem, _ *shooting.Config) { b.Conditions = nil },
		"no states":     func(b *shooting.Problem, _ *shooting.Config) { b.States = 0 },
		"one point":     func(b *shooting.Problem, _ *shooting.Config) { b.Points = []float64{0} },
		"falling":       func(b *shooting.Problem, _ *shooting.Config) { b.Points = []float64{1, 0} },
		"NaN":           func(b *shooting.Problem, _ *shooting.Config) { b.Points = []float64{0, math.NaN()} },
		"node outside":  func(_ *shooting.Problem, c *shooting.Config) { c.Nodes = []float64{0.5, 1} },
		"nodes twice":   func(_ *shooting.Problem, c *shooting.Config) { c.Nodes = []float64{0.5, 0.5} },
		"output":        func(_ *shooting.Problem, c *shooting.Config) { c.Solve.At = []float64{0.5} },
		"no tolerance":  func(_ *shooting.Problem, c *shooting.Config) { c.Solve = ode.Config{Step: 0.1} },
		"negative":      func(_ *shooting.Problem, c *shooting.Config) { c.RTol = -1 },
		"iterations":    func(_ *shooting.Problem, c *shooting.Config) { c.MaxIterations = -1 },
	} {
		b, c := ok, tolerance(1e-8)
		change(&b, &c)
		_, err := b.Solve(background, nil, nil, c)
		require.ErrorIs(t, err, shooting.ErrConfig, name)
	}
	_, err := ok.Solve(background, func(dst []float64, _ float64) { dst[1] = math.NaN() }, nil, tolerance(1e-8))
	require.ErrorIs(t, err, shooting.ErrConfig)
	_, err = ok.Solve(background, nil, []float64{math.Inf(1)}, tolerance(1e-8))
	require.ErrorIs(t, err, shooting.ErrConfig)
	// One parameter asks for one condition more than were set.
	_, err = ok.Solve(background, nil, []float64{1}, tolerance(1e-8))
	require.ErrorIs(t, err, shooting.ErrConditions)
	require.Contains(t, err.Error(), "condition 2 of 3")
	c := tolerance(1e-8)
	c.Solve.MaxSteps = 2
	_, err = ok.Solve(background, nil, nil, c)
	require.ErrorIs(t, err, ode.ErrMaxSteps)
	c = tolerance(1e-8)
	c.MaxIterations = 1
	s, err := ok.Solve(background, nil, nil, c)
	require.ErrorIs(t, err, shooting.ErrConvergence)
	require.Equal(t, 1, s.Iterations)

	boom := errors.New("boom")
	b := ok
	b.Conditions = func([]float64, [][]float64, []float64) error { return boom }
	_, err = b.Solve(background, nil, nil, tolerance(1e-8))
	require.ErrorIs(t, err, boom)
	// The same condition twice, and one that says nothing.
	b.Conditions = func(dst []float64, y [][]float64, _ []float64) error { dst[0], dst[1] = y[0][0], y[0][0]; return nil }
	_, err = b.Solve(background, nil, nil, tolerance(1e-8))
	require.ErrorIs(t, err, shooting.ErrSingular)
	b.Conditions = func(dst []float64, y [][]float64, _ []float64) error { dst[0], dst[1] = y[0][0], 1; return nil }
	_, err = b.Solve(background, nil, nil, tolerance(1e-8))
	require.ErrorIs(t, err, shooting.ErrSingular)
	require.Contains(t, err.Error(), "condition 1")
	ctx, cancel := context.WithCancel(background)
	cancel()
	_, err = ok.Solve(ctx, nil, nil, tolerance(1e-8))
	require.ErrorIs(t, err, context.Canceled)

	s, err = ok.Solve(background, nil, nil, tolerance(1e-8))
	require.NoError(t, err)
	for _, a := range []float64{-0.1, 1.1, math.NaN()} {
		_, err = s.At(background, []float64{a})
		require.ErrorIs(t, err, shooting.ErrConfig)
	}
	_, err = (&shooting.Solution{}).At(background, nil)
	require.ErrorIs(t, err, shooting.ErrConfig)
}

// The slope with which y″ = −y leaves 0 to be 1 at π/2 is 1.
func ExampleProblem_Solve() {
	b := shooting.Problem{
		States: 2,
		System: sensitivity.System{Field: func(dst []float64, _ float64, y, _ []float64) error {
			dst[0], dst[1] = y[1], -y[0]
			return nil
		}},
		Points: []float64{0, math.Pi / 2},
		Conditions: func(dst []float64, y [][]float64, _ []float64) error {
			dst[0], dst[1] = y[0][0], y[1][0]-1
			return nil
		},
	}
	s, err := b.Solve(context.Background(), nil, nil,
		shooting.Config{Method: integrators.DOP853, Solve: ode.Config{RTol: 1e-10, ATol: 1e-10}})
	fmt.Printf("%.8f %v\n", s.Y[0][1], err)
	// Output: 1.00000000 <nil>
}

// The lowest eigenvalue of −y″ = λ y, y(0) = y(1) = 0, is π²: λ is a parameter, and
// y'(0) = 1 fixes the size of y.
func ExampleSolution_At() {
	b := shooting.Problem{
		States: 2,
		System: sensitivity.System{Field: func(dst []float64, _ float64, y, p []float64) error {
			dst[0], dst[1] = y[1], -p[0]*y[0]
			return nil
		}},
		Points: []float64{0, 1},
		Conditions: func(dst []float64, y [][]float64, _ []float64) error {
			dst[0], dst[1], dst[2] = y[0][0], y[1][0], y[0][1]-1
			return nil
		},
	}
	guess := func(dst []float64, t float64) { dst[0], dst[1] = t*(1-t), 1-2*t }
	s, err := b.Solve(context.Background(), guess, []float64{8},
		shooting.Config{Method: integrators.DOP853, Solve: ode.Config{RTol: 1e-10, ATol: 1e-10}})
	if err != nil {
		fmt.Println(err)
		return
	}
	at, err := s.At(context.Background(), []float64{0.5})
	fmt.Printf("%.7f %.7f %v\n", s.P[0], math.Pi*at[0][0], err)
	// Output: 9.8696044 1.0000000 <nil>
}

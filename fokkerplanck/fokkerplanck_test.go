package fokkerplanck_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/fokkerplanck"
	"github.com/ito-sde/ito/sde"
)

func normal(m, v float64) func(float64) float64 {
	return func(x float64) float64 { return math.Exp(-0.5*(x-m)*(x-m)/v) / math.Sqrt(2*math.Pi*v) }
}

// ou is dx = −x dt + √2 dw: from N(m, v) to N(m e^−t, 1 + (v − 1) e^−2t).
var ou = fokkerplanck.Problem{
	Drift:     func(x, _ float64) float64 { return -x },
	Diffusion: func(_, _ float64) float64 { return 1 },
}

// distance is the L1 distance of the solution at t = 0.5 to the exact cell
// averages.
func distance(t *testing.T, cells, steps int, scheme fokkerplanck.Scheme) float64 {
	g, err := fokkerplanck.Uniform(-8, 8, cells)
	require.NoError(t, err)
	p, err := fokkerplanck.Solve(context.Background(), ou, g, g.Averages(normal(1, 0.25)), 0, 0.5, fokkerplanck.Config{Steps: steps, Scheme: scheme})
	require.NoError(t, err)
	want := g.Averages(normal(math.Exp(-0.5), 1-0.75*math.Exp(-1)))
	var d float64
	for i := range p {
		require.GreaterOrEqual(t, p[i], 0.0)
		d += math.Abs(p[i]-want[i]) * g.Width(i)
	}
	require.InDelta(t, g.Mass(g.Averages(normal(1, 0.25))), g.Mass(p), 1e-12)
	return d
}

func slope(n []float64, e []float64) float64 {
	x, y := make([]float64, len(n)), make([]float64, len(n))
	for i := range n {
		x[i], y[i] = math.Log(n[i]), math.Log(e[i])
	}
	_, b := stat.LinearRegression(x, y, nil, false)
	return -b
}

func TestOrders(t *testing.T) {
	n := []float64{50, 100, 200, 400}
	e := make([]float64, len(n))
	for i, v := range n {
		e[i] = distance(t, int(v), 2000, fokkerplanck.TRBDF2)
	}
	require.InDelta(t, 2, slope(n, e), 0.15, "in space: %v", e)
	for scheme, order := range map[fokkerplanck.Scheme]float64{fokkerplanck.BackwardEuler: 1, fokkerplanck.TRBDF2: 2} {
		n := []float64{8, 16, 32, 64}
		for i, v := range n {
			e[i] = distance(t, 6400, int(v), scheme)
		}
		require.InDelta(t, order, slope(n, e), 0.15, "scheme %d in time: %v", scheme, e)
	}
}

// The stationary density of a double well is e^(−V/D), exactly in shape where
// the drift is evaluated, and does not move.
func TestStationaryDoubleWell(t *testing.T) {
	const d = 0.3
	v := func(x float64) float64 { return 0.25*x*x*x*x - 0.5*x*x }
	pr := fokkerplanck.Problem{Drift: func(x, _ float64) float64 { return x - x*x*x }, Diffusion: func(_, _ float64) float64 { return d }}
	// Finer in the middle.
	edges := make([]float64, 801)
	for i := range edges {
		u := -1 + 2*float64(i)/800
		edges[i] = 3 * (0.5*u + 0.5*u*u*u)
	}
	g, err := fokkerplanck.NewGrid(edges)
	require.NoError(t, err)
	p, err := fokkerplanck.Stationary(pr, g, 0)
	require.NoError(t, err)
	want := g.Averages(func(x float64) float64 { return math.Exp(-v(x) / d) })
	m := g.Mass(want)
	for i := range p {
		require.InDelta(t, want[i]/m, p[i], 1e-4)
	}
	later, err := fokkerplanck.Solve(context.Background(), pr, g, p, 0, 5, fokkerplanck.Config{Steps: 20})
	require.NoError(t, err)
	require.InDeltaSlice(t, p, later, 1e-11)
}

// With D(x) = 1 + x²/4 and drift chosen for it, the stationary density must be
// that of Itô, p ∝ exp(∫ a/D)/D, not of Stratonovich, exp(∫ a/D)/√D.
func TestStationaryOfMultiplicativeNoiseIsIto(t *testing.T) {
	diff := func(x, _ float64) float64 { return 1 + x*x/4 }
	pr := fokkerplanck.Problem{Drift: func(x, _ float64) float64 { return -x }, Diffusion: diff}
	g, err := fokkerplanck.Uniform(-10, 10, 2000)
	require.NoError(t, err)
	p, err := fokkerplanck.Stationary(pr, g, 0)
	require.NoError(t, err)
	// ∫ −x/(1 + x²/4) dx = −2 ln(1 + x²/4), so p ∝ (1 + x²/4)^−3.
	want := g.Averages(func(x float64) float64 { return math.Pow(1+x*x/4, -3) })
	m := g.Mass(want)
	for i := range p {
		require.InDelta(t, want[i]/m, p[i], 1e-5)
	}
}

func TestBackwardEulerIsPositiveForAnyStep(t *testing.T) {
	g, err := fokkerplanck.Uniform(-5, 5, 300)
	require.NoError(t, err)
	p0 := make([]float64, 300)
	p0[20] = 1 / g.Width(20)
	p, err := fokkerplanck.Solve(context.Background(), ou, g, p0, 0, 100, fokkerplanck.Config{Steps: 1, Scheme: fokkerplanck.BackwardEuler})
	require.NoError(t, err)
	require.InDelta(t, 1, g.Mass(p), 1e-12)
	for _, v := range p {
		require.GreaterOrEqual(t, v, 0.0)
	}
}

// Without diffusion mass is carried upwind, and none is lost.
func TestPureTransport(t *testing.T) {
	g, err := fokkerplanck.Uniform(0, 10, 1000)
	require.NoError(t, err)
	pr := fokkerplanck.Problem{Drift: func(_, _ float64) float64 { return 1 }, Diffusion: func(_, _ float64) float64 { return 0 }}
	p, err := fokkerplanck.Solve(context.Background(), pr, g, g.Averages(normal(3, 0.1)), 0, 2, fokkerplanck.Config{Steps: 400, Scheme: fokkerplanck.BackwardEuler})
	require.NoError(t, err)
	var mean float64
	for i, v := range p {
		mean += v * g.Width(i) * g.Centre(i)
	}
	require.InDelta(t, 5, mean, 1e-9) // a first-order upwind scheme moves the mean exactly
	_, err = fokkerplanck.Stationary(pr, g, 0)
	require.ErrorIs(t, err, fokkerplanck.ErrProblem)
}

func TestRefuses(t *testing.T) {
	g, err := fokkerplanck.Uniform(-1, 1, 10)
	require.NoError(t, err)
	p0 := g.Averages(normal(0, 1))
	one := fokkerplanck.Config{Steps: 1}
	ctx := context.Background()
	solve := func(pr fokkerplanck.Problem, p []float64, t1 float64, c fokkerplanck.Config) error {
		_, err := fokkerplanck.Solve(ctx, pr, g, p, 0, t1, c)
		return err
	}
	constant := func(v float64) func(x, t float64) float64 { return func(_, _ float64) float64 { return v } }
	for name, err := range map[string]error{
		"negative diffusion": solve(fokkerplanck.Problem{Drift: constant(0), Diffusion: constant(-1)}, p0, 1, one),
		"NaN drift":          solve(fokkerplanck.Problem{Drift: constant(math.NaN()), Diffusion: constant(1)}, p0, 1, one),
		"short density":      solve(ou, p0[1:], 1, one),
		"negative density":   solve(ou, append([]float64{-1}, p0[1:]...), 1, one),
		"no time":            solve(ou, p0, 0, one),
		"no steps":           solve(ou, p0, 1, fokkerplanck.Config{}),
	} {
		require.ErrorIs(t, err, fokkerplanck.ErrProblem, name)
	}
	for _, edges := range [][]float64{nil, {0, 1}, {0, 1, 1, 2}, {0, 1, math.NaN(), 3}} {
		_, err := fokkerplanck.NewGrid(edges)
		require.ErrorIs(t, err, fokkerplanck.ErrProblem)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = fokkerplanck.Solve(cancelled, ou, g, p0, 0, 1, one)
	require.ErrorIs(t, err, context.Canceled)
}

// Any density ends as the standard normal under dx = −x dt + √2 dw.
func ExampleSolve() {
	g, _ := fokkerplanck.Uniform(-6, 6, 600)
	p, err := fokkerplanck.Solve(context.Background(), ou, g, g.Averages(normal(2, 0.1)), 0, 20, fokkerplanck.Config{Steps: 200})
	fmt.Printf("%.3f at 0, mass %.6f, %v\n", p[300], g.Mass(p), err)
	// Output: 0.399 at 0, mass 1.000000, <nil>
}

// Under the VP process data turns into noise.
func ExampleLinear() {
	p, _ := sde.ByName("vp")
	g, _ := fokkerplanck.Uniform(-6, 6, 600)
	d, err := fokkerplanck.Solve(context.Background(), fokkerplanck.Linear(p), g, g.Averages(normal(0.5, 0.04)), 0, 1, fokkerplanck.Config{Steps: 400})
	fmt.Printf("%.2f %v\n", d[300], err)
	// Output: 0.40 <nil>
}

package fokkerplanck_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/ito-sde/ito/fokkerplanck"
	"github.com/ito-sde/ito/sde"
)

// mixture returns the density at a level of data ¼ N(−1, 0.3²) + ¾ N(0.8, 0.4²).
func mixture(l sde.Level) func(float64) float64 {
	a := distuv.Normal{Mu: -1 * l.Alpha, Sigma: math.Hypot(0.3*l.Alpha, l.Sigma)}
	b := distuv.Normal{Mu: 0.8 * l.Alpha, Sigma: math.Hypot(0.4*l.Alpha, l.Sigma)}
	return func(x float64) float64 { return 0.25*a.Prob(x) + 0.75*b.Prob(x) }
}

// The marginals of a mixture under the forward processes, whose coefficients
// depend on time: second order in width and step together, from the level
// λ = 2 to λ = −1.
func TestForwardMarginalsOfMixture(t *testing.T) {
	for _, name := range []string{"vp", "vp-cosine", "subvp", "edm", "flow"} {
		p, err := sde.ByName(name)
		require.NoError(t, err)
		t0, t1 := p.TimeOf(2), p.TimeOf(-1)
		width := 12 * (1 + p.At(t1).Sigma) / 2
		n := []float64{100, 200, 400, 800}
		e := make([]float64, len(n))
		for i, v := range n {
			g, err := fokkerplanck.Uniform(-width, width, int(v))
			require.NoError(t, err)
			p0 := g.Averages(mixture(p.At(t0)))
			got, err := fokkerplanck.Solve(t.Context(), fokkerplanck.Linear(p), g, p0, t0, t1, fokkerplanck.Config{Steps: int(v)})
			require.NoError(t, err)
			require.InDelta(t, g.Mass(p0), g.Mass(got), 1e-12, name)
			e[i] = floats.Distance(got, g.Averages(mixture(p.At(t1))), math.Inf(1))
		}
		require.InDelta(t, 2, slope(n, e), 0.15, "%s: %v", name, e)
		require.Less(t, e[3], 1e-3, name)
	}
}

// Between the middles of equal cells ∫ −x dx is exact: the Gaussian is
// stationary to rounding, on the coarsest grid.
func TestStationaryGaussianIsExact(t *testing.T) {
	g, err := fokkerplanck.Uniform(-8, 8, 21)
	require.NoError(t, err)
	p, err := fokkerplanck.Stationary(ou, g, 0)
	require.NoError(t, err)
	for i, v := range p {
		x := g.Centre(i)
		require.InEpsilon(t, math.Exp(-0.5*x*x), v/p[10], 1e-13, "x = %v", x)
	}
	for scheme := fokkerplanck.TRBDF2; scheme <= fokkerplanck.CrankNicolson; scheme++ {
		later, err := fokkerplanck.Solve(t.Context(), ou, g, p, 0, 1, fokkerplanck.Config{Steps: 50, Scheme: scheme})
		require.NoError(t, err)
		require.InDeltaSlice(t, p, later, 1e-14)
	}
}

// Wells that are deeper than e^700 between two cells neither overflow nor count
// as without diffusion.
func TestStationaryOfSteepWell(t *testing.T) {
	g, err := fokkerplanck.Uniform(-1, 1, 101)
	require.NoError(t, err)
	steep := fokkerplanck.Problem{Drift: func(x, _ float64) float64 { return -1e8 * x }, Diffusion: func(_, _ float64) float64 { return 1 }}
	p, err := fokkerplanck.Stationary(steep, g, 0)
	require.NoError(t, err)
	require.InEpsilon(t, 1, p[50]*g.Width(50), 1e-15, "all in the middle cell")
	require.Zero(t, p[0])
}

// One step to the end of time is the stationary density, with its mass: what
// LU would lose in proportion to the step.
func TestOneStepForEver(t *testing.T) {
	g, err := fokkerplanck.Uniform(-8, 8, 2000)
	require.NoError(t, err)
	want, err := fokkerplanck.Stationary(ou, g, 0)
	require.NoError(t, err)
	p0 := make([]float64, g.Cells())
	p0[20] = 1 / g.Width(20)
	for _, end := range []float64{1e3, 1e9, 1e15, 1e25} {
		p, err := fokkerplanck.Solve(t.Context(), ou, g, p0, 0, end, fokkerplanck.Config{Steps: 1, Scheme: fokkerplanck.BackwardEuler})
		require.NoError(t, err)
		require.InDelta(t, 1, g.Mass(p), 1e-12, "until %v", end)
		require.GreaterOrEqual(t, floats.Min(p), 0.0)
		// (1 − hL)^−1 leaves 1/(1 + h) of the slowest mode, whose height is
		// below 200 for a start at −8.
		require.InDelta(t, 0, floats.Distance(p, want, math.Inf(1)), 200/end+1e-11)
	}
}

func TestObserveAndPartialResults(t *testing.T) {
	g, err := fokkerplanck.Uniform(-5, 5, 50)
	require.NoError(t, err)
	p0 := g.Averages(normal(0, 0.5))
	var times []float64
	var third []float64
	c := fokkerplanck.Config{Steps: 4, Observe: func(at float64, p []float64) error {
		times = append(times, at)
		if len(times) == 3 {
			third = append(third, p...)
		}
		return nil
	}}
	_, err = fokkerplanck.Solve(t.Context(), ou, g, p0, 1, 2, c)
	require.NoError(t, err)
	require.Equal(t, []float64{1, 1.25, 1.5, 1.75, 2}, times)

	fails := ou
	fails.Drift = func(x, at float64) float64 {
		if at > 1.6 {
			return math.NaN()
		}
		return -x
	}
	c.Observe = nil
	p, err := fokkerplanck.Solve(t.Context(), fails, g, p0, 1, 2, c)
	require.ErrorIs(t, err, fokkerplanck.ErrProblem)
	require.Equal(t, third, p)

	ctx, cancel := context.WithCancel(t.Context())
	c.Observe = func(at float64, _ []float64) error {
		if at == 1.5 {
			cancel()
		}
		return nil
	}
	p, err = fokkerplanck.Solve(ctx, ou, g, p0, 1, 2, c)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, third, p)

	enough := errors.New("enough")
	c.Observe = func(float64, []float64) error { return enough }
	p, err = fokkerplanck.Solve(t.Context(), ou, g, p0, 1, 2, c)
	require.ErrorIs(t, err, enough)
	require.Equal(t, p0, p)
	_, err = fokkerplanck.Solve(t.Context(), ou, g, p0, 1, 2, fokkerplanck.Config{Steps: 1, Scheme: 3})
	require.ErrorIs(t, err, fokkerplanck.ErrProblem)
	_, err = fokkerplanck.Stationary(ou, fokkerplanck.Grid{}, 0)
	require.ErrorIs(t, err, fokkerplanck.ErrProblem)
}

// Drift −x and D = ½ leave N(0, ½): p(0) = 1/√π.
func ExampleStationary() {
	g, err := fokkerplanck.Uniform(-6, 6, 601)
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := fokkerplanck.Stationary(fokkerplanck.Problem{
		Drift:     func(x, _ float64) float64 { return -x },
		Diffusion: func(_, _ float64) float64 { return 0.5 },
	}, g, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n", p[300])
	// Output: 0.5642
}

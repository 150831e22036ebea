package fokkerplanck_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"

	"github.com/ito-sde/ito/fokkerplanck"
	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/esdirk"
	"github.com/ito-sde/ito/integrators/radau"
	"github.com/ito-sde/ito/integrators/rosenbrock"
)

func constant(v float64) func(x, t float64) float64 { return func(_, _ float64) float64 { return v } }

// stretched has n cells on [lo, hi] that are of width 1 + ½cos times the mean.
func stretched(t *testing.T, lo, hi float64, n int) fokkerplanck.Grid {
	edges := make([]float64, n+1)
	for i := range edges {
		u := float64(i) / float64(n)
		edges[i] = lo + (hi-lo)*(u+0.5*math.Sin(2*math.Pi*u)/(2*math.Pi))
	}
	g, err := fokkerplanck.NewGrid(edges)
	require.NoError(t, err)
	return g
}

// Modes of ∂p = −v ∂p + D ∂²p on [0, 1], in closed form:
// absorbing at both ends e^(vx/2D) sin πx, at 0 alone with v = 0 sin πx/2, and
// on a ring 1 + ½ sin 2π(x − vt).
var modes = []struct {
	name        string
	left, right fokkerplanck.Wall
	v           float64
	p           func(x, t float64) float64
}{
	{"two absorb", fokkerplanck.Absorbing, fokkerplanck.Absorbing, 0.8, func(x, t float64) float64 {
		return math.Exp(0.8*x/(2*0.3)-(0.3*math.Pi*math.Pi+0.64/(4*0.3))*t) * math.Sin(math.Pi*x)
	}},
	{"left absorbs", fokkerplanck.Absorbing, fokkerplanck.Reflecting, 0, func(x, t float64) float64 {
		return math.Exp(-0.3*math.Pi*math.Pi/4*t) * math.Sin(math.Pi*x/2)
	}},
	{"right absorbs", fokkerplanck.Reflecting, fokkerplanck.Absorbing, 0, func(x, t float64) float64 {
		return math.Exp(-0.3*math.Pi*math.Pi/4*t) * math.Cos(math.Pi*x/2)
	}},
	{"ring", fokkerplanck.Periodic, fokkerplanck.Periodic, 0.8, func(x, t float64) float64 {
		return 1 + 0.5*math.Exp(-0.3*4*math.Pi*math.Pi*t)*math.Sin(2*math.Pi*(x-0.8*t))
	}},
}

func TestWallsAreOfSecondOrderInSpace(t *testing.T) {
	for _, m := range modes {
		pr := fokkerplanck.Problem{Drift: constant(m.v), Diffusion: constant(0.3), Left: m.left, Right: m.right, Steady: true}
		n := []float64{20, 40, 80, 160}
		e := make([]float64, len(n))
		for i, v := range n {
			g := stretched(t, 0, 1, int(v))
			p0 := g.Averages(func(x float64) float64 { return m.p(x, 0) })
			r, err := fokkerplanck.Evolve(t.Context(), pr, g, p0, 0, 0.3, fokkerplanck.Adaptive{Tolerance: 1e-9})
			require.NoError(t, err)
			for k, w := range g.Averages(func(x float64) float64 { return m.p(x, 0.3) }) {
				e[i] += math.Abs(r.Density[k]-w) * g.Width(k)
				require.GreaterOrEqual(t, r.Density[k], 0.0)
			}
			mass := g.Mass(p0)
			require.InDelta(t, mass, g.Mass(r.Density)+r.Absorbed[0]+r.Absorbed[1], 1e-12*mass)
			require.Less(t, r.Corrected, 1e-9*mass)
		}
		require.InDelta(t, 2, slope(n, e), 0.15, "%s: %v", m.name, e)
		// The schemes of fixed steps solve the same chain.
		g := stretched(t, 0, 1, 40)
		p0 := g.Averages(func(x float64) float64 { return m.p(x, 0) })
		want, err := fokkerplanck.Evolve(t.Context(), pr, g, p0, 0, 0.3, fokkerplanck.Adaptive{Tolerance: 1e-11})
		require.NoError(t, err)
		for scheme, tol := range map[fokkerplanck.Scheme]float64{fokkerplanck.TRBDF2: 1e-5, fokkerplanck.CrankNicolson: 1e-4, fokkerplanck.BackwardEuler: 0.02} {
			p, err := fokkerplanck.Solve(t.Context(), pr, g, p0, 0, 0.3, fokkerplanck.Config{Steps: 200, Scheme: scheme})
			require.NoError(t, err)
			require.InDeltaSlice(t, want.Density, p, tol, "%s, scheme %d", m.name, scheme)
		}
	}
}

// Densities stay positive where the schemes of second order alone do not: a
// point of mass and long steps. Absorbed and kept mass balance.
func TestPositiveAlways(t *testing.T) {
	for _, m := range modes {
		for _, start := range []int{0, 30, 59} {
			pr := fokkerplanck.Problem{Drift: constant(5), Diffusion: constant(0.3), Left: m.left, Right: m.right}
			g := stretched(t, 0, 1, 60)
			p0 := make([]float64, 60)
			p0[start] = 1 / g.Width(start)
			for scheme := fokkerplanck.TRBDF2; scheme <= fokkerplanck.CrankNicolson; scheme++ {
				for _, steps := range []int{1, 3, 10} {
					p, err := fokkerplanck.Solve(t.Context(), pr, g, p0, 0, 0.2, fokkerplanck.Config{Steps: steps, Scheme: scheme})
					require.NoError(t, err)
					require.GreaterOrEqual(t, floats.Min(p), 0.0)
					if m.left == fokkerplanck.Periodic {
						require.InDelta(t, 1, g.Mass(p), 1e-12)
					} else {
						require.Less(t, g.Mass(p), 1.0)
					}
				}
			}
			r, err := fokkerplanck.Evolve(t.Context(), pr, g, p0, 0, 0.2, fokkerplanck.Adaptive{Tolerance: 1e-3, At: []float64{0.001, 0.01}})
			require.NoError(t, err)
			for _, p := range append(r.At, r.Density) {
				require.GreaterOrEqual(t, floats.Min(p), 0.0)
			}
		}
	}
}

// The order of the time integrators on the chain of a ring, at fixed steps.
func TestOrdersOfEvolve(t *testing.T) {
	g := stretched(t, 0, 1, 30)
	pr := fokkerplanck.Problem{
		Drift:     func(x, t float64) float64 { return math.Sin(2*math.Pi*x) + math.Cos(3*t) },
		Diffusion: func(x, _ float64) float64 { return 0.05 + 0.02*math.Cos(2*math.Pi*x) },
		Left:      fokkerplanck.Periodic, Right: fokkerplanck.Periodic,
	}
	p0 := g.Averages(func(x float64) float64 { return 1 + 0.5*math.Sin(2*math.Pi*x) })
	exact, err := fokkerplanck.Evolve(t.Context(), pr, g, p0, 0, 1, fokkerplanck.Adaptive{Tolerance: 1e-13})
	require.NoError(t, err)
	for _, tc := range []struct {
		m     integrators.Implicit
		order float64
		steps []float64
	}{{radau.IIA5, 5, []float64{12, 16, 24, 32}}, {rosenbrock.Rodas4, 4, []float64{32, 48, 64, 96}}, {esdirk.TRBDF2, 2, []float64{64, 96, 128, 192}}} {
		e := make([]float64, len(tc.steps))
		for i, n := range tc.steps {
			r, err := fokkerplanck.Evolve(t.Context(), pr, g, p0, 0, 1, fokkerplanck.Adaptive{Step: 1 / n, Method: tc.m})
			require.NoError(t, err)
			e[i] = floats.Distance(r.Density, exact.Density, 1)
		}
		require.InDelta(t, tc.order, slope(tc.steps, e), 0.2, "order %v: %v", tc.order, e)
	}
}

// The transient of Ornstein and Uhlenbeck to 1e-8 in L1: cells of h and h/2
// extrapolated, since the error of the averages has even powers of h alone.
func TestTransientTo1e8(t *testing.T) {
	pr := ou
	pr.Steady = true
	solve := func(n int) (fokkerplanck.Grid, []float64) {
		g, err := fokkerplanck.Uniform(-9, 9, n)
		require.NoError(t, err)
		p0 := exactAverages(g, 1, 0.25)
		r, err := fokkerplanck.Evolve(t.Context(), pr, g, p0, 0, 0.5, fokkerplanck.Adaptive{Tolerance: 1e-11})
		require.NoError(t, err)
		require.InDelta(t, g.Mass(p0), g.Mass(r.Density), 1e-12)
		require.GreaterOrEqual(t, floats.Min(r.Density), 0.0)
		return g, r.Density
	}
	g, coarse := solve(1500)
	fineGrid, fine := solve(3000)
	want := exactAverages(g, math.Exp(-0.5), 1-0.75*math.Exp(-1))
	p, err := fokkerplanck.Extrapolate(g, coarse, fineGrid, fine)
	require.NoError(t, err)
	var l1 float64
	for i, v := range p {
		require.GreaterOrEqual(t, v, 0.0)
		l1 += math.Abs(v-want[i]) * g.Width(i)
	}
	t.Logf("L1 distance %.2g", l1)
	require.Less(t, l1, 1e-8)
	require.InDelta(t, 1, g.Mass(p), 1e-12)
}

// exactAverages are the cell averages of N(m, v).
func exactAverages(g fokkerplanck.Grid, m, v float64) []float64 {
	p := make([]float64, g.Cells())
	s := math.Sqrt(2 * v)
	for i := range p {
		a, b := (g.Centre(i)-0.5*g.Width(i)-m)/s, (g.Centre(i)+0.5*g.Width(i)-m)/s
		if a > 0 {
			p[i] = 0.5 * (math.Erfc(a) - math.Erfc(b)) / g.Width(i)
		} else {
			p[i] = 0.5 * (math.Erfc(-b) - math.Erfc(-a)) / g.Width(i)
		}
	}
	return p
}

// On a ring with a tilted potential the stationary density carries a flux, and
// is ∝ e^(−Φ(x)) ∫_x^(x+1) e^(Φ(y)) dy with Φ' = −a/D. Risken (1989), eq. 11.36.
func TestStationaryRing(t *testing.T) {
	const d, tilt = 0.2, 1.5
	pr := fokkerplanck.Problem{
		Drift:     func(x, _ float64) float64 { return tilt + 2*math.Cos(2*math.Pi*x) },
		Diffusion: constant(d), Left: fokkerplanck.Periodic, Right: fokkerplanck.Periodic,
	}
	phi := func(x float64) float64 { return -(tilt*x + math.Sin(2*math.Pi*x)/math.Pi) / d }
	density := func(x float64) float64 {
		return quad.Fixed(func(y float64) float64 { return math.Exp(phi(y) - phi(x)) }, x, x+1, 60, nil, 0)
	}
	n := []float64{25, 50, 100, 200}
	e := make([]float64, len(n))
	for i, v := range n {
		g := stretched(t, 0, 1, int(v))
		p, err := fokkerplanck.Stationary(pr, g, 0)
		require.NoError(t, err)
		want := g.Averages(density)
		floats.Scale(1/g.Mass(want), want)
		e[i] = floats.Distance(p, want, math.Inf(1))
		later, err := fokkerplanck.Solve(t.Context(), pr, g, p, 0, 3, fokkerplanck.Config{Steps: 5})
		require.NoError(t, err)
		require.InDeltaSlice(t, p, later, 1e-12)
	}
	require.InDelta(t, 2, slope(n, e), 0.15, "%v", e)
	// A potential of depth e^2000 neither overflows nor is called degenerate.
	steep := pr
	steep.Drift = func(x, _ float64) float64 { return 2000 * math.Cos(2*math.Pi*x) }
	p, err := fokkerplanck.Stationary(steep, stretched(t, 0, 1, 300), 0)
	require.NoError(t, err)
	require.InDelta(t, 1, stretched(t, 0, 1, 300).Mass(p), 1e-12)
	absorbing := ou
	absorbing.Left = fokkerplanck.Absorbing
	_, err = fokkerplanck.Stationary(absorbing, stretched(t, 0, 1, 30), 0)
	require.ErrorIs(t, err, fokkerplanck.ErrProblem)
}

func TestEvolveRefuses(t *testing.T) {
	g := stretched(t, -1, 1, 10)
	p0 := g.Averages(normal(0, 1))
	half := ou
	half.Left = fokkerplanck.Periodic
	odd := ou
	odd.Right = 7
	for name, tc := range map[string]struct {
		pr fokkerplanck.Problem
		p  []float64
		t1 float64
	}{
		"half a ring": {half, p0, 1}, "no wall": {odd, p0, 1}, "nothing": {fokkerplanck.Problem{}, p0, 1},
		"short": {ou, p0[1:], 1}, "backwards": {ou, p0, -1}, "no end": {ou, p0, math.Inf(1)},
		"negative": {ou, append([]float64{-1}, p0[1:]...), 1},
	} {
		_, err := fokkerplanck.Evolve(t.Context(), tc.pr, g, tc.p, 0, tc.t1, fokkerplanck.Adaptive{Tolerance: 1e-6})
		require.ErrorIs(t, err, fokkerplanck.ErrProblem, name)
		_, err = fokkerplanck.Solve(t.Context(), tc.pr, g, tc.p, 0, tc.t1, fokkerplanck.Config{Steps: 1})
		require.ErrorIs(t, err, fokkerplanck.ErrProblem, name)
	}
	_, err := fokkerplanck.Evolve(t.Context(), ou, g, p0, 0, 1, fokkerplanck.Adaptive{})
	require.Error(t, err, "no tolerance")
	r, err := fokkerplanck.Evolve(t.Context(), ou, g, make([]float64, 10), 0, 1, fokkerplanck.Adaptive{Tolerance: 1e-6})
	require.NoError(t, err)
	require.Equal(t, make([]float64, 10), r.Density, "nothing stays nothing")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = fokkerplanck.Evolve(ctx, ou, g, p0, 0, 1, fokkerplanck.Adaptive{Tolerance: 1e-6})
	require.ErrorIs(t, err, context.Canceled)
}

// Half of a Brownian motion that starts next to an absorbing wall is gone when
// erf(d/√(4 D t)) = ½.
func ExampleEvolve() {
	g, _ := fokkerplanck.Uniform(0, 20, 2000)
	pr := fokkerplanck.Problem{
		Drift:     func(_, _ float64) float64 { return 0 },
		Diffusion: func(_, _ float64) float64 { return 1 },
		Left:      fokkerplanck.Absorbing, Steady: true,
	}
	r, err := fokkerplanck.Evolve(context.Background(), pr, g, g.Averages(normal(3, 1e-3)), 0, 9/(4*0.4769362762*0.4769362762), fokkerplanck.Adaptive{Tolerance: 1e-8})
	fmt.Printf("%.4f absorbed, %.4f left, %v\n", r.Absorbed[0], g.Mass(r.Density), err)
	// Output: 0.5000 absorbed, 0.5000 left, <nil>
}

// Two grids give the height of the density to nine digits.
func ExampleExtrapolate() {
	solve := func(n int) (fokkerplanck.Grid, []float64) {
		g, _ := fokkerplanck.Uniform(-8, 8, n)
		p, _ := fokkerplanck.Stationary(fokkerplanck.Problem{Drift: func(x, _ float64) float64 { return -x * x * x }, Diffusion: func(_, _ float64) float64 { return 1 }}, g, 0)
		return g, p
	}
	g, coarse := solve(801)
	h, fine := solve(1602)
	p, err := fokkerplanck.Extrapolate(g, coarse, h, fine)
	// 1/∫ e^(−x⁴/4) dx = √2/Γ(1/4), less what the average over the cell is below it.
	fmt.Printf("%.7f %.7f %v\n", p[400], math.Sqrt2/math.Gamma(0.25), err)
	// Output: 0.3900623 0.3900623 <nil>
}

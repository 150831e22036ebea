package fokkerplanck_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"

	"github.com/ito-sde/ito/fokkerplanck"
)

func well(x float64) float64 { return 0.25*x*x*x*x - 0.5*x*x }

// doubleWell is dx = (x − x³) dt + √(2d) dw.
func doubleWell(d float64) fokkerplanck.Problem {
	return fokkerplanck.Problem{Drift: func(x, _ float64) float64 { return x - x*x*x }, Diffusion: constant(d), Steady: true}
}

// kramers is the mean time from x to b, with a reflecting wall at lo:
// (1/D) ∫_x^b e^(V(y)/D) ∫_lo^y e^(−V(z)/D) dz dy. Risken (1989), eq. 5.109.
func kramers(d, lo, x, b float64) float64 {
	piece := func(f func(float64) float64, a, b float64) (s float64) {
		const n = 12 // pieces of 40 nodes: exact to rounding
		for i := range n {
			s += quad.Fixed(f, a+(b-a)*float64(i)/n, a+(b-a)*float64(i+1)/n, 40, nil, 0)
		}
		return s
	}
	return piece(func(y float64) float64 {
		return piece(func(z float64) float64 { return math.Exp((well(y) - well(z)) / d) }, lo, y)
	}, x, b) / d
}

// Kramers' rate of escape from −1 over the barrier at 0 to 1: the formula of
// integrals to 1e-6 and better, Kramers' own, √2/2π e^(−1/4D), to O(D).
func TestKramersRate(t *testing.T) {
	const d = 0.1
	pr := doubleWell(d)
	pr.Right = fokkerplanck.Absorbing
	n := []float64{251, 501, 1001, 2001}
	e := make([]float64, len(n))
	want := 1 / kramers(d, -3, -1, 1)
	for i, v := range n {
		g, err := fokkerplanck.Uniform(-3, 1, int(v))
		require.NoError(t, err)
		u, err := fokkerplanck.MeanExitTime(pr, g, 0)
		require.NoError(t, err)
		e[i] = math.Abs(1/u[int(v)/2]/want - 1)
	}
	require.InDelta(t, 2, slope(n, e), 0.15, "%v", e)
	g, err := fokkerplanck.Uniform(-3, 1, 20001)
	require.NoError(t, err)
	u, err := fokkerplanck.MeanExitTime(pr, g, 0)
	require.NoError(t, err)
	t.Logf("relative error of the rate %.2g", 1/u[10000]/want-1)
	require.InEpsilon(t, want, 1/u[10000], 1e-6)
	require.InEpsilon(t, math.Sqrt2/(2*math.Pi)*math.Exp(-0.25/d), want, 2*d)
	// A barrier of e^125 is a matter of more digits in the exponent alone.
	pr = doubleWell(0.002)
	pr.Right = fokkerplanck.Absorbing
	u, err = fokkerplanck.MeanExitTime(pr, g, 0)
	require.NoError(t, err)
	require.InEpsilon(t, math.Sqrt2/(2*math.Pi)*math.Exp(-125), 1/u[10000], 0.01)
}

// Brownian motion with drift v leaves [0, 1] at 1 with the probability
// q = (1 − e^(−vx/D))/(1 − e^(−v/D)), after (q − x)/v on average.
func TestExitFromInterval(t *testing.T) {
	const v, d = -2.0, 0.4
	pr := fokkerplanck.Problem{Drift: constant(v), Diffusion: constant(d), Left: fokkerplanck.Absorbing, Right: fokkerplanck.Absorbing}
	q := func(x float64) float64 { return math.Expm1(-v*x/d) / math.Expm1(-v/d) }
	n := []float64{20, 40, 80, 160}
	time, hit, second := make([]float64, 4), make([]float64, 4), make([]float64, 4)
	for i, k := range n {
		g := stretched(t, 0, 1, int(k))
		u, err := fokkerplanck.ExitMoments(pr, g, 0, 2)
		require.NoError(t, err)
		c, err := fokkerplanck.Committor(pr, g, 0)
		require.NoError(t, err)
		// Laplace transform E e^(−kτ), whose slope at k = 0 is −T and curvature E τ².
		const small = 1e-2
		laplace := func(k float64) []float64 {
			u, err := fokkerplanck.Backward(pr, g, 0, fokkerplanck.Functional{Decay: func(float64) float64 { return k }, Left: 1, Right: 1})
			require.NoError(t, err)
			return u
		}
		a, b := laplace(small), laplace(2*small)
		for j := range c {
			x := g.Centre(j)
			time[i] = math.Max(time[i], math.Abs(u[0][j]-(q(x)-x)/v))
			hit[i] = math.Max(hit[i], math.Abs(c[j]-q(x)))
			second[i] = math.Max(second[i], math.Abs(u[1][j]-(1-2*a[j]+b[j])/(small*small)))
		}
	}
	require.InDelta(t, 2, slope(n, time), 0.15, "%v", time)
	// Between equal fluxes the probability is exact where D and v are constant,
	// up to the half cell at a wall.
	require.Less(t, hit[3], 1e-12)
	// Third derivative of the transform times the step: 6 E τ³/6 · 1e-2.
	require.Less(t, second[3], 1e-2)
}

func TestBackwardRefuses(t *testing.T) {
	g := stretched(t, 0, 1, 20)
	ring := ou
	ring.Left, ring.Right = fokkerplanck.Periodic, fokkerplanck.Periodic
	open := ou
	open.Left = fokkerplanck.Absorbing
	for name, f := range map[string]func() error{
		"closed": func() error { _, err := fokkerplanck.MeanExitTime(ou, g, 0); return err },
		"ring":   func() error { _, err := fokkerplanck.Committor(ring, g, 0); return err },
		"order":  func() error { _, err := fokkerplanck.ExitMoments(open, g, 0, 0); return err },
		"decay": func() error {
			_, err := fokkerplanck.Backward(open, g, 0, fokkerplanck.Functional{Decay: func(float64) float64 { return -1 }})
			return err
		},
		"source": func() error {
			_, err := fokkerplanck.Backward(open, g, 0, fokkerplanck.Functional{Source: func(float64) float64 { return math.NaN() }})
			return err
		},
		"wall": func() error {
			_, err := fokkerplanck.Backward(open, g, 0, fokkerplanck.Functional{Left: math.Inf(1)})
			return err
		},
		"rates of a ring": func() error { _, err := fokkerplanck.Rates(ring, g, 0); return err },
		"modes":           func() error { _, err := fokkerplanck.Modes(ou, g, 0, 21); return err },
		"entropy":         func() error { _, err := fokkerplanck.EntropyProduction(open, g, 0, make([]float64, 20)); return err },
		"flux":            func() error { _, err := fokkerplanck.Flux(open, g, 0, nil); return err },
	} {
		require.ErrorIs(t, f(), fokkerplanck.ErrProblem, name)
	}
}

// A Brownian motion with D = ½ leaves [0, 1] from the middle after ¼ on average.
func ExampleMeanExitTime() {
	g, _ := fokkerplanck.Uniform(0, 1, 1001)
	pr := fokkerplanck.Problem{
		Drift:     func(_, _ float64) float64 { return 0 },
		Diffusion: func(_, _ float64) float64 { return 0.5 },
		Left:      fokkerplanck.Absorbing, Right: fokkerplanck.Absorbing,
	}
	u, err := fokkerplanck.MeanExitTime(pr, g, 0)
	fmt.Printf("%.4f %v\n", u[500], err)
	// Output: 0.2500 <nil>
}

// Without drift the odds are those of the distances.
func ExampleCommittor() {
	g, _ := fokkerplanck.Uniform(0, 1, 5)
	pr := fokkerplanck.Problem{Drift: func(_, _ float64) float64 { return 0 }, Diffusion: func(_, _ float64) float64 { return 1 }}
	q, err := fokkerplanck.Committor(pr, g, 0)
	fmt.Printf("%.1f %v\n", q, err)
	// Output: [0.1 0.3 0.5 0.7 0.9] <nil>
}

// The price of a path that is discounted at rate k: E e^(−kτ) = 1/cosh √(k/D) for
// a start at a reflecting wall at 0 and the exit at 1.
func ExampleBackward() {
	g, _ := fokkerplanck.Uniform(0, 1, 2000)
	pr := fokkerplanck.Problem{
		Drift:     func(_, _ float64) float64 { return 0 },
		Diffusion: func(_, _ float64) float64 { return 0.5 },
		Right:     fokkerplanck.Absorbing,
	}
	u, err := fokkerplanck.Backward(pr, g, 0, fokkerplanck.Functional{Decay: func(float64) float64 { return 2 }, Right: 1})
	fmt.Printf("%.4f %.4f %v\n", u[0], 1/math.Cosh(2), err)
	// Output: 0.2658 0.2658 <nil>
}

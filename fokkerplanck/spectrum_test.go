package fokkerplanck_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/fokkerplanck"
)

// Free diffusion on equal cells: 4 D/h² sin²(kπ/2n), all of them, to a small
// relative error.
func TestRatesOfFreeDiffusion(t *testing.T) {
	const n, d = 64, 0.7
	g, err := fokkerplanck.Uniform(0, 2, n)
	require.NoError(t, err)
	h := 2.0 / n
	r, err := fokkerplanck.Rates(fokkerplanck.Problem{Drift: constant(0), Diffusion: constant(d)}, g, 0)
	require.NoError(t, err)
	require.Zero(t, r[0])
	for k := 1; k < n; k++ {
		s := math.Sin(float64(k) * math.Pi / (2 * n))
		require.InEpsilon(t, 4*d/(h*h)*s*s, r[k], 1e-12, "k = %d", k)
	}
}

// Ornstein–Uhlenbeck has the rates 0, 1, 2, ... and Hermite's polynomials.
func TestSpectrumOfOrnsteinUhlenbeck(t *testing.T) {
	n := []float64{50, 100, 200}
	e := make([]float64, len(n))
	for i, v := range n {
		g := stretched(t, -7, 7, int(v))
		modes, err := fokkerplanck.Modes(ou, g, 0, 5)
		require.NoError(t, err)
		rates, err := fokkerplanck.Rates(ou, g, 0)
		require.NoError(t, err)
		for k, m := range modes {
			require.InDelta(t, rates[k], m.Rate, 1e-9)
			e[i] = math.Max(e[i], math.Abs(m.Rate-float64(k)))
			for l, o := range modes {
				var s float64
				for c := range m.Density {
					s += m.Density[c] * o.Observable[c] * g.Width(c)
				}
				want := 0.0
				if k == l {
					want = 1
				}
				require.InDelta(t, want, s, 1e-10)
			}
			// A mode decays without a change of shape, what is left of it positive
			// when it is added to the stationary density.
			if k > 0 {
				p0 := append([]float64(nil), modes[0].Density...)
				floats.AddScaled(p0, 1e-4, m.Density)
				if floats.Min(p0) >= 0 {
					r, err := fokkerplanck.Evolve(t.Context(), ou, g, p0, 0, 1, fokkerplanck.Adaptive{Tolerance: 1e-10})
					require.NoError(t, err)
					want := append([]float64(nil), modes[0].Density...)
					floats.AddScaled(want, 1e-4*math.Exp(-m.Rate), m.Density)
					require.InDeltaSlice(t, want, r.Density, 1e-10)
				}
			}
		}
	}
	require.InDelta(t, 2, slope(n, e), 0.15, "%v", e)
}

// Between walls that absorb: (kπ)² D and sines, the first of them the shape of
// what is left after a long time.
func TestModesOfAbsorbingWalls(t *testing.T) {
	pr := fokkerplanck.Problem{Drift: constant(0), Diffusion: constant(0.4), Left: fokkerplanck.Absorbing, Right: fokkerplanck.Absorbing}
	n, e := []float64{25, 50, 100}, make([]float64, 3)
	for i, v := range n {
		g := stretched(t, 0, 1, int(v))
		m, err := fokkerplanck.Modes(pr, g, 0, 3)
		require.NoError(t, err)
		for k, mode := range m {
			e[i] = math.Max(e[i], math.Abs(mode.Rate-0.4*math.Pow(float64(k+1)*math.Pi, 2)))
		}
		for c, p := range m[0].Density {
			require.InDelta(t, math.Sqrt2*math.Sin(math.Pi*g.Centre(c)), p, 20/(v*v))
			require.Greater(t, p, 0.0)
		}
		r, err := fokkerplanck.Evolve(t.Context(), pr, g, g.Averages(normal(0.3, 0.01)), 0, 3, fokkerplanck.Adaptive{Tolerance: 1e-9})
		require.NoError(t, err)
		floats.Scale(g.Mass(m[0].Density)/g.Mass(r.Density), r.Density)
		require.InDeltaSlice(t, m[0].Density, r.Density, 1e-2) // what is left is e^−12, and tolerances count against 1
		pr.Right = fokkerplanck.Reflecting
		m, err = fokkerplanck.Modes(pr, g, 0, 2)
		require.NoError(t, err)
		require.InEpsilon(t, 0.4*math.Pi*math.Pi/4, m[0].Rate, 3/(v*v))
		pr.Right = fokkerplanck.Absorbing
	}
	require.InDelta(t, 2, slope(n, e), 0.15, "%v", e)
}

// The rate of a transition as rare as e^−25 beside rates of 1e5 has its digits:
// the odd mode of a double well is what escapes to 0, of rate 1/T to relative
// O(rate). Eigenvalues of the tridiagonal matrix are off by 1e5 roundings, 1e-11,
// which here is all.
func TestRareRate(t *testing.T) {
	const d = 0.01
	g, err := fokkerplanck.Uniform(-2, 2, 800)
	require.NoError(t, err)
	r, err := fokkerplanck.Rates(doubleWell(d), g, 0)
	require.NoError(t, err)
	half, err := fokkerplanck.Uniform(-2, 0, 400)
	require.NoError(t, err)
	pr := doubleWell(d)
	pr.Right = fokkerplanck.Absorbing
	u, err := fokkerplanck.MeanExitTime(pr, half, 0)
	require.NoError(t, err)
	escape, err := fokkerplanck.Rates(pr, half, 0)
	require.NoError(t, err)
	require.Less(t, r[1], 1e-10)
	require.InEpsilon(t, 1/u[200], escape[0], 1e-8)
	require.InEpsilon(t, escape[0], r[1], 1e-5) // the wall's flux is taken a quarter of a cell beside
}

// Detailed balance: Total is the fall of KL(p‖π), to rounding, and is
// ∫ J²/(Dp) to second order; nothing flows in the stationary density.
func TestEntropyProduction(t *testing.T) {
	pr := fokkerplanck.Problem{Drift: func(x, _ float64) float64 { return x - x*x*x }, Diffusion: func(x, _ float64) float64 { return 0.4 + 0.1*math.Sin(x) }}
	g := stretched(t, -3, 3, 200)
	pi, err := fokkerplanck.Stationary(pr, g, 0)
	require.NoError(t, err)
	p := g.Averages(normal(0.5, 0.5))
	got, err := fokkerplanck.EntropyProduction(pr, g, 0, p)
	require.NoError(t, err)
	j, err := fokkerplanck.Flux(pr, g, 0, p)
	require.NoError(t, err)
	var fall, shannon float64
	for i := range p {
		fall += (j[i+1] - j[i]) * math.Log(p[i]/pi[i])
		shannon += (j[i+1] - j[i]) * math.Log(p[i])
	}
	require.InEpsilon(t, fall, got.Total, 1e-12)
	require.InEpsilon(t, shannon, got.System, 1e-12)
	require.InDelta(t, got.Total, got.System+got.Medium, 1e-12)
	n := []float64{200, 400, 800}
	e := make([]float64, len(n))
	for k, v := range n {
		g := stretched(t, -3, 3, int(v))
		p := g.Averages(normal(0.5, 0.5))
		got, err := fokkerplanck.EntropyProduction(pr, g, 0, p)
		require.NoError(t, err)
		j, err := fokkerplanck.Flux(pr, g, 0, p)
		require.NoError(t, err)
		var local float64
		for i := 1; i < len(p); i++ {
			x := 0.5 * (g.Centre(i-1) + g.Centre(i))
			local += j[i] * j[i] / (0.5 * (p[i] + p[i-1]) * pr.Diffusion(x, 0)) * (g.Centre(i) - g.Centre(i-1))
		}
		e[k] = math.Abs(local/got.Total - 1)
	}
	require.InDelta(t, 2, slope(n, e), 0.15, "%v", e)
	still, err := fokkerplanck.EntropyProduction(pr, g, 0, pi)
	require.NoError(t, err)
	require.InDelta(t, 0, still.Total, 1e-20)

	// A ring with constant drift: J = v, and v²/D of entropy, all in the medium.
	ring := fokkerplanck.Problem{Drift: constant(1.5), Diffusion: constant(0.3), Left: fokkerplanck.Periodic, Right: fokkerplanck.Periodic}
	g = stretched(t, 0, 1, 50)
	pi, err = fokkerplanck.Stationary(ring, g, 0)
	require.NoError(t, err)
	got, err = fokkerplanck.EntropyProduction(ring, g, 0, pi)
	require.NoError(t, err)
	require.InEpsilon(t, 1.5*1.5/0.3, got.Total, 1e-12)
	require.InDelta(t, 0, got.System, 1e-12)
	require.InEpsilon(t, got.Total, got.Medium, 1e-12)
}

// The relaxation times of Ornstein and Uhlenbeck's process are 1, 1/2, 1/3, ...
func ExampleRates() {
	g, _ := fokkerplanck.Uniform(-7, 7, 700)
	r, err := fokkerplanck.Rates(ou, g, 0)
	fmt.Printf("%.3f %v\n", r[:4], err)
	// Output: [0.000 1.000 2.000 3.000] <nil>
}

// The slowest mode of the process is its mean: the observable x.
func ExampleModes() {
	g, _ := fokkerplanck.Uniform(-7, 7, 201)
	m, err := fokkerplanck.Modes(ou, g, 0, 2)
	fmt.Printf("%.2f %v\n", math.Abs(m[1].Observable[115]/g.Centre(115)), err)
	// Output: 1.00 <nil>
}

// On a ring a drift v costs v²/D.
func ExampleEntropyProduction() {
	g, _ := fokkerplanck.Uniform(0, 1, 100)
	ring := fokkerplanck.Problem{
		Drift:     func(_, _ float64) float64 { return 3 },
		Diffusion: func(_, _ float64) float64 { return 2 },
		Left:      fokkerplanck.Periodic, Right: fokkerplanck.Periodic,
	}
	p, _ := fokkerplanck.Stationary(ring, g, 0)
	r, err := fokkerplanck.EntropyProduction(ring, g, 0, p)
	fmt.Printf("%.4f %v\n", r.Total, err)
	// Output: 4.5000 <nil>
}

// Drift v and diffusion D on a ring of equal cells: −r_k is right (e^(−iφ) − 1) +
// left (e^(iφ) − 1), φ = 2πk/n, which tends to (2πk)² D ∓ 2πk v i.
func TestRingRates(t *testing.T) {
	const v, d = 3.0, 0.2
	ring := fokkerplanck.Problem{Drift: constant(v), Diffusion: constant(d), Left: fokkerplanck.Periodic, Right: fokkerplanck.Periodic}
	n, e := []float64{32, 64, 128}, make([]float64, 3)
	for i, cells := range n {
		g, err := fokkerplanck.Uniform(0, 1, int(cells))
		require.NoError(t, err)
		r, err := fokkerplanck.RingRates(ring, g, 0)
		require.NoError(t, err)
		h := 1 / cells
		left := v / h / math.Expm1(v*h/d)
		right := left + v/h
		s, c := math.Sincos(2 * math.Pi / cells)
		require.InDelta(t, 0, real(r[0]), 1e-8)
		require.InEpsilon(t, (left+right)*(1-c), real(r[1]), 1e-9)
		require.InEpsilon(t, (left-right)*s, imag(r[1]), 1e-9)
		require.InEpsilon(t, -imag(r[1]), imag(r[2]), 1e-9)
		e[i] = math.Hypot(real(r[1])-4*math.Pi*math.Pi*d, imag(r[1])+2*math.Pi*v)
	}
	require.InDelta(t, 2, slope(n, e), 0.15, "%v", e)
	_, err := fokkerplanck.RingRates(ou, stretched(t, 0, 1, 10), 0)
	require.ErrorIs(t, err, fokkerplanck.ErrProblem)
}

// What drifts once around in a unit of time comes back with that frequency.
func ExampleRingRates() {
	g, _ := fokkerplanck.Uniform(0, 1, 200)
	ring := fokkerplanck.Problem{
		Drift:     func(_, _ float64) float64 { return 1 },
		Diffusion: func(_, _ float64) float64 { return 0.01 },
		Left:      fokkerplanck.Periodic, Right: fokkerplanck.Periodic,
	}
	r, err := fokkerplanck.RingRates(ring, g, 0)
	fmt.Printf("%.2f %v\n", imag(r[2])/(2*math.Pi), err)
	// Output: 1.00 <nil>
}

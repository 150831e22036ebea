package fokkerplanck

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Product modes of a rectangle that absorbs, and of a cylinder.
func TestWallsOfThePlane(t *testing.T) {
	for _, tc := range []struct {
		walls [4]Wall
		p     func(x, y, t float64) float64
	}{
		{[4]Wall{Absorbing, Absorbing, Absorbing, Reflecting}, func(x, y, t float64) float64 {
			return math.Exp(-math.Pi*math.Pi*(0.3+0.5/4)*t) * math.Sin(math.Pi*x) * math.Sin(math.Pi*y/2)
		}},
		{[4]Wall{Periodic, Periodic, Reflecting, Absorbing}, func(x, y, t float64) float64 {
			return (1 + 0.5*math.Exp(-0.3*4*math.Pi*math.Pi*t)*math.Cos(2*math.Pi*x)) * math.Exp(-math.Pi*math.Pi*0.5/4*t) * math.Cos(math.Pi*y/2)
		}},
	} {
		pr := PlaneProblem{
			Drift:     func(_, _, _ float64) (float64, float64) { return 0, 0 },
			Diffusion: func(_, _, _ float64) (float64, float64, float64) { return 0.3, 0, 0.5 },
			Left:      tc.walls[0], Right: tc.walls[1], Bottom: tc.walls[2], Top: tc.walls[3], Steady: true,
		}
		n := []float64{12, 24, 48}
		e := make([]float64, len(n))
		for i, v := range n {
			g := Plane{bent(0, 1, 0.3, int(v)), bent(0, 1, 0.2, int(v))}
			p, err := SolvePlane(t.Context(), pr, g, g.Averages(func(x, y float64) float64 { return tc.p(x, y, 0) }), 0, 0.2, Config{Steps: int(v)})
			require.NoError(t, err)
			want := g.Averages(func(x, y float64) float64 { return tc.p(x, y, 0.2) })
			e[i] = floats.Distance(p, want, math.Inf(1))
		}
		require.InDelta(t, 2, fit(n, e), 0.15, "%v", e)
	}
}

// At walls that reflect, a full tensor with a flux along them: π and the drift
// D∇ln π + (∂ψ/∂y, −∂ψ/∂x)/π, ψ = 2 sin πx sin πy, which is 0 at the walls.
func TestObliqueWallsAreOfSecondOrder(t *testing.T) {
	pi := func(x, y float64) float64 { return math.Exp(math.Sin(3*x)*math.Cos(2*y) + x) }
	for _, dxy := range []float64{0.5, -0.5} {
		pr := PlaneProblem{
			Drift: func(x, y, _ float64) (float64, float64) {
				lx, ly := 3*math.Cos(3*x)*math.Cos(2*y)+1, -2*math.Sin(3*x)*math.Sin(2*y)
				sx, cx := math.Sincos(math.Pi * x)
				sy, cy := math.Sincos(math.Pi * y)
				return lx + dxy*ly + 2*math.Pi*sx*cy/pi(x, y), dxy*lx + ly - 2*math.Pi*cx*sy/pi(x, y)
			},
			Diffusion: func(_, _, _ float64) (float64, float64, float64) { return 1, dxy, 1 },
			Steady:    true,
		}
		n, e := []float64{16, 32, 64}, make([]float64, 3)
		for i, k := range n {
			g := Plane{bent(0, 1, 0.3, int(k)), bent(0, 1, 0.2, int(k))}
			p, err := StationaryPlane(pr, g, 0)
			require.NoError(t, err)
			want := g.Averages(pi)
			floats.Scale(1/g.Mass(want), want)
			e[i] = floats.Distance(p, want, math.Inf(1))
		}
		require.InDelta(t, 2, fit(n, e), 0.15, "%v", e)
	}
}

// With v = D ∇ln π the density π stays for a full tensor:
// detailed balance along every bond, and so for every
// step.
func TestDetailedBalanceInThePlane(t *testing.T) {
	pr := PlaneProblem{
		Drift:     func(x, y, t float64) (float64, float64) { return -(0.8*x + 0.3*y), -(0.3*x + 0.4*y) },
		Diffusion: func(_, _, _ float64) (float64, float64, float64) { return 0.8, 0.3, 0.4 },
	}
	g := Plane{bent(-5, 5, 0, 41), bent(-5, 5, 0, 37)}
	p := make([]float64, g.Cells())
	for k := range p {
		x, y := g.X.Centre(k%41), g.Y.Centre(k/41)
		p[k] = math.Exp(-0.5 * (x*x + y*y))
	}
	floats.Scale(1/g.Mass(p), p)
	for scheme := TRBDF2; scheme <= CrankNicolson; scheme++ {
		later, err := SolvePlane(t.Context(), pr, g, p, 0, 30, Config{Steps: 3, Scheme: scheme})
		require.NoError(t, err)
		require.InDeltaSlice(t, p, later, 1e-13)
	}
}

// A stationary density with a flux, for a full tensor that varies: π = e^(−V) and
// the drift D∇ln π + ∇·D and a flux without divergence, (∂ψ/∂y, −∂ψ/∂x)/π.
func TestStationaryPlane(t *testing.T) {
	tau := 2 * math.Pi
	pi := func(x, y float64) float64 { return math.Exp(math.Sin(tau*x)*math.Cos(tau*y) + 0.5*math.Cos(tau*x)) }
	turned := turning(wallings[3])
	const h = 1e-4 // of central differences, exact to 1e-7
	pr := turned
	pr.Drift = func(x, y, _ float64) (float64, float64) {
		flux := func(x, y float64, k int) (a, b float64) { // of column k of D π
			xx, xy, yy := turned.Diffusion(x, y, 0)
			if k == 0 {
				return xx * pi(x, y), xy * pi(x, y)
			}
			return xy * pi(x, y), yy * pi(x, y)
		}
		var a [2]float64
		for k := range 2 {
			r, _ := flux(x+h, y, k)
			l, _ := flux(x-h, y, k)
			_, u := flux(x, y+h, k)
			_, d := flux(x, y-h, k)
			a[k] = (r - l + u - d) / (2 * h)
		}
		c := math.Cos(tau * (x + y)) // ψ = 0.1 sin τ(x+y) + 0.2 y
		return (a[0] + 0.1*tau*c + 0.2) / pi(x, y), (a[1] - 0.1*tau*c) / pi(x, y)
	}
	n := []float64{24, 32, 48, 64}
	e := make([]float64, len(n))
	for i, v := range n {
		g := Plane{bent(0, 1, 0.2, int(v)), bent(0, 1, 0.1, int(v))}
		p, err := StationaryPlane(pr, g, 0)
		require.NoError(t, err)
		want := g.Averages(pi)
		floats.Scale(1/g.Mass(want), want)
		for k := range p {
			require.Greater(t, p[k], 0.0)
			e[i] += math.Abs(p[k]-want[k]) * g.area(k)
		}
	}
	require.InDelta(t, 2, fit(n, e), 0.15, "%v", e)

	// It is the null vector of the matrix, to rounding, with any walls.
	for _, w := range [][4]Wall{wallings[0], wallings[3], {Periodic, Periodic, Reflecting, Reflecting}} {
		g := Plane{bent(0, 1, 0.3, 11), bent(0, 1, 0.2, 8)}
		p, err := StationaryPlane(turning(w), g, 0)
		require.NoError(t, err)
		b := newBonds(turning(w), g)
		require.NoError(t, b.assemble(0))
		m := mat.NewVecDense(g.Cells(), nil)
		for i, v := range p {
			m.SetVec(i, v*g.area(i))
		}
		l := b.matrix(b.directions...)
		m.MulVec(l, m)
		require.Less(t, mat.Norm(m, math.Inf(1)), 1e-14*mat.Norm(l, 1))
	}
	_, err := StationaryPlane(turning(wallings[1]), Plane{bent(0, 1, 0, 8), bent(0, 1, 0, 8)}, 0)
	require.ErrorIs(t, err, ErrProblem)
	still := turning(wallings[0])
	still.Drift = func(_, _, _ float64) (float64, float64) { return 0, 0 }
	still.Diffusion = func(_, _, _ float64) (float64, float64, float64) { return 0, 0, 0 }
	_, err = StationaryPlane(still, Plane{bent(0, 1, 0, 8), bent(0, 1, 0, 8)}, 0)
	require.ErrorIs(t, err, ErrProblem)
}

func TestPlaneRefuses(t *testing.T) {
	g := Plane{bent(0, 1, 0, 8), bent(0, 1, 0, 8)}
	p0 := make([]float64, 64)
	one := Config{Steps: 1}
	edit := func(f func(*PlaneProblem)) PlaneProblem {
		pr := turning([4]Wall{})
		f(&pr)
		return pr
	}
	for name, pr := range map[string]PlaneProblem{
		"nothing":     {},
		"half a ring": edit(func(p *PlaneProblem) { p.Top = Periodic }),
		"NaN":         edit(func(p *PlaneProblem) { p.Drift = func(_, _, _ float64) (float64, float64) { return math.NaN(), 0 } }),
		"indefinite": edit(func(p *PlaneProblem) {
			p.Diffusion = func(_, _, _ float64) (float64, float64, float64) { return 1, 2, 1 }
		}),
		"too thin": edit(func(p *PlaneProblem) {
			p.Diffusion = func(_, _, _ float64) (float64, float64, float64) { return 1, 0.618033988, 0.618033988 * 0.618033989 }
		}),
	} {
		_, err := SolvePlane(t.Context(), pr, g, p0, 0, 1, one)
		require.ErrorIs(t, err, ErrProblem, name)
	}
	pr := turning([4]Wall{})
	for _, p := range [][]float64{nil, append([]float64{-1}, p0[1:]...), append([]float64{math.Inf(1)}, p0[1:]...)} {
		_, err := SolvePlane(t.Context(), pr, g, p, 0, 1, one)
		require.ErrorIs(t, err, ErrProblem)
	}
	_, err := SolvePlane(t.Context(), pr, g, p0, 0, 1, Config{})
	require.ErrorIs(t, err, ErrProblem)
}

func BenchmarkPlane512(b *testing.B) {
	for name, pr := range map[string]PlaneProblem{"full": tilted, "diagonal": {
		Drift:     tilted.Drift,
		Diffusion: func(_, _, _ float64) (float64, float64, float64) { return 1, 0, 0.49 },
		Steady:    true,
	}} {
		b.Run(name, func(b *testing.B) {
			g := Plane{bent(-6, 6, 0, 512), bent(-6, 6, 0, 512)}
			p0 := g.Averages(func(x, y float64) float64 { return math.Exp(-2*(x*x+y*y)) * 2 / math.Pi })
			b.ResetTimer()
			p, err := SolvePlane(b.Context(), pr, g, p0, 0, 1, Config{Steps: b.N})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(math.Abs(g.Mass(p)-1), "mass-error")
		})
	}
}

// A correlated cloud turns and spreads in a linear field; its covariance goes to
// the solution of Lyapunov's equation.
func ExampleSolvePlane() {
	x, _ := Uniform(-6, 6, 192)
	g := Plane{x, x}
	p, err := SolvePlane(context.Background(), tilted, g, g.Averages(func(x, y float64) float64 { return math.Exp(-0.5*(x*x+y*y)) / (2 * math.Pi) }), 0, 8, Config{Steps: 100})
	var xx, xy float64
	for k, v := range p {
		a, b := g.X.Centre(k%192), g.Y.Centre(k/192)
		xx += a * a * v * g.area(k)
		xy += a * b * v * g.area(k)
	}
	s, _ := StationaryCovariance(mat.NewDense(2, 2, []float64{-1, 0.5, -0.8, -1.2}), mat.NewSymDense(2, []float64{1, 0.42, 0.42, 0.49}))
	fmt.Printf("%.2f %.2f, mass %.6f, %v\n", xx, xy, g.Mass(p), err)
	fmt.Printf("%.2f %.2f\n", s.At(0, 0), s.At(0, 1))
	// Output:
	// 1.04 0.08, mass 1.000000, <nil>
	// 1.04 0.08
}

package fokkerplanck

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/esdirk"
	"github.com/ito-sde/ito/integrators/rosenbrock"
)

// Adaptive steps without splitting against the exponential of the matrix, to
// their tolerance, with the mass that walls absorb.
func TestEvolvePlane(t *testing.T) {
	for _, w := range wallings {
		g := Plane{bent(0, 1, 0.3, 9), bent(0, 1, 0.2, 8)}
		pr := turning(w)
		b := newBonds(pr, g)
		require.NoError(t, b.assemble(0))
		p0 := g.Averages(func(x, y float64) float64 { return 1 + math.Sin(2*math.Pi*x)*math.Cos(2*math.Pi*y) })
		n := g.Cells()
		m := mat.NewVecDense(n, nil)
		for i, v := range p0 {
			m.SetVec(i, v*g.area(i))
		}
		var e mat.Dense
		e.Scale(0.2, b.matrix(b.directions...))
		e.Exp(&e)
		m.MulVec(&e, m)
		for _, method := range []integrators.Implicit{nil, rosenbrock.Rodas5P, esdirk.KenCarp4} {
			r, err := EvolvePlane(t.Context(), pr, g, p0, 0, 0.2, Adaptive{Tolerance: 1e-8, Method: method, At: []float64{0.1}})
			require.NoError(t, err)
			for i, v := range r.Density {
				require.InDelta(t, m.AtVec(i), v*g.area(i), 1e-8, "walls %v", w)
			}
			require.InDelta(t, g.Mass(p0), g.Mass(r.Density)+r.Absorbed[0], 1e-12)
			require.GreaterOrEqual(t, floats.Min(r.At[0]), 0.0)
		}
	}
	g := Plane{bent(0, 1, 0, 8), bent(0, 1, 0, 8)}
	_, err := EvolvePlane(t.Context(), turning(wallings[0]), g, nil, 0, 1, Adaptive{Tolerance: 1e-6})
	require.ErrorIs(t, err, ErrProblem)
	_, err = EvolvePlane(t.Context(), turning(wallings[0]), g, make([]float64, 64), 0, -1, Adaptive{Tolerance: 1e-6})
	require.ErrorIs(t, err, ErrProblem)
	_, err = EvolvePlane(t.Context(), PlaneProblem{}, g, make([]float64, 64), 0, 1, Adaptive{Tolerance: 1e-6})
	require.ErrorIs(t, err, ErrProblem)
}

// Coefficients of time: a cloud that is carried about while its tensor turns and
// grows, against its Gaussian law; split steps of second order in time, and
// adaptive ones.
func TestPlaneWithTime(t *testing.T) {
	tensorAt := func(t float64) (float64, float64, float64) { return 0.5 + t, 0.3 * math.Sin(4*t), 0.6 }
	pr := PlaneProblem{
		Drift:     func(_, _, t float64) (float64, float64) { return math.Cos(3 * t), -2 * t },
		Diffusion: func(_, _, t float64) (float64, float64, float64) { return tensorAt(t) },
	}
	g := Plane{bent(-8, 8, 0, 60), bent(-8, 8, 0, 60)}
	p0 := g.Averages(tiltedLaw(t, 0))
	exact, err := EvolvePlane(t.Context(), pr, g, p0, 0, 1, Adaptive{Tolerance: 1e-7})
	require.NoError(t, err)
	n, e := []float64{10, 20, 40}, make([]float64, 3)
	for i, v := range n {
		p, err := SolvePlane(t.Context(), pr, g, p0, 0, 1, Config{Steps: int(v)})
		require.NoError(t, err)
		e[i] = floats.Distance(p, exact.Density, 1) * g.area(0)
	}
	require.InDelta(t, 2, fit(n, e), 0.15, "%v", e)
	var mean, xy, mass float64
	for k, v := range exact.Density {
		x, y := g.X.Centre(k%60), g.Y.Centre(k/60)
		mass += v * g.area(k)
		mean += x * v * g.area(k)
		xy += (x - 0.7 - math.Sin(3)/3) * (y + 0.4 + 1) * v * g.area(k)
	}
	require.InDelta(t, 0.7+math.Sin(3)/3, mean/mass, 1e-4)
	// −0.1 at first, and 2∫D_xy; fluxes of drift 1 spread by v² h² /12D.
	require.InDelta(t, -0.1+0.6*(1-math.Cos(4))/4, xy/mass, 0.01)
}

// The mean exit time of the unit square by the series for Poisson's equation,
// and of an ellipse for a full tensor, T = (1 − xᵀ M x)/(2 tr D M), whose border
// is at whole cells; the odds of leaving through one side.
func TestBackwardPlane(t *testing.T) {
	square := PlaneProblem{
		Drift:     func(_, _, _ float64) (float64, float64) { return 0, 0 },
		Diffusion: func(_, _, _ float64) (float64, float64, float64) { return 1, 0, 1 },
		Left:      Absorbing, Right: Absorbing, Bottom: Absorbing, Top: Absorbing,
	}
	one := func(_, _ float64) float64 { return 1 }
	series := func(x, y float64) (time float64) {
		for i := 1; i < 60; i += 2 {
			for j := 1; j < 60; j += 2 {
				a, b := float64(i)*math.Pi, float64(j)*math.Pi
				time += 16 / (a * b * (a*a + b*b)) * math.Sin(a*x) * math.Sin(b*y)
			}
		}
		return time
	}
	n, e, tilt := []float64{9, 17, 33}, make([]float64, 3), make([]float64, 3)
	for i, v := range n {
		g := Plane{bent(0, 1, 0.3, int(v)), bent(0, 1, 0, int(v))}
		u, err := BackwardPlane(square, g, 0, PlaneFunctional{Source: one})
		require.NoError(t, err)
		mid := int(v) / 2 * (int(v) + 1)
		e[i] = math.Abs(u[mid] - series(0.5, 0.5))
		u, err = BackwardPlane(square, g, 0, PlaneFunctional{Right: 1, Bottom: 0.5})
		require.NoError(t, err)
		w, err := BackwardPlane(square, g, 0, PlaneFunctional{Left: 1, Top: 0.5})
		require.NoError(t, err)
		require.InDelta(t, u[mid], w[mid], 1e-13, "by symmetry")
		require.InDelta(t, 0.375, u[mid], 0.002, "by symmetry of the square")

		full := square
		full.Diffusion = func(_, _, _ float64) (float64, float64, float64) { return 1, 0.6, 0.8 }
		full.Left, full.Right, full.Bottom, full.Top = 0, 0, 0, 0
		g = Plane{bent(-1.5, 1.5, 0, int(v)), bent(-1.5, 1.5, 0, int(v))}
		u, err = BackwardPlane(full, g, 0, PlaneFunctional{Source: one, Stop: func(x, y float64) (float64, bool) {
			// Beyond the ellipse the formula itself is φ, so that whole cells are exact.
			q := 1 - (x*x + 0.5*x*y + y*y)
			return q / (2 * (1 + 0.25*0.6*2 + 0.8)), q < 0
		}})
		require.NoError(t, err)
		tilt[i] = math.Abs(u[mid] - 1/(2*(1+0.25*0.6*2+0.8)))
	}
	require.InDelta(t, 2, fit(n, e), 0.15, "%v", e)
	// Differences of second order are exact for a parabola.
	require.Less(t, floats.Max(tilt), 1e-12)
	g := Plane{bent(0, 1, 0, 8), bent(0, 1, 0, 8)}
	closed := square
	closed.Left, closed.Right, closed.Bottom, closed.Top = 0, 0, 0, 0
	for _, f := range []PlaneFunctional{{Source: one}, {Decay: func(_, _ float64) float64 { return -1 }}, {Source: func(_, _ float64) float64 { return math.NaN() }}} {
		_, err := BackwardPlane(closed, g, 0, f)
		require.ErrorIs(t, err, ErrProblem)
	}
	_, err := BackwardPlane(square, g, 0, PlaneFunctional{Left: math.Inf(1)})
	require.ErrorIs(t, err, ErrProblem)
}

// From the middle of a square each side is as likely.
func ExampleBackwardPlane() {
	x, _ := Uniform(-1, 1, 41)
	pr := PlaneProblem{
		Drift:     func(_, _, _ float64) (float64, float64) { return 0, 0 },
		Diffusion: func(_, _, _ float64) (float64, float64, float64) { return 1, 0, 1 },
		Left:      Absorbing, Right: Absorbing, Bottom: Absorbing, Top: Absorbing,
	}
	u, err := BackwardPlane(pr, Plane{x, x}, 0, PlaneFunctional{Top: 1})
	fmt.Printf("%.4f %v\n", u[20+20*41], err)
	// Output: 0.2500 <nil>
}

// A tilted cloud after its time of relaxation.
func ExampleEvolvePlane() {
	x, _ := Uniform(-6, 6, 48)
	g := Plane{x, x}
	r, err := EvolvePlane(context.Background(), tilted, g, g.Averages(func(x, y float64) float64 { return math.Exp(-0.5*(x*x+y*y)) / (2 * math.Pi) }), 0, 10, Adaptive{Tolerance: 1e-4})
	p, _ := StationaryPlane(tilted, g, 0)
	fmt.Printf("%.3f %.3f %v\n", floats.Max(r.Density), floats.Max(p), err)
	// Output: 0.256 0.256 <nil>
}

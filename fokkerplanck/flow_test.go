package fokkerplanck_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/fokkerplanck"
	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/sde"
)

// mixtureScore is ∂ ln p_t/∂x of mixture.
func mixtureScore(p sde.Process) fokkerplanck.Score {
	return func(x, t float64) float64 {
		l := p.At(t)
		va, vb := 0.09*l.Alpha*l.Alpha+l.Sigma*l.Sigma, 0.16*l.Alpha*l.Alpha+l.Sigma*l.Sigma
		da, db := x+l.Alpha, x-0.8*l.Alpha
		// Both terms against overflow of their ratio.
		w := 1 / (1 + 3*math.Sqrt(va/vb)*math.Exp(0.5*da*da/va-0.5*db*db/vb))
		return -w*da/va - (1-w)*db/vb
	}
}

// The same p_t for every noise η, forwards and in reversed time: by second order
// for η > 0, and to the paths' tolerance for the probability flow on a grid that
// moves with it.
func TestSameDensitiesForEveryNoise(t *testing.T) {
	p, err := sde.ByName("vp")
	require.NoError(t, err)
	score := mixtureScore(p)
	t0, t1 := p.TimeOf(1.5), p.TimeOf(-0.5)
	solve := func(pr fokkerplanck.Problem, from, to float64, first, last sde.Level, n int) float64 {
		g, err := fokkerplanck.Uniform(-6, 6, n)
		require.NoError(t, err)
		p0 := g.Averages(mixture(first))
		got, err := fokkerplanck.Solve(t.Context(), pr, g, p0, from, to, fokkerplanck.Config{Steps: n})
		require.NoError(t, err)
		require.InDelta(t, g.Mass(p0), g.Mass(got), 1e-12)
		require.GreaterOrEqual(t, floats.Min(got), 0.0)
		return floats.Distance(got, g.Averages(mixture(last)), 1) * g.Width(0)
	}
	n := []float64{100, 200, 400}
	for _, eta := range []float64{0.4, 1, 1.5} {
		forward, back := make([]float64, 3), make([]float64, 3)
		for i, v := range n {
			forward[i] = solve(fokkerplanck.Forward(p, score, eta), t0, t1, p.At(t0), p.At(t1), int(v))
			back[i] = solve(fokkerplanck.Reverse(p, score, t1, eta), 0, t1-t0, p.At(t1), p.At(t0), int(v))
		}
		require.InDelta(t, 2, slope(n, forward), 0.15, "η = %v: %v", eta, forward)
		require.InDelta(t, 2, slope(n, back), 0.15, "back, η = %v: %v", eta, back)
	}
	// η = 0 on a fixed grid is carried upwind, of first order; on a moving one
	// exactly: no mass but that beyond the edges is out of place.
	flow := fokkerplanck.Forward(p, score, 0)
	coarse := []float64{solve(flow, t0, t1, p.At(t0), p.At(t1), 400), solve(flow, t0, t1, p.At(t0), p.At(t1), 800)}
	require.InDelta(t, 1, slope([]float64{400, 800}, coarse), 0.2, "%v", coarse)
	g, err := fokkerplanck.Uniform(-2.5, 2.5, 50)
	require.NoError(t, err)
	masses := func(g fokkerplanck.Grid, l sde.Level) []float64 {
		p := exactAverages(g, -l.Alpha, 0.09*l.Alpha*l.Alpha+l.Sigma*l.Sigma)
		q := exactAverages(g, 0.8*l.Alpha, 0.16*l.Alpha*l.Alpha+l.Sigma*l.Sigma)
		for i := range p {
			p[i] = 0.25*p[i] + 0.75*q[i]
		}
		return p
	}
	c := ode.Config{RTol: 1e-11, ATol: 1e-11}
	p0 := masses(g, p.At(t0))
	moved, got, err := fokkerplanck.Transport(t.Context(), integrators.Verner7, flow.Drift, g, p0, t0, t1, c)
	require.NoError(t, err)
	require.InDeltaSlice(t, masses(moved, p.At(t1)), got, 1e-8)
	require.InDelta(t, g.Mass(p0), moved.Mass(got), 1e-14)
	home, back, err := fokkerplanck.Transport(t.Context(), integrators.Verner7, flow.Drift, moved, got, t1, t0, c)
	require.NoError(t, err)
	require.InDeltaSlice(t, p0, back, 1e-8)
	require.InDelta(t, -2.5, home.Centre(0)-0.5*home.Width(0), 1e-8)
	_, _, err = fokkerplanck.Transport(t.Context(), integrators.Verner7, flow.Drift, g, p0[1:], t0, t1, c)
	require.ErrorIs(t, err, fokkerplanck.ErrProblem)
}

// The same in the plane, for data N(0, [0.5 0.3; 0.3 0.4]).
func TestSameDensitiesInThePlane(t *testing.T) {
	p, err := sde.ByName("vp")
	require.NoError(t, err)
	law := func(t float64) (xx, xy, yy, det float64) {
		l := p.At(t)
		a, s := l.Alpha*l.Alpha, l.Sigma*l.Sigma
		xx, xy, yy = 0.5*a+s, 0.3*a, 0.4*a+s
		return xx, xy, yy, xx*yy - xy*xy
	}
	score := func(x, y, t float64) (float64, float64) {
		xx, xy, yy, det := law(t)
		return -(yy*x - xy*y) / det, -(xx*y - xy*x) / det
	}
	density := func(t float64) func(x, y float64) float64 {
		xx, xy, yy, det := law(t)
		return func(x, y float64) float64 {
			return math.Exp(-0.5*(yy*x*x-2*xy*x*y+xx*y*y)/det) / (2 * math.Pi * math.Sqrt(det))
		}
	}
	t0, t1 := p.TimeOf(1), p.TimeOf(-0.5)
	n := []float64{28, 40, 56}
	for _, eta := range []float64{0.7, 1.5} {
		forward, back := make([]float64, 3), make([]float64, 3)
		for i, v := range n {
			x, err := fokkerplanck.Uniform(-5, 5, int(v))
			require.NoError(t, err)
			g := fokkerplanck.Plane{X: x, Y: x}
			first, last := g.Averages(density(t0)), g.Averages(density(t1))
			c := fokkerplanck.Config{Steps: int(v)}
			q, err := fokkerplanck.SolvePlane(t.Context(), fokkerplanck.ForwardPlane(p, score, eta), g, first, t0, t1, c)
			require.NoError(t, err)
			forward[i] = floats.Distance(q, last, 1) / (v * v)
			q, err = fokkerplanck.SolvePlane(t.Context(), fokkerplanck.ReversePlane(p, score, t1, eta), g, last, 0, t1-t0, c)
			require.NoError(t, err)
			back[i] = floats.Distance(q, first, 1) / (v * v)
		}
		require.InDelta(t, 2, slope(n, forward), 0.15, "η = %v: %v", eta, forward)
		require.InDelta(t, 2, slope(n, back), 0.15, "back, η = %v: %v", eta, back)
	}
}

// Clouds that grow by a factor of 200 on a grid that grows along.
func TestMovingGrid(t *testing.T) {
	p := sde.VE{SigmaMin: 0.01, SigmaMax: 50, Cutoff: 1e-5}
	frame := func(t float64) (c, s, dc, ds float64) {
		l := p.At(t)
		_, g := p.Coefficients(t)
		s = math.Sqrt(0.01 + l.Sigma*l.Sigma) // of data N(3, 0.1²)
		return 3, s, 0, 0.5 * g * g / s
	}
	n := []float64{40, 80, 160}
	e := make([]float64, 3)
	for i, v := range n {
		g, err := fokkerplanck.Uniform(-8, 8, int(v))
		require.NoError(t, err)
		// Two clouds, so that nothing stands still in the frame.
		start := func(x float64) float64 { return 0.5*normal(-1, 0.8)(x) + 0.5*normal(1, 0.8)(x) }
		q, err := fokkerplanck.Evolve(t.Context(), fokkerplanck.Moving(fokkerplanck.Linear(p), frame), g, g.Averages(start), 0.1, 0.9, fokkerplanck.Adaptive{Tolerance: 1e-9})
		require.NoError(t, err)
		_, s0, _, _ := frame(0.1)
		c, s1, _, _ := frame(0.9)
		x, err := g.In(c, s1)
		require.NoError(t, err)
		added := s1*s1 - s0*s0
		for k, v := range q.Density {
			y := x.Centre(k) - 3
			want := 0.5*normal(-s0, 0.8*s0*s0+added)(y) + 0.5*normal(s0, 0.8*s0*s0+added)(y)
			e[i] = math.Max(e[i], s1*math.Abs(v/s1-want))
		}
		require.InDelta(t, g.Mass(q.Density), x.Mass(q.Density)/s1, 1e-12)
	}
	require.InDelta(t, 2, slope(n, e), 0.15, "%v", e)
	g, _ := fokkerplanck.Uniform(0, 1, 3)
	_, err := g.In(0, -1)
	require.ErrorIs(t, err, fokkerplanck.ErrProblem)
}

// The reverse process of N(0, 1) under VP is the process itself.
func ExampleReverse() {
	p, _ := sde.ByName("vp")
	pr := fokkerplanck.Reverse(p, func(x, _ float64) float64 { return -x }, 1, 1)
	f, g := p.Coefficients(0.5)
	fmt.Printf("%.3f %.3f\n", pr.Drift(2, 0.5)/(2*f), pr.Diffusion(2, 0.5)/(0.5*g*g))
	// Output: 1.000 1.000
}

// Under the probability flow of N(0, 1) nothing moves.
func ExampleForward() {
	p, _ := sde.ByName("vp")
	pr := fokkerplanck.Forward(p, func(x, _ float64) float64 { return -x }, 0)
	fmt.Printf("%.3f %.3f\n", pr.Drift(2, 0.5), pr.Diffusion(2, 0.5))
	// Output: 0.000 0.000
}

// Half of the particles of dx = −x dt start below 0.5 and end below 0.5/e.
func ExampleTransport() {
	g, _ := fokkerplanck.Uniform(0, 1, 4)
	moved, p, err := fokkerplanck.Transport(context.Background(), integrators.Tsitouras5, func(x, _ float64) float64 { return -x }, g, []float64{1, 1, 1, 1}, 0, 1, ode.Config{RTol: 1e-9, ATol: 1e-9})
	fmt.Printf("%.4f %.4f %.1f %v\n", moved.Width(0), p[0], moved.Mass(p), err)
	// Output: 0.0920 2.7183 1.0 <nil>
}

// A diffusion from a width of 0.01 to one of 10 on 200 cells that widen along.
func ExampleMoving() {
	pr := fokkerplanck.Problem{Drift: func(_, _ float64) float64 { return 0 }, Diffusion: func(_, _ float64) float64 { return 0.5 }}
	frame := func(t float64) (c, s, dc, ds float64) { s = math.Sqrt(1e-4 + t); return 0, s, 0, 0.5 / s }
	g, _ := fokkerplanck.Uniform(-6, 6, 200)
	r, err := fokkerplanck.Evolve(context.Background(), fokkerplanck.Moving(pr, frame), g, g.Averages(normal(0, 1)), 0, 100, fokkerplanck.Adaptive{Tolerance: 1e-8})
	_, s, _, _ := frame(100)
	fmt.Printf("%.4f %.4f %v\n", r.Density[100]/s, 1/math.Sqrt(2*math.Pi*100), err)
	// Output: 0.0399 0.0399 <nil>
}

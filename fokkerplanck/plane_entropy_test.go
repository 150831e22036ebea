package fokkerplanck

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// dx = −x + ω turned, D = 1: the stationary N(0, I) has J = ω(−y, x) p, and its flux costs
// ω² E|x|² = 2ω².
func TestEntropyProductionOfARotation(t *testing.T) {
	const omega = 1.5
	pr := PlaneProblem{
		Drift:     func(x, y, _ float64) (float64, float64) { return -x - omega*y, omega*x - y },
		Diffusion: func(_, _, _ float64) (float64, float64, float64) { return 1, 0, 1 },
		Steady:    true,
	}
	n := []float64{48, 72, 108}
	e := make([]float64, len(n))
	for i, v := range n {
		g := Plane{bent(-6, 6, -0.1, int(v)), bent(-6, 6, 0.1, int(v))}
		p, err := StationaryPlane(pr, g, 0)
		require.NoError(t, err)
		r, err := EntropyProductionPlane(pr, g, 0, p)
		require.NoError(t, err)
		require.InDelta(t, 0, r.System, 1e-9)
		require.InDelta(t, r.Total, r.Medium+r.System, 1e-9)
		e[i] = math.Abs(r.Total - 2*omega*omega)
	}
	require.InDelta(t, 2, fit(n, e), 0.15, "%v", e)
}

// With detailed balance, for a full tensor, Total is the rate at which KL to the
// stationary density falls, exactly so for the chain.
func TestEntropyProductionIsTheFallOfKL(t *testing.T) {
	const dxx, dxy, dyy = 1.0, 0.4, 0.6
	pr := PlaneProblem{ // π ∝ e^(−x²/2 − y²), a = D ∇ln π, balanced along every bond of equal cells
		Drift: func(x, y, _ float64) (float64, float64) {
			u, v := -x, -2*y
			return dxx*u + dxy*v, dxy*u + dyy*v
		},
		Diffusion: func(_, _, _ float64) (float64, float64, float64) { return dxx, dxy, dyy },
		Steady:    true,
	}
	g := Plane{bent(-4, 4, 0, 30), bent(-2.5, 2.5, 0, 28)}
	end, err := StationaryPlane(pr, g, 0)
	require.NoError(t, err)
	still, err := EntropyProductionPlane(pr, g, 0, end)
	require.NoError(t, err)
	require.InDelta(t, 0, still.Total, 1e-12)
	p := g.Averages(func(x, y float64) float64 { return math.Exp(-2*(x-1)*(x-1)-3*y*y) * math.Sqrt(6) / math.Pi })
	r, err := EntropyProductionPlane(pr, g, 0, p)
	require.NoError(t, err)
	b := newBonds(pr, g)
	require.NoError(t, b.assemble(0))
	var fall, entropy float64
	b.each(func(from, to int, rate float64) {
		flow := rate * p[from] * g.area(from)
		fall += flow * (math.Log(p[from]/end[from]) - math.Log(p[to]/end[to]))
		entropy += flow * (math.Log(p[from]) - math.Log(p[to]))
	})
	require.InEpsilon(t, fall, r.Total, 1e-9)
	require.InEpsilon(t, entropy, r.System, 1e-9)
	require.Positive(t, r.Total)
}

func TestEntropyProductionPlaneRefuses(t *testing.T) {
	g := Plane{bent(-1, 1, 0, 4), bent(-1, 1, 0, 4)}
	p := make([]float64, 16)
	for i := range p {
		p[i] = 0.25
	}
	pr := tilted
	_, err := EntropyProductionPlane(pr, g, 0, p[1:])
	require.ErrorIs(t, err, ErrProblem)
	pr.Top = Absorbing
	_, err = EntropyProductionPlane(pr, g, 0, p)
	require.ErrorIs(t, err, ErrProblem)
	p[5] = 0
	r, err := EntropyProductionPlane(tilted, g, 0, p)
	require.NoError(t, err)
	require.True(t, math.IsInf(r.Total, 1))
}

// What turns once in 2π while it decays pays two nats in a unit of time.
func ExampleEntropyProductionPlane() {
	x, _ := Uniform(-6, 6, 100)
	g := Plane{x, x}
	pr := PlaneProblem{
		Drift:     func(x, y, _ float64) (float64, float64) { return -x - y, x - y },
		Diffusion: func(_, _, _ float64) (float64, float64, float64) { return 1, 0, 1 },
		Steady:    true,
	}
	r, err := EntropyProductionPlane(pr, g, 0, g.Averages(func(x, y float64) float64 { return math.Exp(-(x*x+y*y)/2) / (2 * math.Pi) }))
	fmt.Printf("%.2f %v\n", r.Total, err)
	// Output: 2.00 <nil>
}

package fokkerplanck

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// anything is a number of any size, sign and kind.
func anything(t *rapid.T, name string) float64 {
	if rapid.IntRange(0, 20).Draw(t, name+" kind") == 0 {
		return rapid.SampledFrom([]float64{0, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, 5e-324, -1e200, 1e200}).Draw(t, name)
	}
	v := math.Pow(10, rapid.Float64Range(-12, 12).Draw(t, name+" size"))
	if rapid.Bool().Draw(t, name+" sign") {
		return -v
	}
	return v
}

// Whatever the coefficients: an error that says so, or a density that is
// positive, finite and of its mass.
func TestAnyCoefficientsInThePlane(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := rapid.SampledFrom(wallings).Draw(rt, "walls")
		// A positive tensor b bᵀ of any size, of two axes or of one.
		size := anything(rt, "size of D")
		var c [4]float64
		for i := range c {
			c[i] = rapid.SampledFrom([]float64{0, 1, -0.3, 2.5, -0.01}).Draw(rt, string(rune('a'+i)))
		}
		xx, yy := size*(c[0]*c[0]+c[1]*c[1]), size*(c[2]*c[2]+c[3]*c[3])
		xy := size * (c[0]*c[2] + c[1]*c[3])
		u, v := anything(rt, "u"), anything(rt, "v")
		pr := PlaneProblem{
			Drift:     func(x, y, _ float64) (float64, float64) { return u * math.Sin(9*y), v * math.Cos(7*x) },
			Diffusion: func(_, _, _ float64) (float64, float64, float64) { return xx, xy, yy },
			Left:      w[0], Right: w[1], Bottom: w[2], Top: w[3], Steady: true,
		}
		g := Plane{bent(0, 1, 0.3, 9), bent(0, 1, 0.2, 7)}
		p0 := make([]float64, g.Cells())
		p0[rapid.IntRange(0, len(p0)-1).Draw(rt, "start")] = 1
		scheme := Scheme(rapid.IntRange(0, 2).Draw(rt, "scheme"))
		h := math.Pow(10, rapid.Float64Range(-6, 6).Draw(rt, "log h"))
		p, err := SolvePlane(t.Context(), pr, g, p0, 0, h, Config{Steps: 3, Scheme: scheme})
		if err != nil {
			require.True(rt, errors.Is(err, ErrProblem), "%v", err)
			return
		}
		require.GreaterOrEqual(rt, floats.Min(p), 0.0)
		mass := g.Mass(p0)
		if w == wallings[0] || w == wallings[3] {
			require.InDelta(rt, mass, g.Mass(p), 1e-12*mass)
		} else {
			require.LessOrEqual(rt, g.Mass(p), mass*(1+1e-12))
		}
	})
}

func TestAnyCoefficientsOnTheLine(t *testing.T) {
	walls := [][2]Wall{{}, {Absorbing, Reflecting}, {Absorbing, Absorbing}, {Periodic, Periodic}}
	rapid.Check(t, func(rt *rapid.T) {
		w := rapid.SampledFrom(walls).Draw(rt, "walls")
		a, b, d := anything(rt, "a"), anything(rt, "b"), math.Abs(anything(rt, "d"))
		pr := Problem{
			Drift:     func(x, _ float64) float64 { return a + b*math.Sin(9*x) },
			Diffusion: func(x, _ float64) float64 { return d * (1 + math.Cos(5*x)) },
			Left:      w[0], Right: w[1], Steady: true,
		}
		g := bent(0, 1, 0.3, 12)
		p0 := make([]float64, 12)
		p0[rapid.IntRange(0, 11).Draw(rt, "start")] = 1
		h := math.Pow(10, rapid.Float64Range(-6, 6).Draw(rt, "log h"))
		mass := g.Mass(p0)
		p, err := Solve(t.Context(), pr, g, p0, 0, h, Config{Steps: 3, Scheme: Scheme(rapid.IntRange(0, 2).Draw(rt, "scheme"))})
		if err != nil {
			require.True(rt, errors.Is(err, ErrProblem), "%v", err)
			return
		}
		require.GreaterOrEqual(rt, floats.Min(p), 0.0)
		if w[0] == Reflecting || w[0] == Periodic {
			require.InDelta(rt, mass, g.Mass(p), 1e-12*mass)
		} else {
			require.LessOrEqual(rt, g.Mass(p), mass*(1+1e-12))
		}
		// The rest does not panic, and its errors say what is wrong.
		for _, err := range []error{
			func() error { _, err := Stationary(pr, g, 0); return err }(),
			func() error { _, err := MeanExitTime(pr, g, 0); return err }(),
			func() error { _, err := Rates(pr, g, 0); return err }(),
			func() error { _, err := Modes(pr, g, 0, 3); return err }(),
			func() error { _, err := EntropyProduction(pr, g, 0, p); return err }(),
		} {
			require.True(rt, err == nil || errors.Is(err, ErrProblem), "%v", err)
		}
	})
}

// Position and velocity in a harmonic well: nothing diffuses along x, where the
// drift goes upwind, of first order.
func TestKleinKramers(t *testing.T) {
	pr := PlaneProblem{
		Drift:     func(x, v, _ float64) (float64, float64) { return v, -x - v },
		Diffusion: func(_, _, _ float64) (float64, float64, float64) { return 0, 0, 1 },
		Steady:    true,
	}
	n, e := []float64{48, 96, 192}, make([]float64, 3)
	for i, k := range n {
		g := Plane{bent(-6, 6, 0, int(k)), bent(-6, 6, 0, int(k))}
		want := g.Averages(func(x, v float64) float64 { return math.Exp(-0.5*(x*x+v*v)) / (2 * math.Pi) })
		p, err := SolvePlane(t.Context(), pr, g, want, 0, 2, Config{Steps: int(k)})
		require.NoError(t, err)
		require.InDelta(t, g.Mass(want), g.Mass(p), 1e-12)
		require.GreaterOrEqual(t, floats.Min(p), 0.0)
		e[i] = floats.Distance(p, want, 1) * g.area(0)
	}
	require.InDelta(t, 1, fit(n, e), 0.15, "%v", e)
}

// One noise along (1, ½) for both coordinates, whose D is singular: its moments,
// to the first order of drift upwind.
func TestNoiseAlongOneLine(t *testing.T) {
	a, d := mat.NewDense(2, 2, []float64{-1, 0.5, -0.8, -1.2}), mat.NewSymDense(2, []float64{1, 0.5, 0.5, 0.25})
	pr := PlaneProblem{
		Drift:     tilted.Drift,
		Diffusion: func(_, _, _ float64) (float64, float64, float64) { return 1, 0.5, 0.25 },
		Steady:    true,
	}
	_, want, err := Moments(a, nil, d, mat.NewVecDense(2, nil), mat.NewSymDense(2, []float64{1, 0, 0, 1}), 1)
	require.NoError(t, err)
	n, e := []float64{48, 96, 192}, make([]float64, 3)
	for i, k := range n {
		g := Plane{bent(-7, 7, 0, int(k)), bent(-7, 7, 0, int(k))}
		p0 := g.Averages(func(x, y float64) float64 { return math.Exp(-0.5*(x*x+y*y)) / (2 * math.Pi) })
		p, err := SolvePlane(t.Context(), pr, g, p0, 0, 1, Config{Steps: int(k) / 2})
		require.NoError(t, err)
		require.GreaterOrEqual(t, floats.Min(p), 0.0)
		var xx, xy, yy float64
		for c, v := range p {
			x, y := g.X.Centre(c%int(k)), g.Y.Centre(c/int(k))
			xx, xy, yy = xx+x*x*v*g.area(c), xy+x*y*v*g.area(c), yy+y*y*v*g.area(c)
		}
		e[i] = math.Abs(xx-want.At(0, 0)) + math.Abs(xy-want.At(0, 1)) + math.Abs(yy-want.At(1, 1))
	}
	require.InDelta(t, 1, fit(n, e), 0.15, "%v", e)
}

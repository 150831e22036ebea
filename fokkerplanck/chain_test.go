package fokkerplanck

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"
)

func random(t *rapid.T) (*chain, []float64) {
	n := rapid.IntRange(3, 12).Draw(t, "cells")
	edges := []float64{rapid.Float64Range(-2, 2).Draw(t, "lo")}
	for range n {
		edges = append(edges, edges[len(edges)-1]+rapid.Float64Range(0.01, 1).Draw(t, "width"))
	}
	g, err := NewGrid(edges)
	require.NoError(t, err)
	k, m, q := rapid.Float64Range(-5, 5).Draw(t, "k"), rapid.Float64Range(-2, 2).Draw(t, "m"), rapid.Float64Range(0, 3).Draw(t, "q")
	w := rapid.SampledFrom([][2]Wall{{}, {Absorbing, Reflecting}, {Absorbing, Absorbing}, {Periodic, Periodic}}).Draw(t, "walls")
	c := newChain(Problem{
		Left: w[0], Right: w[1],
		Drift:     func(x, t float64) float64 { return k*(m-x) + t },
		Diffusion: func(x, _ float64) float64 { return q * (1 + math.Sin(x)) },
	}, g)
	require.NoError(t, c.assemble(0.3))
	return c, rapid.SliceOfN(rapid.Float64Range(0, 1), n, n).Draw(t, "b")
}

// generator is L as a matrix.
func (c *chain) generator() *mat.Dense {
	n := len(c.left)
	l := mat.NewDense(n, n, nil)
	for i := range n {
		if i > 0 {
			l.Set(i-1, i, c.left[i])
		}
		if i < n-1 {
			l.Set(i+1, i, c.right[i])
		}
		l.Set(i, i, -c.left[i]-c.right[i])
	}
	if c.pr.Left == Periodic {
		l.Set(n-1, 0, c.left[0])
		l.Set(0, n-1, c.right[n-1])
	}
	return l
}

func TestImplicitIsTheGenerators(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c, b := random(rt)
		n, h := len(b), math.Pow(10, rapid.Float64Range(-4, 0).Draw(rt, "log h"))
		want, a := mat.NewVecDense(n, nil), mat.NewDense(n, n, nil)
		a.Scale(-h, c.generator())
		for i := range n {
			a.Set(i, i, 1+a.At(i, i))
		}
		require.NoError(rt, want.SolveVec(a, mat.NewVecDense(n, b)))
		got, norm := append([]float64(nil), b...), a.Norm(1)
		c.implicit(got, make([]float64, 2*n), h)
		require.InDeltaSlice(rt, want.RawVector().Data, got, 1e-14*(1+norm)*float64(n))
	})
}

// Mass to rounding, and no negative number, for steps from nothing to for ever.
func TestImplicitKeepsMassAndSignForAnyStep(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c, b := random(rt)
		h := math.Pow(10, rapid.Float64Range(-10, 30).Draw(rt, "log h"))
		sum := floats.Sum(b)
		c.implicit(b, make([]float64, 2*len(b)), h)
		require.GreaterOrEqual(rt, floats.Min(b), 0.0)
		if kept := floats.Sum(b); c.pr.Left == Absorbing {
			require.LessOrEqual(rt, kept, sum*(1+1e-14*float64(len(b))))
		} else {
			require.InDelta(rt, sum, kept, 1e-14*float64(len(b))*sum) // 3 roundings a cell, with a margin of 20
		}
	})
}

// The rates against B(w) = w/(e^w − 1), its series, and its limits.
func TestFlux(t *testing.T) {
	for _, v := range []float64{3, -3, 1e-3, -1e-3, 50, -50} {
		w := v * 0.5 / 2
		out, in := flux(v, 2, 0.5)
		require.InEpsilon(t, 4*-w/math.Expm1(-w), out, 1e-14, "v = %v", v)
		require.InEpsilon(t, 4*w/math.Expm1(w), in, 1e-14, "v = %v", v)
	}
	for _, tc := range [][5]float64{
		{0, 2, 0.5, 4, 4},                   // diffusion alone
		{3, 0, 0.5, 3, 0},                   // transport alone
		{-3, 0, 0.5, 0, 3},                  //
		{-3, math.Copysign(0, -1), 1, 0, 3}, //
		{0, 0, 0.5, 0, 0},                   // nothing
		{3, 1e-300, 0.5, 3, 0},              // e^w overflows
		{-3, 5e-324, 1e-9, 0, 3},            // w overflows
		{1e-300, 2, 0.5, 4, 4},              // B → 1
		{1e-9, 1, 1, 1 + 5e-10, 1 - 5e-10},  // B = 1 ∓ w/2
	} {
		out, in := flux(tc[0], tc[1], tc[2])
		require.InDelta(t, tc[3], out, 1e-15, "%v", tc)
		require.InDelta(t, tc[4], in, 1e-15, "%v", tc)
	}
}

// Against the exact solution of the equation in space, the exponential of a
// matrix: the order in time alone.
func TestOrdersInTimeAgainstTheExponential(t *testing.T) {
	g, err := Uniform(-3, 3, 40)
	require.NoError(t, err)
	pr := Problem{Drift: func(x, _ float64) float64 { return x - x*x*x }, Diffusion: func(x, _ float64) float64 { return 0.3 + 0.1*math.Cos(x) }}
	c := newChain(pr, g)
	require.NoError(t, c.assemble(0))
	p0 := g.Averages(func(x float64) float64 { return math.Exp(-2 * (x - 0.5) * (x - 0.5)) })
	var e mat.Dense
	e.Scale(0.5, c.generator())
	e.Exp(&e)
	var want mat.VecDense
	want.MulVec(&e, mat.NewVecDense(len(p0), p0)) // equal cells: masses are densities
	for scheme, order := range map[Scheme]float64{BackwardEuler: 1, CrankNicolson: 2, TRBDF2: 2} {
		var logH, logE []float64
		for _, steps := range []int{32, 64, 128, 256} {
			p, err := Solve(context.Background(), pr, g, p0, 0, 0.5, Config{Steps: steps, Scheme: scheme})
			require.NoError(t, err)
			logH = append(logH, -math.Log(float64(steps)))
			logE = append(logE, math.Log(floats.Distance(p, want.RawVector().Data, 2)))
		}
		_, slope := stat.LinearRegression(logH, logE, nil, false)
		require.InDelta(t, order, slope, 0.05, "scheme %d", scheme)
	}
}

func TestStepsDoNotAllocate(t *testing.T) {
	g, err := Uniform(-3, 3, 40)
	require.NoError(t, err)
	s := newStepper(Problem{Drift: func(x, _ float64) float64 { return -x }, Diffusion: func(_, _ float64) float64 { return 1 }}, g)
	for scheme := TRBDF2; scheme <= CrankNicolson; scheme++ {
		require.Zero(t, testing.AllocsPerRun(10, func() {
			if err := s.step(scheme, 0, 0.1); err != nil {
				t.Fatal(err)
			}
		}))
	}
}

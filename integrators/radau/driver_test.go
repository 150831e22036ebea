package radau_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/radau"
	"github.com/ito-sde/ito/ode"
)

var adaptiveMethods = []*radau.Method{radau.IIA5, radau.IIA9, radau.IIA13, radau.Variable}

// y' = A y with random A against the matrix exponential.
func TestMatrixExponential(t *testing.T) {
	const n, tol = 4, 1e-8
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		a, y0 := mat.NewDense(n, n, nil), mat.NewVecDense(n, nil)
		for i := range n {
			y0.SetVec(i, r.NormFloat64())
			stiff := math.Pow(10, 3*r.Float64())
			for j := range n {
				a.Set(i, j, r.NormFloat64())
			}
			a.Set(i, i, a.At(i, i)-stiff)
		}
		f := func(d []float64, _ float64, y []float64) error {
			mat.NewVecDense(n, d).MulVec(a, mat.NewVecDense(n, y))
			return nil
		}
		var e mat.Dense
		var want mat.VecDense
		e.Exp(a)
		want.MulVec(&e, y0)
		for _, m := range adaptiveMethods {
			s, err := ode.Solve(context.Background(), m, f, 0, 1, y0.RawVector().Data, ode.Config{RTol: tol, ATol: tol})
			require.NoError(t, err)
			// The worst growth from an early error to the end is exp of the largest
			// eigenvalue of the symmetric part, some e³ here.
			require.InDeltaSlice(t, want.RawVector().Data, s.Y, 20*tol, "%v", m)
		}
	}
}

// x' = x² from 1 blows up at t = 1.
func TestBlowUp(t *testing.T) {
	square := func(d []float64, _ float64, y []float64) error { d[0] = y[0] * y[0]; return nil }
	for _, m := range adaptiveMethods {
		r, err := ode.Solve(context.Background(), m, square, 0, 2, []float64{1}, ode.Config{RTol: 1e-8, ATol: 1e-8})
		require.ErrorIs(t, err, ode.ErrStepSize)
		require.InDelta(t, 1, r.T, 1e-6)
	}
}

// A first step by which 1/h overflows, as a zero state without ATol asks for.
func TestTinySteps(t *testing.T) {
	for _, m := range adaptiveMethods {
		s := m.Stepper(rotations["linear"], 2)
		require.NoError(t, s.Reset(0, []float64{0, 1}))
		y := make([]float64, 2)
		require.NoError(t, s.Try(y, nil, 4e-323))
		require.Equal(t, 1.0, y[1])
		require.Less(t, math.Abs(y[0]), 1e-280)
	}
}

// The second filter takes a damped component's estimate from −1 to 0.
func TestSecondFilter(t *testing.T) {
	p := spiral(-1e9)
	p.l.RTol, p.l.ATol = 1e-3, 1e-3 // at which the estimate is not scaled down
	for _, m := range adaptiveMethods {
		s, err := m.Implicit(p.f, 2, p.l)
		require.NoError(t, err)
		require.NoError(t, s.Reset(0, p.y0))
		y, est := make([]float64, 2), make([]float64, 2)
		require.NoError(t, s.Try(y, est, 1))
		require.InDelta(t, 0, est[0], 1e-7, "%v", m)
	}
}

// Choose follows its formula, and keeps the length where the factors can serve
// again.
func TestChoose(t *testing.T) {
	p := problem{f: rotations["linear"], y0: []float64{1, 0}}
	p.l.RTol, p.l.ATol = 1e-6, 1e-6
	for k, m := range adaptiveMethods[:3] {
		stages := 3 + 2*k
		s, err := m.Implicit(p.f, 2, p.l)
		require.NoError(t, err)
		chooser := s.(integrators.Chooser)
		y := make([]float64, 2)
		const h = 0.1
		step := func() float64 { // its safety
			before := s.Counts().Iterations
			require.NoError(t, s.Try(y, nil, h))
			n := float64(s.Counts().Iterations - before)
			most := float64(7 + 5*k)
			return 0.9 * (2*most + 1) / (2*most + n)
		}
		root := func(x float64) float64 { return math.Pow(x, 1/float64(stages+1)) }

		require.NoError(t, s.Reset(0, p.y0))
		step()
		require.Equal(t, h/10, chooser.Choose(h, 1.5, nil), "the first step is rejected")
		step()
		s.Accept()
		require.Equal(t, h, chooser.Choose(h, 1e-9, nil), "no growth after a rejection")
		safety := step()
		require.InDelta(t, h*safety/root(1.5), chooser.Choose(h, 1.5, nil), 1e-15)

		require.NoError(t, s.Reset(0, p.y0))
		safety = step()
		s.Accept()
		require.InDelta(t, h*safety/root(0.01), chooser.Choose(h, 0.01, nil), 1e-15)
		safety = step()
		s.Accept()
		// Gustafsson's bound, the error having grown from 0.01 to 0.3.
		require.InDelta(t, h*math.Min(safety/root(0.3), 0.9*root(0.01/(0.3*0.3))), chooser.Choose(h, 0.3, nil), 1e-15)

		require.NoError(t, s.Reset(0, p.y0))
		safety = step()
		s.Accept()
		factorisations := s.Counts().Factorisations
		norm := math.Pow(safety/1.1, float64(stages+1)) // makes h' = 1.1 h
		require.Equal(t, h, chooser.Choose(h, norm, nil))
		step()
		require.Equal(t, factorisations, s.Counts().Factorisations)
	}
}

// The polynomial of the step before is the solution where that is a polynomial of
// degree s: Newton's iteration has nothing left to do, whatever the step. And J
// is computed once where it is constant.
func TestReuse(t *testing.T) {
	for k, m := range adaptiveMethods[:3] {
		stages := 3 + 2*k
		p := problem{y0: []float64{1, 0}, f: func(d []float64, t float64, y []float64) error {
			d[0] = float64(stages) * math.Pow(t, float64(stages-1))
			d[1] = y[0] - 1 - math.Pow(t, float64(stages))
			return nil
		}}
		p.l.RTol, p.l.ATol = 1e-6, 1e-6
		s, err := m.Implicit(p.f, 2, p.l)
		require.NoError(t, err)
		require.NoError(t, s.Reset(0, p.y0))
		y := make([]float64, 2)
		at := 0.0
		for i, h := range []float64{0.1, 0.15, 0.1, 0.4, 0.3} {
			before := s.Counts().Iterations
			require.NoError(t, s.Try(y, nil, h))
			s.Accept()
			if i > 0 {
				require.Equal(t, before+1, s.Counts().Iterations, "%v, step %d", m, i)
			}
			at += h
		}
		require.InDelta(t, 1+math.Pow(at, float64(stages)), y[0], 1e-12)
		require.Equal(t, 1, s.Counts().Jacobians)
	}
}

// J is computed anew after a step on which the iteration was slow, for a step
// that is repeated, and within a step for which an old one does not do.
func TestRenewal(t *testing.T) {
	y := make([]float64, 1)
	// At rest in the first step, which therefore does not see its J fail.
	stiffens := func(d []float64, t float64, y []float64) error {
		k, target := 1.0, 1.0
		if t > 0.25 {
			k = 1e4
		}
		if t > 0.5 {
			target = 2
		}
		d[0] = -k * (y[0] - target)
		return nil
	}
	square := func(d []float64, _ float64, y []float64) error { d[0] = -y[0] * y[0]; return nil }
	for _, m := range adaptiveMethods {
		try := func(f integrators.Field, steps int, repeat bool) int {
			s, err := m.Implicit(f, 1, integrators.Linearisation{RTol: 1e-6, ATol: 1e-6})
			require.NoError(t, err)
			require.NoError(t, s.Reset(0, []float64{1}))
			for range steps {
				if repeat {
					require.NoError(t, s.Try(y, nil, 0.6))
				}
				require.NoError(t, s.Try(y, nil, 0.5))
				s.Accept()
			}
			return s.Counts().Jacobians
		}
		linear := func(d []float64, _ float64, y []float64) error { d[0] = -y[0]; return nil }
		require.Equal(t, 4, try(square, 4, false))
		require.Equal(t, 1, try(linear, 4, false))
		require.Equal(t, 4, try(linear, 4, true))
		require.Equal(t, 2, try(stiffens, 2, false))
	}
}

// With tolerances the estimate is scaled as the documentation of Method says.
func TestScale(t *testing.T) {
	const tol = 1e-6
	for _, m := range adaptiveMethods {
		est := func(l integrators.Linearisation) float64 {
			s, err := m.Implicit(rotations["linear"], 2, l)
			require.NoError(t, err)
			require.NoError(t, s.Reset(0, []float64{1, 0}))
			y, e := make([]float64, 2), make([]float64, 2)
			require.NoError(t, s.Try(y, e, 0.05))
			return math.Hypot(e[0], e[1])
		}
		_, s := m.Order()
		want := tol / (0.1 * math.Pow(tol, float64(s+1)/float64(2*s)))
		for _, l := range []integrators.Linearisation{{RTol: tol, ATol: tol}, {RTol: tol}, {ATol: tol}} {
			require.InEpsilon(t, want, est(l)/est(integrators.Linearisation{}), 1e-2, "%v", m)
		}
	}
}

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

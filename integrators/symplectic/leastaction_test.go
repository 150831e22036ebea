package symplectic_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators/symplectic"
)

func keplerPotential(_ float64, q []float64) float64 { return -1 / math.Hypot(q[0], q[1]) }

// stationary solves the boundary-value problem ∂S/∂q_k = 0 between the ends of
// path, which it changes, by Newton's iteration; the Jacobian by differences is
// exact enough for the iteration to end at rounding.
func stationary(t testing.TB, l symplectic.DiscreteLagrangian, path []float64, dim int, h float64) {
	inner := path[dim : len(path)-dim]
	n := len(inner)
	residual := func(dst, q []float64) {
		full := append(append(append([]float64(nil), path[:dim]...), q...), path[len(path)-dim:]...)
		require.NoError(t, l.Gradient(dst, full, dim, 0, h))
	}
	g, step, j := make([]float64, n), mat.NewVecDense(n, nil), mat.NewDense(n, n, nil)
	last := math.Inf(1)
	for range 30 {
		residual(g, inner)
		fd.Jacobian(j, residual, inner, &fd.JacobianSettings{Formula: fd.Central})
		require.NoError(t, step.SolveVec(j, mat.NewVecDense(n, g)))
		floats.Sub(inner, step.RawVector().Data)
		size := mat.Norm(step, math.Inf(1))
		if size < 1e-10 && size >= last/2 {
			return
		}
		last = size
	}
	require.Fail(t, "Newton's iteration did not end", "last step %v", last)
}

// Hamilton's principle, made discrete: the path between two given places whose
// action is stationary is the trajectory of Verlet or symplectic Euler, by the
// rule for the potential. It is found here knowing nothing of momenta or of
// initial values, from an ellipse.
func TestPathOfStationaryAction(t *testing.T) {
	const h, n, dim = 0.1, 24, 2
	for m, right := range map[*symplectic.Composition]float64{symplectic.SymplecticEuler: 0, symplectic.Verlet: 0.5, symplectic.SymplecticEulerAdjoint: 1} {
		l := symplectic.DiscreteLagrangian{Potential: keplerPotential, Force: gravity, Right: right}
		s := split(m, nil, gravity)
		y := []float64{0.7, 0, 0, math.Sqrt(1.3 / 0.7)}
		require.NoError(t, s.Reset(0, y))
		want, momenta := append([]float64(nil), y[:2]...), append([]float64(nil), y[2:]...)
		for range n {
			require.NoError(t, s.Try(y, nil, h))
			s.Accept()
			want, momenta = append(want, y[:2]...), append(momenta, y[2:]...)
		}
		path := make([]float64, len(want))
		for k := range n + 1 { // round the origin: the line between the ends would pass near the pole
			for i := range dim {
				a := float64(k) / n
				path[k*dim+i] = (1-a)*want[i] + a*want[n*dim+i] + float64(i)*math.Sin(math.Pi*a)
			}
		}
		stationary(t, l, path, dim, h)
		// The equations' condition number, ~ (N/π)², times rounding of the differences
		// of q in them, ~ 1e-16.
		require.Less(t, distance(path, want), 1e-13, m.Name)
		got := make([]float64, len(path))
		require.NoError(t, l.Momenta(got, path, dim, 0, h))
		require.Less(t, distance(got, momenta), 1e-12, m.Name)
		for other := range 3 { // that of another rule is off by h F/2, h 0.2 at least
			if wrong := float64(other) / 2; wrong != right {
				l.Right = wrong
				require.NoError(t, l.Momenta(got, path, dim, 0, h))
				require.Greater(t, distance(got, momenta), 0.1*h, m.Name)
			}
		}
		l.Right = right
		checkStationary(t, l, path, dim, h)
	}
}

// checkStationary moves each point by δ, which changes the action by O(δ²): by
// four times as much for 2δ. Where a path is not stationary it is O(δ), and twice.
func checkStationary(t *testing.T, l symplectic.DiscreteLagrangian, path []float64, dim int, h float64) {
	n := len(path)/dim - 1
	s0 := l.Action(path, dim, 0, h)
	change := func(path []float64, at int, delta float64) float64 {
		old := path[at]
		path[at] = old + delta
		defer func() { path[at] = old }()
		return l.Action(path, dim, 0, h)
	}
	for at := dim; at < n*dim; at++ {
		// δ = 1e-3: third-order terms of up to 1e-2 of the second, whose mean with
		// −δ cancels them.
		one := change(path, at, 1e-3) + change(path, at, -1e-3) - 2*s0
		two := change(path, at, 2e-3) + change(path, at, -2e-3) - 2*s0
		require.InDelta(t, 4, two/one, 1e-3)
		slope := (change(path, at, 1e-3) - change(path, at, -1e-3)) / 2e-3
		require.Less(t, math.Abs(slope), 1e-5, "third order only")
		slope = (change(path, at, 1e-5) - change(path, at, -1e-5)) / 2e-5
		require.Less(t, math.Abs(slope), 1e-9)
	}
	bent := append([]float64(nil), path...)
	bent[n*dim/2] += 0.01
	require.Greater(t, math.Abs(change(bent, n*dim/2, 1e-5)-change(bent, n*dim/2, -1e-5))/2e-5, 1e-2)
}

// Gradient is the derivative of Action, for a potential that depends on time.
func TestGradientOfAction(t *testing.T) {
	l := symplectic.DiscreteLagrangian{
		Right:     0.3,
		Potential: func(t float64, q []float64) float64 { return math.Cos(t) * q[0] * q[0] * q[1] },
		Force: func(d []float64, t float64, q []float64) error {
			d[0], d[1] = -2*math.Cos(t)*q[0]*q[1], -math.Cos(t)*q[0]*q[0]
			return nil
		},
	}
	path := []float64{1, 2, 0.5, -1, 2, 0.3, -0.4, 1}
	got := make([]float64, 4)
	require.NoError(t, l.Gradient(got, path, 2, 0.7, 0.2))
	want := fd.Gradient(nil, func(p []float64) float64 { return l.Action(p, 2, 0.7, 0.2) }, path, &fd.Settings{Formula: fd.Central})
	for i := range got {
		require.InDelta(t, want[i+2], got[i], 1e-8)
	}
	// dS = p_N dq_N − p_0 dq_0 at the ends.
	p := make([]float64, 8)
	require.NoError(t, l.Momenta(p, path, 2, 0.7, 0.2))
	for i := range 2 {
		require.InDelta(t, want[i], -p[i], 1e-8)
		require.InDelta(t, want[6+i], p[6+i], 1e-8)
	}
}

func TestActionMisuse(t *testing.T) {
	l := symplectic.DiscreteLagrangian{Potential: keplerPotential, Force: gravity}
	require.Panics(t, func() { l.Action([]float64{1, 2, 3}, 2, 0, 1) })
	require.Panics(t, func() { l.Action([]float64{1, 2}, 2, 0, 1) })
	require.Panics(t, func() { l.Action([]float64{1, 2, 3, 4}, 2, 0, 0) })
	require.Panics(t, func() { _ = l.Gradient(make([]float64, 1), make([]float64, 6), 2, 0, 1) })
	require.Panics(t, func() { _ = l.Momenta(make([]float64, 5), make([]float64, 6), 2, 0, 1) })
	failing := symplectic.DiscreteLagrangian{Force: func([]float64, float64, []float64) error { return errField }}
	require.ErrorIs(t, failing.Gradient(make([]float64, 2), make([]float64, 6), 2, 0, 1), errField)
	require.ErrorIs(t, failing.Momenta(make([]float64, 6), make([]float64, 6), 2, 0, 1), errField)
}

// A stone thrown up in the field V = q, from 0 and back to 0 in three steps of
// 1: of the symmetric paths 0, x, x, 0 the action
//
//	S = x²/2 + 0 + x²/2 − (x + x) = x² − 2x
//
// is least at x = 1, where Verlet's recursion q_{k+1} − 2q_k + q_{k−1} = −1 holds.
func ExampleDiscreteLagrangian() {
	l := symplectic.DiscreteLagrangian{
		Potential: func(_ float64, q []float64) float64 { return q[0] },
		Force:     func(dst []float64, _ float64, _ []float64) error { dst[0] = -1; return nil },
		Right:     0.5,
	}
	for _, x := range []float64{0.5, 1, 1.5} {
		path, gradient := []float64{0, x, x, 0}, make([]float64, 2)
		if err := l.Gradient(gradient, path, 1, 0, 1); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("x = %.1f: S = %.2f, gradient %.1f\n", x, l.Action(path, 1, 0, 1), gradient)
	}
	// Output:
	// x = 0.5: S = -0.75, gradient [-0.5 -0.5]
	// x = 1.0: S = -1.00, gradient [0.0 0.0]
	// x = 1.5: S = -0.75, gradient [0.5 0.5]
}

package fokkerplanck

import (
	"fmt"
	"math"
	"math/cmplx"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// Independent coordinates: the chain's rates are sums of those on the lines, exactly.
func TestModesPlaneOfAProduct(t *testing.T) {
	x := Problem{Drift: func(x, _ float64) float64 { return x - x*x*x }, Diffusion: func(_, _ float64) float64 { return 0.3 }, Steady: true}
	y := Problem{Drift: func(y, _ float64) float64 { return -2 * y }, Diffusion: func(_, _ float64) float64 { return 0.7 }, Steady: true}
	g := Plane{bent(-2, 2, 0.3, 31), bent(-3, 3, -0.2, 28)}
	rx, err := Rates(x, g.X, 0)
	require.NoError(t, err)
	ry, err := Rates(y, g.Y, 0)
	require.NoError(t, err)
	var want []float64
	for _, a := range rx {
		for _, b := range ry {
			want = append(want, a+b)
		}
	}
	slices.Sort(want)
	pr := PlaneProblem{
		Drift:     func(a, b, _ float64) (float64, float64) { return x.Drift(a, 0), y.Drift(b, 0) },
		Diffusion: func(_, _, _ float64) (float64, float64, float64) { return 0.3, 0, 0.7 },
		Steady:    true,
	}
	modes, err := ModesPlane(pr, g, 0, 8)
	require.NoError(t, err)
	require.Len(t, modes, 8)
	for k, m := range modes {
		require.InDelta(t, want[k], real(m.Rate), 1e-9*(1+want[k]), "mode %d", k)
		require.InDelta(t, 0, imag(m.Rate), 1e-9)
	}
	// The second observable is the first of the double well, whatever y: equal along
	// columns, and odd.
	u, nx := modes[1].Observable, g.X.Cells()
	for i := range nx {
		require.InDelta(t, 0, cmplx.Abs(u[i]-u[i+20*nx]), 1e-8)
		require.InDelta(t, 0, cmplx.Abs(u[i]+u[nx-1-i]), 1e-6)
	}
}

// Every kind of wall, a full tensor, a turning drift: against all eigenvalues of the dense
// matrix. An observable u obeys L†u = −r u.
func TestModesPlaneAgainstDense(t *testing.T) {
	for _, w := range wallings {
		pr := turning(w)
		g := Plane{bent(0, 1, 0.3, 11), bent(0, 1, 0.2, 9)}
		n := g.Cells()
		b := newBonds(pr, g)
		require.NoError(t, b.assemble(0.3))
		l := mat.NewDense(n, n, nil) // −L†
		b.each(func(from, to int, rate float64) {
			l.Set(from, from, l.At(from, from)+rate)
			if to < n {
				l.Set(from, to, l.At(from, to)-rate)
			}
		})
		var e mat.Eigen
		require.True(t, e.Factorize(l, mat.EigenNone))
		want := e.Values(nil)
		slices.SortFunc(want, order)
		size := mat.Norm(l, 1)
		modes, err := ModesPlane(pr, g, 0.3, 7)
		require.NoError(t, err)
		for k, m := range modes {
			require.Less(t, cmplx.Abs(m.Rate-want[k]), 1e-12*size, "%v, mode %d", w, k)
			largest := 0.0
			for i, u := range m.Observable {
				var lu complex128
				for j, v := range m.Observable {
					lu += complex(l.At(i, j), 0) * v
				}
				require.Less(t, cmplx.Abs(lu-m.Rate*u), 1e-9*size)
				largest = max(largest, cmplx.Abs(u))
			}
			require.InDelta(t, 1, largest, 1e-8)
		}
	}
}

// Where ẋ = A x + noise, rates are all n μ + m ν for eigenvalues −μ, −ν of A (Metafune,
// Pallara, Priola 2002): here 1 ± 2i, whatever the tensor.
func TestModesPlaneOfARotation(t *testing.T) {
	pr := PlaneProblem{
		Drift:     func(x, y, _ float64) (float64, float64) { return -x - 2*y, 2*x - y },
		Diffusion: func(_, _, _ float64) (float64, float64, float64) { return 1, 0.4, 0.8 },
		Steady:    true,
	}
	want := []complex128{0, 1 - 2i, 1 + 2i, 2 - 4i, 2, 2 + 4i}
	n := []float64{40, 60, 90}
	e := make([]float64, len(n))
	for i, v := range n {
		g := Plane{bent(-6, 6, 0, int(v)), bent(-6, 6, 0, int(v))}
		modes, err := ModesPlane(pr, g, 0, 3)
		require.NoError(t, err)
		for k, m := range modes {
			e[i] = max(e[i], cmplx.Abs(m.Rate-want[k]))
		}
	}
	require.InDelta(t, 2, fit(n, e), 0.15, "%v", e)
	require.Less(t, e[2], 0.1)
}

// A transition of rate e^−40 beside rates of order one: both to nine digits.
func TestModesPlaneOfARareTransition(t *testing.T) {
	const d = 0.00625
	line := Problem{Drift: func(x, _ float64) float64 { return x - x*x*x }, Diffusion: func(_, _ float64) float64 { return d }, Steady: true}
	g := Plane{bent(-1.6, 1.6, 0, 80), bent(-1, 1, 0, 12)}
	pr := PlaneProblem{
		Drift:     func(x, y, _ float64) (float64, float64) { return x - x*x*x, -y },
		Diffusion: func(_, _, _ float64) (float64, float64, float64) { return d, 0, 0.2 },
		Steady:    true,
	}
	rx, err := Rates(line, g.X, 0)
	require.NoError(t, err)
	require.Less(t, rx[1], 1e-15)
	ry, err := Rates(Problem{Drift: func(y, _ float64) float64 { return -y }, Diffusion: func(_, _ float64) float64 { return 0.2 }, Steady: true}, g.Y, 0)
	require.NoError(t, err)
	modes, err := ModesPlane(pr, g, 0, 3)
	require.NoError(t, err)
	require.InEpsilon(t, rx[1], real(modes[1].Rate), 1e-9)
	require.InEpsilon(t, min(rx[2], ry[1]), real(modes[2].Rate), 1e-9)
}

func TestModesPlaneRefuses(t *testing.T) {
	g := Plane{bent(-1, 1, 0, 5), bent(-1, 1, 0, 5)}
	for _, count := range []int{0, 26} {
		_, err := ModesPlane(tilted, g, 0, count)
		require.ErrorIs(t, err, ErrProblem)
	}
	_, err := ModesPlane(PlaneProblem{}, g, 0, 1)
	require.ErrorIs(t, err, ErrProblem)
	all, err := ModesPlane(tilted, g, 0, 25) // a space of all dimensions
	require.NoError(t, err)
	require.Len(t, all, 25)
	_, err = ModesPlane(PlaneProblem{
		Drift:     func(_, _, _ float64) (float64, float64) { return math.NaN(), 0 },
		Diffusion: tilted.Diffusion,
	}, g, 0, 1)
	require.ErrorIs(t, err, ErrProblem)
}

// A pair of eigenvalues of what turns twice as fast as it decays.
func ExampleModesPlane() {
	x, _ := Uniform(-5, 5, 60)
	pr := PlaneProblem{
		Drift:     func(x, y, _ float64) (float64, float64) { return -x - 2*y, 2*x - y },
		Diffusion: func(_, _, _ float64) (float64, float64, float64) { return 1, 0, 1 },
		Steady:    true,
	}
	modes, err := ModesPlane(pr, Plane{x, x}, 0, 3)
	for _, m := range modes {
		fmt.Printf("%.1f ", m.Rate)
	}
	fmt.Println(err)
	// Output: (0.0+0.0i) (1.0-2.0i) (1.0+2.0i) <nil>
}

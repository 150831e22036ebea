package stochastic_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators/stochastic"
)

// paired is a problem of pairs.
func paired(p problem) problem {
	n, exact := p.sys.Dim, p.exact
	p.sys = stochastic.Pair(p.sys)
	p.y0 = append(append([]float64(nil), p.y0...), p.y0...)
	p.exact = func(dst []float64, t float64, w []float64) {
		exact(dst[:n], t, w)
		copy(dst[n:], dst[:n])
	}
	return p
}

// firstHalf studies the error of y in pairs.
func firstHalf(t *testing.T, q problem) study {
	n := q.sys.Dim / 2
	dw := brownian(q.sys.Noises(), 1)
	want := solutions(q, dw)
	var steps []float64
	var square [][]float64
	for ; len(dw) >= 16; dw = coarsen(dw, q.sys.Noises()) {
		y := run(t, stochastic.ReversibleHeun{}, &q.sys, q.y0, dw)
		for r := 0; r < len(y); r += 2 * n {
			copy(y[r+n:r+2*n], want[r+n:r+2*n])
		}
		steps = append(steps, 1/float64(len(dw)))
		square = append(square, squares(y, want, 2*n))
	}
	return orders(steps, square, 1)
}

// The y of ReversibleHeun has the orders of Heun, and ŷ strong order ½ on the
// linear equation.
func TestReversibleHeunStrongOrders(t *testing.T) {
	long(t)
	for _, p := range problems() {
		if p.sys.Calculus != stochastic.Stratonovich {
			continue
		}
		strong, _ := stochastic.Heun{}.Orders(p.sys.Structure)
		q := paired(p)
		require.NoError(t, stochastic.Check(stochastic.ReversibleHeun{}, &q.sys))
		s := firstHalf(t, q)
		t.Logf("%-8s %.1f: order %.3f ± %.3f, slope %.3f", p.name, strong, s.order, s.orderError, s.slope)
		if p.sys.Structure.IsAdditive() {
			require.Greater(t, s.slope, strong-0.1, p.name)
			continue
		}
		require.InDelta(t, strong, s.order, 3*s.orderError, p.name)
		require.InDelta(t, strong, s.slope, 0.1, p.name)
	}
	s := convergence(t, stochastic.ReversibleHeun{}, paired(linear(stochastic.Stratonovich)), 1)
	require.InDelta(t, 0.5, s.order, 3*s.orderError)
}

// First and second moments of y from (1, 0), noises that do not commute, by the
// exact moments of a step of pairs.
func TestReversibleHeunWeakOrder(t *testing.T) {
	single, a, b1, b2 := bilinear(stochastic.Stratonovich, stochastic.General)
	s := stochastic.Pair(single)
	g1, g2 := generators(s.Calculus, a, b1, b2)
	var exact1, exact2 mat.Dense
	exact1.Exp(g1)
	exact2.Exp(g2)
	var errors1, errors2 []float64
	for _, n := range weakSteps {
		m1, m2 := moments(t, stochastic.ReversibleHeun{}, &s, 4, 1/float64(n))
		m1.Pow(m1, n)
		m2.Pow(m2, n)
		// From (1, 0, 1, 0) the moments are sums of columns 0 and 2.
		e1, e2 := 0.0, 0.0
		for i := range 2 {
			e1 += math.Abs(m1.At(i, 0) + m1.At(i, 2) - exact1.At(i, 0))
			for j := range 2 {
				sum := -exact2.At(2*i+j, 0)
				for _, c := range []int{0, 2, 8, 10} {
					sum += m2.At(4*i+j, c)
				}
				e2 += math.Abs(sum)
			}
		}
		errors1, errors2 = append(errors1, e1), append(errors2, e2)
	}
	require.InDelta(t, 1, logSlope(weakSteps, errors1), 0.02)
	require.InDelta(t, 1, logSlope(weakSteps, errors2), 0.02)
}

// Weak order of y on the Ornstein–Uhlenbeck process by exact moments of the pair.
func TestReversibleHeunWeakOrderOfAdditiveNoise(t *testing.T) {
	const k, b = 1.5, 0.7
	s := stochastic.Pair(stochastic.System{
		Dim: 1, Calculus: stochastic.Stratonovich, Structure: stochastic.AdditiveDiagonal,
		Drift:     each(1, func(_ int, _, y float64) float64 { return -k * y }),
		Diffusion: each(1, func(int, float64, float64) float64 { return b }),
	})
	var errors []float64
	for _, n := range weakSteps {
		h := 1 / float64(n)
		m, c := mat.NewDense(2, 2, nil), mat.NewDense(2, 1, nil)
		st, dst := stochastic.ReversibleHeun{}.Stepper(&s, 1), make([]float64, 2)
		for j, y := range [][]float64{{1, 0}, {0, 1}} {
			require.NoError(t, st.Step(dst, 0, h, y, []float64{0}))
			m.SetCol(j, dst)
		}
		require.NoError(t, st.Step(dst, 0, h, []float64{0, 0}, []float64{1}))
		c.SetCol(0, dst)
		p, left, noises := mat.NewDense(2, 2, []float64{1, 1, 1, 1}), mat.NewDense(2, 2, nil), mat.NewDense(2, 2, nil)
		noises.Mul(c, c.T())
		noises.Scale(h, noises)
		for range n {
			left.Mul(m, p)
			p.Mul(left, m.T())
			p.Add(p, noises)
		}
		errors = append(errors, p.At(0, 0)-math.Exp(-2*k)+b*b*math.Expm1(-2*k)/(2*k))
	}
	_, weak := stochastic.ReversibleHeun{}.Orders(stochastic.Additive)
	require.InDelta(t, weak, logSlope(weakSteps, errors), 0.05, "%v", errors)
}

// On a nonlinear drift the mean of e^(−y) differs from that of Heun's method, of
// weak order 2, by that order: on common paths, whose spread is a tenth of it.
func TestReversibleHeunWeakOrderBesideHeun(t *testing.T) {
	long(t)
	s := logistic(stochastic.Stratonovich)
	pairs := stochastic.Pair(s)
	var steps []int
	var errors []float64
	for dw := brownian(1, 1); len(dw) >= 32; dw = coarsen(dw, 1) {
		heun, pair := run(t, stochastic.Heun{}, &s, []float64{0}, dw), run(t, stochastic.ReversibleHeun{}, &pairs, []float64{0, 0}, dw)
		sum := 0.0
		for i, y := range heun {
			sum += math.Exp(-pair[2*i]) - math.Exp(-y)
		}
		steps, errors = append(steps, len(dw)), append(errors, sum/paths)
	}
	require.InDelta(t, 2, logSlope(steps, errors), 0.2)
}

// Steps back in reverse order, with h and Δw of the other sign, lead back to the
// start to rounding, from a pair that is none any more.
func TestReversibleHeunIsReversible(t *testing.T) {
	for _, p := range problems() {
		if p.sys.Calculus != stochastic.Stratonovich {
			continue
		}
		q := paired(p)
		noises := q.sys.Noises()
		st := stochastic.ReversibleHeun{}.Stepper(&q.sys, 1)
		y, next := append([]float64(nil), q.y0...), make([]float64, len(q.y0))
		const steps, h = 50, 0.01
		dw := make([]float64, noises)
		path := func(k int, sign float64) []float64 {
			for i := range dw {
				dw[i] = sign * 0.1 * math.Sin(float64(7*k+i))
			}
			return dw
		}
		for k := range steps {
			require.NoError(t, st.Step(next, float64(k)*h, h, y, path(k, 1)))
			y, next = next, y
		}
		require.NotEqual(t, y[:p.sys.Dim], y[p.sys.Dim:])
		for k := steps - 1; k >= 0; k-- {
			require.NoError(t, st.Step(next, float64(k+1)*h, -h, y, path(k, -1)))
			y, next = next, y
		}
		require.InDeltaSlice(t, q.y0, y, 1e-12, p.name) // 100 steps of rounding, amplified
		require.Zero(t, testing.AllocsPerRun(10, func() {
			if err := st.Step(next, 0, h, y, dw); err != nil {
				t.Fatal(err)
			}
		}))
	}
}

// The pair's own fields are those of the equation: Heun steps both halves of a
// pair as it steps one, to the order of the error between them, which is 0.
func TestPairIsTwiceTheSystem(t *testing.T) {
	for _, p := range problems() {
		q := paired(p)
		m := stochastic.Method(stochastic.EulerMaruyama{})
		if p.sys.Calculus == stochastic.Stratonovich {
			m = stochastic.Heun{}
		}
		require.NoError(t, stochastic.Check(m, &q.sys))
		n := p.sys.Dim
		dw := []float64{0.3, -0.2}[:p.sys.Noises()]
		single, double := make([]float64, 2*n), make([]float64, 4*n)
		y := append(append([]float64(nil), p.y0...), p.y0...)
		y[n] += 0.1
		require.NoError(t, m.Stepper(&p.sys, 2).Step(single, 0.5, 0.1, y, append(append([]float64(nil), dw...), dw...)))
		both := append(append(append([]float64(nil), y[:n]...), y[:n]...), append(append([]float64(nil), y[n:]...), y[n:]...)...)
		require.NoError(t, m.Stepper(&q.sys, 2).Step(double, 0.5, 0.1, both, append(append([]float64(nil), dw...), dw...)))
		for r := range 2 {
			require.InDeltaSlice(t, single[r*n:(r+1)*n], double[2*r*n:(2*r+1)*n], 1e-14, p.name)
			require.InDeltaSlice(t, single[r*n:(r+1)*n], double[(2*r+1)*n:(2*r+2)*n], 1e-14, p.name)
		}
	}
}

func TestReversibleHeunRefuses(t *testing.T) {
	p := linear(stochastic.Stratonovich)
	require.ErrorContains(t, stochastic.Check(stochastic.ReversibleHeun{}, &p.sys), "make the system by Pair")
	require.Panics(t, func() { stochastic.ReversibleHeun{}.Stepper(&p.sys, 1) })
	require.Panics(t, func() { stochastic.Pair(stochastic.System{}) })
	q := stochastic.Pair(p.sys)
	st := stochastic.ReversibleHeun{}.Stepper(&q, 1)
	require.Panics(t, func() { _ = st.Step(make([]float64, 8), 0, 1, make([]float64, 8), make([]float64, 4)) })
	require.Panics(t, func() { _ = st.Step(make([]float64, 3), 0, 1, make([]float64, 3), make([]float64, 2)) })
}

// There and back again.
func ExampleReversibleHeun() {
	s := stochastic.Pair(stochastic.System{
		Dim: 1, Calculus: stochastic.Stratonovich, Structure: stochastic.Diagonal,
		Drift:     func(dst []float64, _ float64, y []float64) error { dst[0] = 3 * y[0]; return nil },
		Diffusion: func(dst []float64, _ float64, y []float64) error { dst[0] = y[0] / 2; return nil },
	})
	st := stochastic.ReversibleHeun{}.Stepper(&s, 1)
	y, next := []float64{2, 2}, make([]float64, 2)
	if err := st.Step(next, 0, 0.1, y, []float64{0.4}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f\n", next)
	if err := st.Step(y, 0.1, -0.1, next, []float64{-0.4}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f\n", y)
	// Output:
	// [3.250 3.000]
	// [2.000 2.000]
}

package stochastic_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/integrators/stochastic"
)

var splittings = []stochastic.Method{stochastic.BAOAB{}, stochastic.OBABO{}, stochastic.QUICSORT{}}

// oscillator is dx = v dt, dv = (−kx − γv) dt + σ dw.
func oscillator(k, gamma, sigma float64) stochastic.System {
	return stochastic.Langevin(1, func(dst []float64, _ float64, x []float64) error {
		for i, v := range x {
			dst[i] = -k * v
		}
		return nil
	}, gamma, sigma)
}

// step reads off (x, v)_1 = M (x, v) + noise of covariance Q.
func step(t *testing.T, m stochastic.Method, s *stochastic.System, h float64) (matrix, q *mat.Dense) {
	st := m.Stepper(s, 1)
	matrix, q = mat.NewDense(2, 2, nil), mat.NewDense(2, 2, nil)
	dst := make([]float64, 2)
	per := stochastic.Needs(m, s.Structure).Len(1)
	for c := range 2 {
		y := make([]float64, 2)
		y[c] = 1
		require.NoError(t, st.Step(dst, 0, h, y, make([]float64, per)))
		matrix.SetCol(c, dst)
	}
	for c := range per {
		dw := make([]float64, per)
		dw[c] = math.Sqrt(math.Abs(h) / []float64{1, 12, 720}[c])
		require.NoError(t, st.Step(dst, 0, h, make([]float64, 2), dw))
		for i := range 2 {
			for j := range 2 {
				q.Set(i, j, q.At(i, j)+dst[i]*dst[j])
			}
		}
	}
	return matrix, q
}

// after returns the covariance after steps of P ← M P Mᵀ + Q.
func after(p, m, q *mat.Dense, steps int) *mat.Dense {
	out := mat.DenseCopyOf(p)
	var left mat.Dense
	for range steps {
		left.Mul(m, out)
		out.Mul(&left, m.T())
		out.Add(out, q)
	}
	return out
}

// In equilibrium, of the oscillator with T = σ²/2γ: ⟨x²⟩ = T/k and ⟨v²⟩ = T. BAOAB
// has the first at every stable h, and OBABO the second; the others are those of
// the modified energy of the Verlet step, v² T(1 − h²k/4) and x² (T/k)/(1 − h²k/4).
func TestSplittingsInEquilibrium(t *testing.T) {
	const k, gamma, sigma = 2.5, 0.8, 1.1
	const temperature = sigma * sigma / (2 * gamma)
	s := oscillator(k, gamma, sigma)
	for _, h := range []float64{0.1, 0.5, 1} {
		verlet := 1 - h*h*k/4
		for i, want := range [][2]float64{{temperature / k, temperature * verlet}, {temperature / k / verlet, temperature}} {
			m, q := step(t, splittings[i], &s, h)
			p := after(mat.NewDense(2, 2, nil), m, q, 2000)
			require.InEpsilon(t, want[0], p.At(0, 0), 1e-12, "⟨x²⟩, %T at %v", splittings[i], h)
			require.InEpsilon(t, want[1], p.At(1, 1), 1e-12, "⟨v²⟩, %T at %v", splittings[i], h)
			require.InDelta(t, 0, p.At(0, 1), 1e-12)
		}
	}
}

// Means and second moments of the oscillator are of the claimed weak order, by
// exact propagation; so are they without friction and back in time.
func TestSplittingsWeakOrders(t *testing.T) {
	for _, c := range []struct{ gamma, end float64 }{{0.8, 1}, {0, 1}, {0.8, -1}} {
		const k, sigma = 2.5, 1.1
		s := oscillator(k, c.gamma, sigma)
		// Exact: e^(At) and P' = AP + PAᵀ + Q, by van Loan's block exponential.
		block := mat.NewDense(4, 4, nil)
		a := mat.NewDense(2, 2, []float64{0, 1, -k, -c.gamma})
		sign := math.Copysign(1, c.end)
		for i := range 2 {
			for j := range 2 {
				block.Set(i, j, -sign*a.At(i, j))
				block.Set(2+j, 2+i, sign*a.At(i, j))
			}
		}
		block.Set(1, 3, sigma*sigma)
		var exponential mat.Dense
		exponential.Exp(block)
		flow := mat.DenseCopyOf(exponential.Slice(2, 4, 2, 4).T())
		var noiseCov, want, left mat.Dense
		noiseCov.Mul(flow, exponential.Slice(0, 2, 2, 4))
		start := mat.NewDense(2, 2, []float64{1, 0.3, 0.3, 0.5})
		left.Mul(flow, start)
		want.Mul(&left, flow.T())
		want.Add(&want, &noiseCov)
		for _, method := range splittings {
			var mean, second []float64
			steps := []int{32, 64, 128} // of errors above rounding at order 3
			for _, n := range steps {
				m, q := step(t, method, &s, c.end/float64(n))
				p := after(start, m, q, n)
				p.Sub(p, &want)
				m.Pow(m, n)
				m.Sub(m, flow)
				mean, second = append(mean, mat.Norm(m, 2)), append(second, mat.Norm(p, 2))
			}
			_, weak := method.Orders(s.Structure)
			require.InDelta(t, weak, logSlope(steps, mean), 0.1, "%T, %v", method, c)
			require.InDelta(t, weak, logSlope(steps, second), 0.1, "%T, %v", method, c)
		}
	}
}

// Strong orders in the double well, beside QUICSORT at a quarter of the shortest
// step; its own is that of the oscillator too, below, with an oracle of its own.
func TestSplittingsStrongOrders(t *testing.T) {
	long(t)
	s := stochastic.Langevin(1, func(dst []float64, _ float64, x []float64) error {
		for i, v := range x {
			dst[i] = v - v*v*v
		}
		return nil
	}, 1, 1)
	dw := brownian(1, 3)
	want := run(t, stochastic.QUICSORT{}, &s, []float64{1, 0}, dw)
	other := run(t, stochastic.SRA3, &s, []float64{1, 0}, dw)
	// Two methods of order 1½ and more agree to about h² at 1/256.
	require.Less(t, math.Sqrt(stat.Mean(squares(other, want, 2), nil)), 2e-5)
	for _, m := range splittings {
		var steps []float64
		var square [][]float64
		for dw := coarsen(coarsen(dw, 1), 1); len(dw) >= 8; dw = coarsen(dw, 1) {
			steps = append(steps, 1/float64(len(dw)))
			square = append(square, squares(run(t, m, &s, []float64{1, 0}, dw), want, 2))
		}
		o := orders(steps, square, 3)
		t.Logf("%T %.3f ± %.3f", m, o.order, o.orderError)
		strong, _ := m.Orders(s.Structure)
		require.InDelta(t, strong, o.order, 3*o.orderError, "%T", m)
	}
}

// Strong orders on the oscillator by second moments of the step's result y_1 = M y +
// Σ c_i z_i, z = (Δw, H, K), and the solution's Y_1 = ΦY + ∫ Φ(h−s) σe_2 dw, on one
// path: covariances of the integral with z by Gauss's quadrature against the kernels
// 1, ½ − s/h and ½(s²/h² − s/h + 1/6) of z. No Monte Carlo.
func TestSplittingsStrongOrdersOnOscillator(t *testing.T) {
	const k, gamma, sigma = 2.5, 0.8, 1.1
	s := oscillator(k, gamma, sigma)
	generator := mat.NewDense(2, 2, []float64{0, 1, -k, -gamma})
	flow := func(time float64) *mat.Dense {
		var a, e mat.Dense
		a.Scale(time, generator)
		e.Exp(&a)
		return &e
	}
	for _, m := range splittings {
		steps := []int{8, 16, 32}
		var errors []float64
		for _, n := range steps {
			h := 1 / float64(n)
			matrix, _ := step(t, m, &s, h)
			per := stochastic.Needs(m, s.Structure).Len(1)
			variance := []float64{h, h / 12, h / 720}
			joint, q := mat.NewDense(4, 4, nil), mat.NewDense(4, 4, nil) // of (y, Y)
			joint.Slice(0, 2, 0, 2).(*mat.Dense).Copy(matrix)
			joint.Slice(2, 4, 2, 4).(*mat.Dense).Copy(flow(h))
			c := make([][2]float64, per)
			for i := range c {
				dst, dw := make([]float64, 2), make([]float64, per)
				dw[i] = 1
				require.NoError(t, m.Stepper(&s, 1).Step(dst, 0, h, make([]float64, 2), dw))
				c[i] = [2]float64(dst)
			}
			x, w := make([]float64, 12), make([]float64, 12)
			quad.Legendre{}.FixedLocations(x, w, 0, 1)
			for p, share := range x {
				column := flow(h * (1 - share))
				g := [2]float64{sigma * column.At(0, 1), sigma * column.At(1, 1)}
				kernel := []float64{1, 0.5 - share, 0.5 * (share*share - share + 1./6)}
				for i := range 2 {
					for j := range 2 {
						q.Set(2+i, 2+j, q.At(2+i, 2+j)+h*w[p]*g[i]*g[j])
						for z := range c {
							v := h * w[p] * kernel[z] * c[z][i] * g[j]
							q.Set(i, 2+j, q.At(i, 2+j)+v)
							q.Set(2+j, i, q.At(2+j, i)+v)
						}
					}
				}
			}
			for z := range c {
				for i := range 2 {
					for j := range 2 {
						q.Set(i, j, q.At(i, j)+variance[z]*c[z][i]*c[z][j])
					}
				}
			}
			start := []float64{1, 0.3, 1, 0.3}
			p := mat.NewDense(4, 4, nil)
			for i, a := range start {
				for j, b := range start {
					p.Set(i, j, a*b)
				}
			}
			p = after(p, joint, q, n)
			square := 0.0
			for i := range 2 {
				square += p.At(i, i) - 2*p.At(i, 2+i) + p.At(2+i, 2+i)
			}
			errors = append(errors, math.Sqrt(square))
		}
		strong, _ := m.Orders(s.Structure)
		require.InDelta(t, strong, logSlope(steps, errors), 0.1, "%T: %v", m, errors)
	}
}

func TestSplittingsRefuse(t *testing.T) {
	p := mixed(stochastic.Ito)
	for _, m := range splittings {
		require.ErrorContains(t, stochastic.Check(m, &p.sys), "make the system by Langevin")
		require.Panics(t, func() { m.Stepper(&p.sys, 1) })
	}
	s := oscillator(1, 1, 1)
	require.NoError(t, stochastic.Check(stochastic.BAOAB{}, &s))
	require.NoError(t, stochastic.Check(stochastic.SRA1, &s))
	require.Panics(t, func() { oscillator(1, -1, 1) })
	require.Panics(t, func() { stochastic.Langevin(0, s.Drift, 1, 1) })
	dst, y := make([]float64, 6), []float64{1, 2, 3, 4, 5, 6}
	for _, m := range splittings {
		st, dw := m.Stepper(&s, 3), make([]float64, 3*stochastic.Needs(m, s.Structure).Len(1))
		require.Zero(t, testing.AllocsPerRun(20, func() {
			if err := st.Step(dst, 0, 0.1, y, dw); err != nil {
				t.Fatal(err)
			}
		}))
	}
}

// A step of the oscillator with T = ½ from rest at x = 1, without noise: half a
// kick −0.05, half a drift, friction e^(−0.1), half a drift, half a kick.
func ExampleLangevin() {
	s := stochastic.Langevin(1, func(dst []float64, _ float64, x []float64) error { dst[0] = -x[0]; return nil }, 1, 1)
	dst := make([]float64, 2)
	if err := (stochastic.BAOAB{}).Stepper(&s, 1).Step(dst, 0, 0.1, []float64{1, 0}, []float64{0}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("x = %.6f, v = %.6f\n", dst[0], dst[1])
	// Output: x = 0.995238, v = -0.095004
}

package stochastic_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators/stochastic"
)

// Problem 9, dx = (½x + √(1+x²)) dt + √(1+x²) dw in Itô's sense, dx = √(1+x²) dt +
// √(1+x²) ∘ dw in Stratonovich's: asinh x = t + w. E g(asinh x) with the cubic
// g(z) = z³ − 6z² + 8z is found backwards: of u(x) = E[g at the end | x at step k],
//
//	u_k(z) = E u_{k+1}(asinh of the step from sinh z),
//
// the expectation by quadrature, u_k on a grid of z as its difference from the exact
// cubic with interpolation of degree 5, whose errors are far below those of the
// steps. No Monte Carlo; and the tamed method, which is not linear, is here too.
func TestWeakOrdersOnNonlinearEquation(t *testing.T) {
	for _, e := range stochastic.Catalogue {
		steps := []int{64, 128, 256}
		if e.Name == "sosri" { // whose terms of order 1½ and 2 cancel near 1/100
			steps = []int{2048, 4096, 8192}
		}
		s := stochastic.System{
			Dim: 1, Calculus: e.Method.Calculus(), Structure: stochastic.Diagonal,
			Drift: each(1, func(_ int, _, y float64) float64 {
				if e.Method.Calculus() == stochastic.Ito {
					return y/2 + math.Sqrt(1+y*y)
				}
				return math.Sqrt(1 + y*y)
			}),
			Diffusion:           each(1, func(_ int, _, y float64) float64 { return math.Sqrt(1 + y*y) }),
			DiffusionDerivative: each(1, func(_ int, _, y float64) float64 { return y / math.Sqrt(1+y*y) }),
		}
		s = adapted(t, e.Method, s)
		if stochastic.Check(e.Method, &s) != nil {
			continue
		}
		_, weak := e.Method.Orders(s.Structure)
		var errors []float64
		for _, n := range steps {
			errors = append(errors, backward(t, e.Method, &s, n))
		}
		t.Logf("%-9s %.1f: %.3f %.2g", e.Name, weak, logSlope(steps, errors), errors)
		require.InDelta(t, weak, math.Log2(errors[1]/errors[2]), 0.1, e.Name)
	}
}

// backward returns the error of E g(asinh x(1)) from x = 0 in n steps.
func backward(t *testing.T, m stochastic.Method, s *stochastic.System, n int) float64 {
	const nodes, points, limit = 10, 161, 8.0
	const spacing = 2 * limit / (points - 1)
	h := 1 / float64(n)
	dw, weights := quadrature(stochastic.Needs(m, s.Structure), 1, nodes, h)
	y, next := make([]float64, len(weights)), make([]float64, len(weights))
	st := m.Stepper(s, len(y))
	// By grid point: the moments of z after a step, and what the values of a
	// function on the grid contribute to its expectation.
	moments := make([][3]float64, points)
	expectation := mat.NewDense(points, points, nil)
	for i := range points {
		for q := range y {
			y[q] = math.Sinh(-limit + float64(i)*spacing)
		}
		require.NoError(t, st.Step(next, 0, h, y, dw))
		for q, w := range weights {
			z := math.Asinh(next[q])
			moments[i][0] += w * z
			moments[i][1] += w * z * z
			moments[i][2] += w * z * z * z
			interpolate(expectation.RawRowView(i), w, (z+limit)/spacing)
		}
	}
	// cubic is E g(z + r + w(r)), given the powers of z.
	cubic := func(z [3]float64, r float64) float64 {
		z1 := z[0] + r
		z2 := z[1] + 2*r*z[0] + r*r
		z3 := z[2] + 3*r*z[1] + 3*r*r*z[0] + r*r*r
		return z3 + 3*z1*r - 6*(z2+r) + 8*z1
	}
	extra, before := mat.NewVecDense(points, nil), mat.NewVecDense(points, nil)
	for k := n - 1; k >= 0; k-- {
		before.MulVec(expectation, extra)
		left := float64(n-k-1) * h
		for i := range points {
			z := -limit + float64(i)*spacing
			before.SetVec(i, before.AtVec(i)+cubic(moments[i], left)-cubic([3]float64{z, z * z, z * z * z}, left+h))
		}
		extra, before = before, extra
	}
	return extra.AtVec(points / 2)
}

// interpolate adds weight times the coefficients of the polynomial at x through
// the values at the six points around it; beyond the ends they are held.
func interpolate(row []float64, weight, x float64) {
	x = min(max(x, 0), float64(len(row)-1))
	first := min(max(int(x)-2, 0), len(row)-6)
	for i := range 6 {
		c := weight
		for j := range 6 {
			if j != i {
				c *= (x - float64(first+j)) / float64(i-j)
			}
		}
		row[first+i] += c
	}
}

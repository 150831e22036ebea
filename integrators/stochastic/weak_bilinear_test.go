package stochastic_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators/stochastic"
)

// bilinear is dy = A y dt + B_1 y dw_1 + B_2 y dw_2 in the plane, with matrices
// that commute (complex numbers) or do not.
func bilinear(c stochastic.Calculus, noise stochastic.Structure) (s stochastic.System, a, b1, b2 *mat.Dense) {
	a = mat.NewDense(2, 2, []float64{-0.4, 0.5, 0.2, -0.3})
	b1 = mat.NewDense(2, 2, []float64{0.3, 0.4, -0.2, 0.1})
	b2 = mat.NewDense(2, 2, []float64{-0.2, 0.3, 0.5, 0.2})
	if noise == stochastic.Commutative {
		b1 = mat.NewDense(2, 2, []float64{0.3, -0.4, 0.4, 0.3})
		b2 = mat.NewDense(2, 2, []float64{-0.2, -0.5, 0.5, -0.2})
	}
	return stochastic.System{
		Dim: 2, NoiseDim: 2, Calculus: c, Structure: noise,
		Drift: func(dst []float64, _ float64, y []float64) error {
			for r := 0; r < len(y); r += 2 {
				for i := range 2 {
					dst[r+i] = a.At(i, 0)*y[r] + a.At(i, 1)*y[r+1]
				}
			}
			return nil
		},
		Diffusion: func(dst []float64, _ float64, y []float64) error {
			for r := 0; r < len(y); r += 2 {
				for i := range 2 {
					for k, b := range []*mat.Dense{b1, b2} {
						dst[2*r+2*i+k] = b.At(i, 0)*y[r] + b.At(i, 1)*y[r+1]
					}
				}
			}
			return nil
		},
	}, a, b1, b2
}

// generators returns those of Itô's first and second moments: E y' = G1 E y and,
// for y⊗y of two coordinates each, E (y⊗y)' = G2 E (y⊗y),
//
//	G1 = A [+ ½ Σ B_k²],   G2 = G1⊗I + I⊗G1 + Σ B_k⊗B_k.
func generators(c stochastic.Calculus, a, b1, b2 *mat.Dense) (g1, g2 *mat.Dense) {
	g1, g2 = mat.DenseCopyOf(a), mat.NewDense(4, 4, nil)
	var square, product mat.Dense
	identity := mat.NewDense(2, 2, []float64{1, 0, 0, 1})
	for _, b := range []*mat.Dense{b1, b2} {
		if c == stochastic.Stratonovich {
			square.Mul(b, b)
			square.Scale(0.5, &square)
			g1.Add(g1, &square)
		}
		product.Reset()
		product.Kronecker(b, b)
		g2.Add(g2, &product)
	}
	for _, pair := range [][2]*mat.Dense{{g1, identity}, {identity, g1}} {
		product.Reset()
		product.Kronecker(pair[0], pair[1])
		g2.Add(g2, &product)
	}
	return g1, g2
}

// First and second moments of systems whose noises commute and do not, by the
// exact moments of a step: E M and E M⊗M for y_1 = M y.
func TestWeakOrdersOfTwoNoises(t *testing.T) {
	weakOrders(t, stochastic.General)
	weakOrders(t, stochastic.Commutative)
}

func weakOrders(t *testing.T, structure stochastic.Structure) {
	const nodes = 5 // exact to degree 9; M⊗M of SlowRK is of degree 8
	for _, e := range stochastic.Catalogue {
		s, a, b1, b2 := bilinear(e.Method.Calculus(), structure)
		s = adapted(t, e.Method, s)
		if stochastic.Check(e.Method, &s) != nil || e.Name == "tamed" {
			continue
		}
		_, weak := e.Method.Orders(structure)
		g1, g2 := generators(s.Calculus, a, b1, b2)
		var exact1, exact2 mat.Dense
		exact1.Exp(g1)
		exact2.Exp(g2)
		slopes := make([]float64, 2)
		for which, exact := range []*mat.Dense{&exact1, &exact2} {
			slopes[which] = slopeOf(func(n int) float64 {
				m1, m2 := moments(t, e.Method, &s, nodes, 1/float64(n))
				m := []*mat.Dense{m1, m2}[which]
				m.Pow(m, n)
				m.Sub(m, exact)
				return mat.Norm(m, 2)
			})
		}
		t.Logf("%-9s %v %.3f", e.Name, structure, slopes)
		requireWeakOrder(t, weak, slopes, 0.02, e.Name, structure)
	}
}

// moments returns E M and E M⊗M of a step y_1 = M y.
func moments(t *testing.T, m stochastic.Method, s *stochastic.System, nodes int, h float64) (m1, m2 *mat.Dense) {
	dw, weights := quadrature(stochastic.Needs(m, s.Structure), 2, nodes, h)
	st := m.Stepper(s, len(weights))
	n := s.Dim
	columns := make([][]float64, n)
	for c := range columns {
		y := make([]float64, n*len(weights))
		for r := range weights {
			y[n*r+c] = 1
		}
		columns[c] = make([]float64, len(y))
		require.NoError(t, st.Step(columns[c], 0, h, y, dw))
	}
	m1, m2 = mat.NewDense(n, n, nil), mat.NewDense(n*n, n*n, nil)
	var square mat.Dense
	for r, w := range weights {
		step := mat.NewDense(n, n, nil)
		for c, column := range columns {
			step.SetCol(c, column[n*r:n*(r+1)])
		}
		square.Kronecker(step, step)
		square.Scale(w, &square)
		m2.Add(m2, &square)
		step.Scale(w, step)
		m1.Add(m1, step)
		square.Reset()
	}
	return m1, m2
}

package stochastic_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators/stochastic"
)

// On dy = a(t) y dt + b(t) y dw a step multiplies moments by what quadrature gives
// exactly, and E y^p = exp(∫ p a + ½p(p−1) b²), a + ½b² in the place of a for
// Stratonovich: which sees the times at which a method takes its coefficients. No
// Monte Carlo.
func TestWeakOrdersWithTime(t *testing.T) {
	const nodes = 8 // exact to degree 15; y² of SlowRK is of degree 8
	a := func(t float64) float64 { return 0.3 + 0.5*math.Sin(3*t) }
	b := func(t float64) float64 { return 0.6 + 0.4*math.Cos(2*t) }
	integralA := 0.3 + 0.5*(1-math.Cos(3))/3
	// b² = 0.36 + 0.48 cos 2t + 0.08 (1 + cos 4t)
	integralB2 := 0.36 + 0.24*math.Sin(2) + 0.08 + 0.02*math.Sin(4)
	for _, e := range stochastic.Catalogue {
		s := stochastic.System{
			Dim: 1, Calculus: e.Method.Calculus(), Structure: stochastic.Diagonal,
			Drift:               each(1, func(_ int, t, y float64) float64 { return a(t) * y }),
			Diffusion:           each(1, func(_ int, t, y float64) float64 { return b(t) * y }),
			DiffusionDerivative: each(1, func(_ int, t, _ float64) float64 { return b(t) }),
		}
		s = adapted(t, e.Method, s)
		steps := []int{64, 128, 256}
		if _, ok := e.Method.(*stochastic.SRITableau); ok { // whose terms of order 1½ and 2 cancel near 1/100
			steps = []int{2048, 4096, 8192}
		}
		if stochastic.Check(e.Method, &s) != nil || e.Name == "tamed" { // which is not linear
			continue
		}
		_, weak := e.Method.Orders(s.Structure)
		var slopes []float64
		for _, p := range []float64{1, 2} {
			exact := p*integralA + 0.5*p*(p-1)*integralB2
			if s.Calculus == stochastic.Stratonovich {
				exact += 0.5 * p * integralB2
			}
			var errors []float64
			for _, n := range steps {
				h := 1 / float64(n)
				dw, weights := quadrature(stochastic.Needs(e.Method, s.Structure), 1, nodes, h)
				y, next := make([]float64, len(weights)), make([]float64, len(weights))
				for i := range y {
					y[i] = 1
				}
				st, product := e.Method.Stepper(&s, len(y)), 1.0
				for k := range n {
					require.NoError(t, st.Step(next, float64(k)*h, h, y, dw))
					moment := 0.0
					for i, v := range next {
						moment += weights[i] * math.Pow(v, p)
					}
					product *= moment
				}
				errors = append(errors, product-math.Exp(exact))
			}
			slopes = append(slopes, logSlope(steps, errors))
		}
		t.Logf("%-9s %.1f: %.3f", e.Name, weak, slopes)
		requireWeakOrder(t, weak, slopes, 0.1, e.Name)
	}
}

package stochastic_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators/stochastic"
)

// The logarithm of the stochastic logistic equation, dy = (α − e^y) dt + σ dw, has
// additive noise and a nonlinear drift, and by Itô's formula
//
//	E[e^(−y(T)) | y] = A(τ) e^(−y) + B(τ),   A = e^(cτ),   B = (e^(cτ) − 1)/c,   c = σ²/2 − α,
//
// τ the time left. Its error after n steps is found backwards as in
// [TestWeakOrdersOnNonlinearEquation]. No Monte Carlo.
func TestWeakOrdersOfAdditiveNoiseOnNonlinearDrift(t *testing.T) {
	steps := []int{64, 128, 256}
	for _, e := range stochastic.Catalogue {
		s := logistic(e.Method.Calculus())
		s = adapted(t, e.Method, s)
		if stochastic.Check(e.Method, &s) != nil {
			continue
		}
		_, weak := e.Method.Orders(s.Structure)
		var errors []float64
		for _, n := range steps {
			errors = append(errors, logisticError(t, e.Method, &s, n))
		}
		t.Logf("%-9s %.1f: %.3f %.2g", e.Name, weak, logSlope(steps, errors), errors)
		require.InDelta(t, weak, math.Log2(errors[1]/errors[2]), 0.1, e.Name)
	}
}

const logisticAlpha, logisticSigma = 1.5, 1.0

func logistic(c stochastic.Calculus) stochastic.System {
	return stochastic.System{
		Dim: 1, Calculus: c, Structure: stochastic.AdditiveDiagonal,
		Drift:               each(1, func(_ int, _, y float64) float64 { return logisticAlpha - math.Exp(y) }),
		Diffusion:           each(1, func(int, float64, float64) float64 { return logisticSigma }),
		DiffusionDerivative: each(1, func(int, float64, float64) float64 { return 0 }),
	}
}

// logisticError is that of E e^(−y(1)) from y = 0 in n steps.
func logisticError(t *testing.T, m stochastic.Method, s *stochastic.System, n int) float64 {
	const nodes, points, least, most = 10, 141, -7.0, 4.0
	const spacing = (most - least) / (points - 1)
	h := 1 / float64(n)
	dw, weights := quadrature(stochastic.Needs(m, s.Structure), 1, nodes, h)
	y, next := make([]float64, len(weights)), make([]float64, len(weights))
	st := m.Stepper(s, len(y))
	moments := make([]float64, points) // E e^(−y_1)
	expectation := mat.NewDense(points, points, nil)
	for i := range points {
		for q := range y {
			y[q] = least + float64(i)*spacing
		}
		require.NoError(t, st.Step(next, 0, h, y, dw))
		for q, w := range weights {
			moments[i] += w * math.Exp(-next[q])
			interpolate(expectation.RawRowView(i), w, (next[q]-least)/spacing)
		}
	}
	const c = logisticSigma*logisticSigma/2 - logisticAlpha
	exact := func(moment, left float64) float64 {
		return math.Exp(c*left)*moment + math.Expm1(c*left)/c
	}
	extra, before := mat.NewVecDense(points, nil), mat.NewVecDense(points, nil)
	for k := n - 1; k >= 0; k-- {
		before.MulVec(expectation, extra)
		left := float64(n-k-1) * h
		for i := range points {
			now := exact(math.Exp(-least-float64(i)*spacing), left+h)
			before.SetVec(i, before.AtVec(i)+exact(moments[i], left)-now)
		}
		extra, before = before, extra
	}
	return extra.AtVec(int(math.Round(-least / spacing)))
}

// Every method is put through weak orders by the catalogue, or has tests of its own.
func TestWeakOrdersCoverTheCatalogue(t *testing.T) {
	for _, e := range stochastic.Catalogue {
		switch e.Method.(type) {
		case stochastic.BAOAB, stochastic.OBABO, stochastic.QUICSORT, stochastic.ReversibleHeun:
			continue // TestSplittingsWeakOrders, TestReversibleHeunWeakOrder
		}
		add := adapted(t, e.Method, logistic(e.Method.Calculus()))
		require.NoError(t, stochastic.Check(e.Method, &add), e.Name)
	}
}

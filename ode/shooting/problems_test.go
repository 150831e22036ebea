package shooting_test

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/ode/sensitivity"
	"github.com/ito-sde/ito/ode/shooting"
)

var background = context.Background()

func tolerance(t float64) shooting.Config {
	return shooting.Config{Method: integrators.DOP853, Solve: ode.Config{RTol: t, ATol: t}}
}

// second is y″ = f(t, y, y') as a system of two.
func second(f func(t, y, v float64, p []float64) float64) sensitivity.System {
	return sensitivity.System{Field: func(d []float64, t float64, y, p []float64) error {
		d[0], d[1] = y[1], f(t, y[0], y[1], p)
		return nil
	}}
}

// values are the conditions y(a) = left, y(b) = right on the first component.
func values(left, right float64) func([]float64, [][]float64, []float64) error {
	return func(dst []float64, y [][]float64, _ []float64) error {
		dst[0], dst[1] = y[0][0]-left, y[len(y)-1][0]-right
		return nil
	}
}

// bratu is y″ + λ e^y = 0, y(0) = y(1) = 0.
func bratu(lambda float64) shooting.Problem {
	s := second(func(_, y, _ float64, _ []float64) float64 { return -lambda * math.Exp(y) })
	s.Jacobian = func(fy, _ *mat.Dense, _ float64, y, _ []float64) error {
		fy.Set(0, 1, 1)
		fy.Set(1, 0, -lambda*math.Exp(y[0]))
		return nil
	}
	return shooting.Problem{States: 2, System: s, Points: []float64{0, 1}, Conditions: values(0, 0)}
}

// bratuSolution is y(t) = −2 ln(cosh((t − ½) θ/2)/cosh(θ/4)), where
// θ = √(2λ) cosh(θ/4) has two solutions below λ = 3.51: the one in [from, to].
func bratuSolution(lambda, from, to float64) func(t float64) float64 {
	g := func(theta float64) float64 { return theta - math.Sqrt(2*lambda)*math.Cosh(theta/4) }
	theta := root(g, from, to)
	return func(t float64) float64 { return -2 * math.Log(math.Cosh((t-0.5)*theta/2)/math.Cosh(theta/4)) }
}

// root bisects.
func root(g func(float64) float64, a, b float64) float64 {
	sign := math.Signbit(g(a))
	for range 200 {
		if m := (a + b) / 2; math.Signbit(g(m)) == sign {
			a = m
		} else {
			b = m
		}
	}
	return a
}

// span are the inner ones of equally spaced times.
func span(a, b float64, intervals int) []float64 {
	var t []float64
	for i := 1; i < intervals; i++ {
		t = append(t, a+(b-a)*float64(i)/float64(intervals))
	}
	return t
}

func layer(t, eps float64) float64 {
	return (math.Exp(-t) - math.Exp(-t/eps)) / (math.Exp(-1) - math.Exp(-1/eps))
}

package stochastic_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde/noise"
)

// quadrature returns rows of a path's functionals over a step and their weights,
// with which expectations of polynomials of degree 2·nodes − 1 in each normal
// number are exact. A is what [noise.Draw] makes of one more of them; V = ±h.
func quadrature(f noise.Functionals, dim, nodes int, h float64) (dw, weights []float64) {
	x, w := make([]float64, nodes), make([]float64, nodes)
	quad.Hermite{}.FixedLocations(x, w, math.Inf(-1), math.Inf(1))
	for i := range x {
		x[i] *= math.Sqrt2
		w[i] /= math.SqrtPi
	}
	points, weights := [][]float64{nil}, []float64{1}
	times := func(x, w []float64, scale float64) {
		var next [][]float64
		var nextWeights []float64
		for p, point := range points {
			for i, v := range x {
				next = append(next, append(append([]float64(nil), point...), scale*v))
				nextWeights = append(nextWeights, weights[p]*w[i])
			}
		}
		points, weights = next, nextWeights
	}
	for range dim {
		times(x, w, math.Sqrt(h))
	}
	if f.Has(noise.SpaceTime) {
		for range dim {
			times(x, w, math.Sqrt(h/12))
		}
	}
	for range dim * (dim - 1) / 2 { // one pair at most
		if f.Has(noise.Area) {
			times(x, w, h/math.Sqrt(12))
		}
		if f.Has(noise.TwoPoint) {
			times([]float64{-1, 1}, []float64{0.5, 0.5}, h)
		}
	}
	dw = make([]float64, len(points)*f.Len(dim))
	plane := 0
	put := func(from, n int) {
		for p, point := range points {
			copy(dw[plane+p*n:], point[from:from+n])
		}
		plane += len(points) * n
	}
	put(0, dim)
	if f.Has(noise.SpaceTime) {
		put(dim, dim)
	}
	for at := len(points[0]) - 1; dim == 2 && plane < len(dw); {
		if f.Has(noise.Area) {
			for _, point := range points {
				point[at] += point[2]*point[1] - point[0]*point[3]
			}
		}
		put(at, 1)
	}
	return dw, weights
}

// logSlope is that of log |error| against log h.
func logSlope(steps []int, errors []float64) float64 {
	logH, logE := make([]float64, len(steps)), make([]float64, len(steps))
	for i, n := range steps {
		logH[i], logE[i] = -math.Log(float64(n)), math.Log(math.Abs(errors[i]))
	}
	_, slope := stat.LinearRegression(logH, logE, nil, false)
	return slope
}

var weakSteps = []int{256, 512, 1024, 2048}

// slopeOf fits the order of errors at weakSteps, or, where rounding reaches them, at
// steps 16 times as long.
func slopeOf(errorWith func(steps int) float64) float64 {
	var errors []float64
	for _, n := range weakSteps {
		errors = append(errors, errorWith(n))
	}
	if math.Abs(errors[len(errors)-1]) > 1e-11 {
		return logSlope(weakSteps, errors)
	}
	var steps []int
	for i, n := range weakSteps {
		steps = append(steps, n/16)
		errors[i] = errorWith(n / 16)
	}
	return logSlope(steps, errors)
}

// requireWeakOrder wants the least of the orders of several moments to be the weak
// order: means alone may do better, as those of methods of order 3 without noise.
func requireWeakOrder(t *testing.T, weak float64, slopes []float64, tolerance float64, what ...any) {
	require.InDelta(t, weak, slices.Min(slopes), tolerance, what...)
}

// On a linear system a step multiplies the state by a polynomial in the path's
// functionals, whose moments quadrature gives exactly; n steps multiply moments.
// No Monte Carlo. A tamed step is not linear.
func TestWeakOrders(t *testing.T) {
	const nodes = 12 // exact to degree 23; y² of SlowRK is of degree 8
	const a, b = 0.3, 0.9
	for _, e := range stochastic.Catalogue {
		s := stochastic.System{
			Dim: 1, Calculus: e.Method.Calculus(), Structure: stochastic.Diagonal,
			Drift:               each(1, func(_ int, _, y float64) float64 { return a * y }),
			Diffusion:           each(1, func(_ int, _, y float64) float64 { return b * y }),
			DiffusionDerivative: each(1, func(int, float64, float64) float64 { return b }),
		}
		s = adapted(t, e.Method, s)
		if stochastic.Check(e.Method, &s) != nil || e.Name == "tamed" {
			continue
		}
		_, weak := e.Method.Orders(s.Structure)
		if e.Name == "sri1" {
			weak = 2 // its terms of order 1½ vanish on linear equations
		}
		k := a
		if s.Calculus == stochastic.Stratonovich {
			k += b * b / 2
		}
		var slopes []float64
		for power, exact := range map[float64]float64{1: math.Exp(k), 2: math.Exp(2*k + b*b)} {
			slopes = append(slopes, slopeOf(func(n int) float64 {
				dw, weights := quadrature(stochastic.Needs(e.Method, s.Structure), 1, nodes, 1/float64(n))
				y, next := make([]float64, len(weights)), make([]float64, len(weights))
				for i := range y {
					y[i] = 1
				}
				require.NoError(t, e.Method.Stepper(&s, len(y)).Step(next, 0, 1/float64(n), y, dw))
				moment := 0.0
				for i, v := range next {
					moment += weights[i] * math.Pow(v, power)
				}
				return math.Pow(moment, float64(n)) - exact
			}))
		}
		t.Logf("%-9s moments: %.3f", e.Name, slopes)
		requireWeakOrder(t, weak, slopes, 0.05, e.Name)
	}
}

// Mean and second moment of the Ornstein–Uhlenbeck process, from the step y_1 =
// Ry + cΔw + dH. A method may do better on it than on all additive noise.
func TestWeakOrdersOfAdditiveNoise(t *testing.T) {
	const k, b = 1.5, 0.7
	for _, e := range stochastic.Catalogue {
		s := stochastic.System{
			Dim: 1, Calculus: e.Method.Calculus(), Structure: stochastic.AdditiveDiagonal,
			Drift:     each(1, func(_ int, _, y float64) float64 { return -k * y }),
			Diffusion: each(1, func(int, float64, float64) float64 { return b }),
		}
		s = adapted(t, e.Method, s)
		if stochastic.Check(e.Method, &s) != nil || e.Name == "tamed" {
			continue
		}
		_, weak := e.Method.Orders(s.Structure)
		steps := []int{128, 256, 512, 1024}
		var mean, second []float64
		for _, n := range steps {
			h := 1 / float64(n)
			r, c, d := affine(t, e.Method, &s, h)
			square := 1.0
			for range n {
				square = r*r*square + c*c*h + d*d*h/12
			}
			mean = append(mean, math.Pow(r, float64(n))-math.Exp(-k))
			second = append(second, square-math.Exp(-2*k)+b*b*math.Expm1(-2*k)/(2*k))
		}
		t.Logf("%-9s %.3f %.3f", e.Name, logSlope(steps, mean), logSlope(steps, second))
		require.Greater(t, logSlope(steps, mean), weak-0.05, e.Name)
		require.Greater(t, logSlope(steps, second), weak-0.05, e.Name)
	}
}

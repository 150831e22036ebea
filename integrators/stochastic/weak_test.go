package stochastic_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
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

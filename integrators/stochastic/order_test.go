package stochastic_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde/noise"
)

const (
	paths  = 4096
	finest = 256 // steps in [0, 1]
)

var drawn = map[[2]uint64][][]float64{}

// brownian is the increments of all paths at the finest step.
func brownian(dim int, seed uint64) [][]float64 {
	key := [2]uint64{uint64(dim), seed}
	if dw := drawn[key]; dw != nil {
		return dw
	}
	dw := make([][]float64, finest)
	for k := range dw {
		dw[k] = make([]float64, paths*dim)
		noise.Gaussian{}.Normal(dw[k], dim, noise.Address{Seed: seed, Use: noise.Test, Step: uint64(k)})
		for i := range dw[k] {
			dw[k][i] /= math.Sqrt(finest)
		}
	}
	drawn[key] = dw
	return dw
}

// coarsen adds neighbouring increments.
func coarsen(dw [][]float64) [][]float64 {
	out := make([][]float64, len(dw)/2)
	for k := range out {
		out[k] = make([]float64, len(dw[0]))
		for i := range out[k] {
			out[k][i] = dw[2*k][i] + dw[2*k+1][i]
		}
	}
	return out
}

// run steps all paths over [0, 1].
func run(t testing.TB, m stochastic.Method, s *stochastic.System, y0 []float64, dw [][]float64) []float64 {
	st := m.Stepper(s, paths)
	y, next := make([]float64, 0, paths*s.Dim), make([]float64, paths*s.Dim)
	for range paths {
		y = append(y, y0...)
	}
	h := 1 / float64(len(dw))
	for k := range dw {
		require.NoError(t, st.Step(next, float64(k)*h, h, y, dw[k]))
		y, next = next, y
	}
	return y
}

// convergence fits the slope of the root mean square error against the step by
// regression with weights 1/Var[log error], and bootstraps its standard error
// over paths. last is the error at the finest step.
func convergence(t testing.TB, m stochastic.Method, p problem, seed uint64) (slope, stderr, last float64) {
	noises := p.sys.Noises()
	dw := brownian(noises, seed)
	want, w := make([]float64, paths*p.sys.Dim), make([]float64, paths*noises)
	for _, d := range dw {
		for i, v := range d {
			w[i] += v
		}
	}
	for r := range paths {
		p.exact(want[r*p.sys.Dim:(r+1)*p.sys.Dim], 1, w[r*noises:(r+1)*noises])
	}
	var logH []float64
	var square [][]float64 // by level and path
	for ; len(dw) >= 16; dw = coarsen(dw) {
		y := run(t, m, &p.sys, p.y0, dw)
		e := make([]float64, paths)
		for i := range y {
			e[i/p.sys.Dim] += (y[i] - want[i]) * (y[i] - want[i])
		}
		logH = append(logH, -math.Log(float64(len(dw))))
		square = append(square, e)
	}
	x := make([]float64, paths)
	fit := func(pick []int) float64 {
		var logE, weight []float64
		for _, e := range square {
			for i, r := range pick {
				x[i] = e[r]
			}
			mean, variance := stat.MeanVariance(x, nil)
			logE = append(logE, 0.5*math.Log(mean))
			weight = append(weight, 4*paths*mean*mean/variance)
		}
		_, b := stat.LinearRegression(logH, logE, weight, false)
		return b
	}
	pick := make([]int, paths)
	for i := range pick {
		pick[i] = i
	}
	slope = fit(pick)
	stream := noise.NewStream(noise.Address{Seed: seed, Use: noise.Test, Stage: 1})
	var again []float64
	for range 30 {
		for i := range pick {
			pick[i] = stream.Index(paths)
		}
		again = append(again, fit(pick))
	}
	return slope, stat.StdDev(again, nil), math.Sqrt(stat.Mean(square[0], nil))
}

// Every method of the catalogue on every problem that it accepts. The bootstrap
// error of the slope is at most 0.02, so that 0.1 is five of them (a chance
// below 1e-6 over seeds); the seed is fixed.
func TestStrongOrders(t *testing.T) {
	tried := map[string]int{}
	for _, e := range stochastic.Catalogue {
		for _, p := range problems() {
			if stochastic.Check(e.Method, &p.sys) != nil {
				continue
			}
			tried[e.Name]++
			strong, _ := e.Method.Orders(p.sys.Structure)
			slope, stderr, _ := convergence(t, e.Method, p, 1)
			t.Logf("%-9s %-8s %-12v %.1f: %.3f ± %.3f", e.Name, p.name, p.sys.Calculus, strong, slope, stderr)
			if p.sys.Structure.IsAdditive() {
				// y = φ(t)(c + w) for all such solutions, on which Heun gains an
				// order; TestStrongOrdersOfAdditiveNoise has none of that.
				require.Greater(t, slope, strong-0.1, "%s on %s (%v)", e.Name, p.name, p.sys.Calculus)
			} else {
				require.InDelta(t, strong, slope, 0.1, "%s on %s (%v)", e.Name, p.name, p.sys.Calculus)
			}
			require.Less(t, stderr, 0.02)
		}
		require.GreaterOrEqual(t, tried[e.Name], 3, e.Name)
	}
}

// On dY = −kY dt + b dw a step is y_1 = Ry + cΔw, and the solution Y_1 = EY + J
// with E = e^(−kh), Var J = b²(1−E²)/(2k), Cov[J, Δw] = b(1−E)/k. So the second
// moments of (y, Y) are propagated exactly, without Monte Carlo.
func TestStrongOrdersOfAdditiveNoise(t *testing.T) {
	const k, b = 1.5, 0.7
	for _, e := range stochastic.Catalogue {
		s := stochastic.System{
			Dim: 1, Calculus: e.Method.Calculus(), Structure: stochastic.AdditiveDiagonal,
			Drift:     each(1, func(_ int, _, y float64) float64 { return -k * y }),
			Diffusion: each(1, func(int, float64, float64) float64 { return b }),
		}
		require.NoError(t, stochastic.Check(e.Method, &s))
		strong, _ := e.Method.Orders(s.Structure)
		st := e.Method.Stepper(&s, 1)
		var logH, logE []float64
		for _, n := range []int{64, 128, 256, 512} {
			h := 1 / float64(n)
			out := make([]float64, 1)
			require.NoError(t, st.Step(out, 0, h, []float64{1}, []float64{0}))
			r := out[0]
			require.NoError(t, st.Step(out, 0, h, []float64{0}, []float64{1}))
			c := out[0]
			decay := math.Exp(-k * h)
			// Moments of y², yY and Y² of two solutions that begin at 1.
			yy, yY, YY := 1.0, 1.0, 1.0
			for range n {
				yy = r*r*yy + c*c*h
				yY = r*decay*yY - c*b*math.Expm1(-k*h)/k
				YY = decay*decay*YY - b*b*math.Expm1(-2*k*h)/(2*k)
			}
			logH = append(logH, math.Log(h))
			logE = append(logE, 0.5*math.Log(yy-2*yY+YY))
		}
		_, slope := stat.LinearRegression(logH, logE, nil, false)
		require.InDelta(t, strong, slope, 0.02, e.Name)
	}
}

// A method of the other calculus converges to another solution: its error does
// not fall.
func TestTheOtherCalculusDoesNotConverge(t *testing.T) {
	for _, e := range stochastic.Catalogue {
		for _, p := range []problem{linear(stochastic.Ito), linear(stochastic.Stratonovich)} {
			if p.sys.Calculus == e.Method.Calculus() {
				continue
			}
			var mismatch *stochastic.MismatchError
			require.ErrorAs(t, stochastic.Check(e.Method, &p.sys), &mismatch)
			slope, _, last := convergence(t, e.Method, p, 1)
			require.Less(t, math.Abs(slope), 0.2, "%s on %s", e.Name, p.name)
			require.Greater(t, last, 0.05, "%s on %s", e.Name, p.name)
		}
	}
}

// Without the Lévy area the error of ∫x dw_2 − y dw_1 is exactly ½√(T(h − h'))
// between steps h and h' of the same path, for every method: strong order ½.
func TestNonCommutativeNoise(t *testing.T) {
	fine := brownian(2, 2)
	for _, e := range stochastic.Catalogue {
		s := area(e.Method.Calculus())
		if stochastic.Check(e.Method, &s) != nil {
			continue
		}
		strong, _ := e.Method.Orders(stochastic.General)
		require.Equal(t, 0.5, strong, e.Name)
		want := run(t, e.Method, &s, make([]float64, 3), fine)
		for dw := coarsen(fine); len(dw) >= 16; dw = coarsen(dw) {
			y := run(t, e.Method, &s, make([]float64, 3), dw)
			var square []float64
			for r := range paths {
				d := y[3*r+2] - want[3*r+2]
				square = append(square, d*d)
			}
			mean, dev := stat.MeanStdDev(square, nil)
			exact := (1/float64(len(dw)) - 1.0/finest) / 4
			// Five standard errors: a chance of 1e-6 over seeds.
			require.InDelta(t, exact, mean, 5*dev/math.Sqrt(paths), "%s with %d steps", e.Name, len(dw))
		}
	}
}

// On a linear system a step multiplies the state by a polynomial in Δw, whose
// moments quadrature gives exactly; n steps multiply moments. No Monte Carlo.
func TestWeakOrders(t *testing.T) {
	const nodes = 12 // exact to degree 23; y² of Heun is of degree 4
	x, weight := make([]float64, nodes), make([]float64, nodes)
	quad.Hermite{}.FixedLocations(x, weight, math.Inf(-1), math.Inf(1))
	const a, b = 0.3, 0.9
	for _, e := range stochastic.Catalogue {
		s := stochastic.System{
			Dim: 1, Calculus: e.Method.Calculus(), Structure: stochastic.Diagonal,
			Drift:               each(1, func(_ int, _, y float64) float64 { return a * y }),
			Diffusion:           each(1, func(_ int, _, y float64) float64 { return b * y }),
			DiffusionDerivative: each(1, func(int, float64, float64) float64 { return b }),
		}
		st := e.Method.Stepper(&s, nodes)
		_, weak := e.Method.Orders(s.Structure)
		k := a
		if s.Calculus == stochastic.Stratonovich {
			k += b * b / 2
		}
		for power, exact := range map[float64]float64{1: math.Exp(k), 2: math.Exp(2*k + b*b)} {
			var logH, logE []float64
			for _, n := range []int{64, 128, 256, 512} {
				h := 1 / float64(n)
				y, next, dw := make([]float64, nodes), make([]float64, nodes), make([]float64, nodes)
				for i := range y {
					y[i], dw[i] = 1, math.Sqrt(2*h)*x[i]
				}
				require.NoError(t, st.Step(next, 0, h, y, dw))
				moment := 0.0
				for i, v := range next {
					moment += weight[i] / math.Sqrt(math.Pi) * math.Pow(v, power)
				}
				logH = append(logH, math.Log(h))
				logE = append(logE, math.Log(math.Abs(math.Pow(moment, float64(n))-exact)))
			}
			_, slope := stat.LinearRegression(logH, logE, nil, false)
			require.InDelta(t, weak, slope, 0.05, "%s, moment %v", e.Name, power)
		}
	}
}

package stochastic_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde/noise"
)

// Every method of the catalogue on every problem that it accepts: the claimed
// order is within three bootstrap standard errors of the estimate, at most 0.2
// in all, and the slope near it, to what the next term makes of it at steps of
// 1/16 and less. The seed is fixed.
func TestStrongOrders(t *testing.T) {
	long(t)
	for _, e := range stochastic.Catalogue {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			tried := 0
			for _, p := range problems() {
				p.sys = adapted(t, e.Method, p.sys)
				if stochastic.Check(e.Method, &p.sys) != nil || p.sys.Structure.IsAdditive() && p.sys.Calculus != e.Method.Calculus() {
					continue
				}
				tried++
				strong, _ := e.Method.Orders(p.sys.Structure)
				s := convergence(t, e.Method, p, 1)
				t.Logf("%-8s %-12v %.1f: order %.3f ± %.3f, slope %.3f ± %.3f", p.name, p.sys.Calculus, strong, s.order, s.orderError, s.slope, s.slopeError)
				if p.sys.Structure.IsAdditive() {
					// y = φ(t)(c + w) for all such solutions, on which Heun and
					// others gain an order; the tests of additive noise have none
					// of that.
					require.Greater(t, s.slope, strong-0.1, p.name)
					continue
				}
				margin := 3 * s.orderError
				require.Less(t, margin, 0.2, p.name)
				if e.Name == "tamed" {
					// Its factor 1/(1 + h|a|) has a series in h|a| that one term
					// does not do justice to.
					margin += 0.03
				}
				require.InDelta(t, strong, s.order, margin, p.name)
				require.InDelta(t, strong, s.slope, 0.2, p.name)
			}
			switch e.Method.(type) {
			case stochastic.BAOAB, stochastic.OBABO, stochastic.QUICSORT, stochastic.ReversibleHeun:
				return // they have tests of their own, on systems of their own
			}
			require.GreaterOrEqual(t, tried, 2)
		})
	}
}

// Problem 6 grows from 1 to about 27, and the other sees the times at which methods
// take b. With steps of 1/16 and less the error of the drift, of order 1 or 2, hides
// that of the noise in some methods: the order is at least the claimed one.
func TestStrongOrdersOnGrowthAndTime(t *testing.T) {
	long(t)
	for _, e := range stochastic.Catalogue {
		for _, p := range []problem{power(e.Method.Calculus()), timed(e.Method.Calculus())} {
			p.sys = adapted(t, e.Method, p.sys)
			if stochastic.Check(e.Method, &p.sys) != nil {
				continue
			}
			strong, _ := e.Method.Orders(p.sys.Structure)
			s := convergence(t, e.Method, p, 1)
			require.Greater(t, s.slope, strong-0.1, "%s on %s", e.Name, p.name)
		}
	}
}

// On dY = −kY dt + b dw a step is y_1 = Ry + cΔw + dH, and the solution Y_1 = EY + J
// with E = e^(−kh), Var J = b²(1−E²)/(2k), Cov[J, Δw] = b(1−E)/k and Cov[J, H] =
// b((1+E)/2 − (1−E)/(kh))/−k. So the second moments of (y, Y) are propagated
// exactly, without Monte Carlo. What holds methods of order 1½ back on other
// drifts, a” ∫∫ w dw ds, is absent here: they have order 2.
func TestStrongOrdersOfAdditiveNoise(t *testing.T) {
	const k, b = 1.5, 0.7
	for _, e := range stochastic.Catalogue {
		s := stochastic.System{
			Dim: 1, Calculus: e.Method.Calculus(), Structure: stochastic.AdditiveDiagonal,
			Drift:     each(1, func(_ int, _, y float64) float64 { return -k * y }),
			Diffusion: each(1, func(int, float64, float64) float64 { return b }),
		}
		s = adapted(t, e.Method, s)
		if stochastic.Check(e.Method, &s) != nil || e.Name == "tamed" { // which is not linear
			continue
		}
		strong, _ := e.Method.Orders(s.Structure)
		if strong == 1.5 {
			strong = 2
		}
		var logH, logE []float64
		for _, n := range []int{64, 128, 256, 512} {
			h := 1 / float64(n)
			r, c, d := affine(t, e.Method, &s, h)
			decay := math.Exp(-k * h)
			covW := -b * math.Expm1(-k*h) / k
			covH := b / k * (-math.Expm1(-k*h)/(k*h) - (1+decay)/2)
			// Moments of y², yY and Y² of two solutions that begin at 1.
			yy, yY, YY := 1.0, 1.0, 1.0
			for range n {
				yy = r*r*yy + c*c*h + d*d*h/12
				yY = r*decay*yY + c*covW + d*covH
				YY = decay*decay*YY - b*b*math.Expm1(-2*k*h)/(2*k)
			}
			logH = append(logH, math.Log(h))
			logE = append(logE, 0.5*math.Log(yy-2*yY+YY))
		}
		_, slope := stat.LinearRegression(logH, logE, nil, false)
		require.InDelta(t, strong, slope, 0.02, e.Name)
	}
}

// affine reads off the step y_1 = Ry + cΔw + dH of a linear equation with
// additive noise.
func affine(t *testing.T, m stochastic.Method, s *stochastic.System, h float64) (r, c, d float64) {
	st := m.Stepper(s, 1)
	step := func(y, w, area float64) float64 {
		dw := []float64{w, area}[:stochastic.Needs(m, s.Structure).Len(1)]
		out := make([]float64, 1)
		require.NoError(t, st.Step(out, 0, h, []float64{y}, dw))
		return out[0]
	}
	if stochastic.Needs(m, s.Structure).Has(noise.SpaceTime) {
		d = step(0, 0, 1)
	}
	return step(1, 0, 0), step(0, 1, 0), d
}

// The logarithm of the stochastic logistic equation has additive noise and a
// nonlinear drift,
//
//	dy = (α − e^y) dt + σ dw,   y = αt + σw − ln(1 + ∫ e^(αs+σw(s)) ds) for y_0 = 0,
//
// the integral of e^x over a step being h e^(mean of x) (1 + σ²h/12) where the
// mean is known from H, with an error like that of a method of order 1½, but at a
// quarter of the shortest step here: an eighth. It shows order 1½, and no more,
// and that taming keeps order 1.
func TestStrongOrdersOnNonlinearDrift(t *testing.T) {
	long(t)
	const alpha, sigma = 1, 1
	dw := brownian(1, 1)
	want, integral := make([]float64, paths), make([]float64, paths)
	for k, d := range dw {
		p, h := all.Parts(d, 1), 1./finest
		for i, w := range p.W {
			mean := want[i] + alpha*h/2 + sigma*(p.H[i]+w/2)
			integral[i] += h * math.Exp(mean) * (1 + sigma*sigma*h/12)
			want[i] = alpha*float64(k+1)*h + (want[i] - alpha*float64(k)*h) + sigma*w
		}
	}
	for i := range want {
		want[i] -= math.Log1p(integral[i])
	}
	coarse := coarsen(coarsen(dw, 1), 1)
	for _, e := range stochastic.Catalogue {
		s := stochastic.System{
			Dim: 1, Calculus: e.Method.Calculus(), Structure: stochastic.AdditiveDiagonal,
			Drift:               each(1, func(_ int, _, y float64) float64 { return alpha - math.Exp(y) }),
			Diffusion:           each(1, func(int, float64, float64) float64 { return sigma }),
			DiffusionDerivative: each(1, func(int, float64, float64) float64 { return 0 }),
		}
		s = adapted(t, e.Method, s)
		if stochastic.Check(e.Method, &s) != nil {
			continue
		}
		strong, _ := e.Method.Orders(s.Structure)
		var steps []float64
		var square [][]float64
		for dw := coarse; len(dw) >= 8; dw = coarsen(dw, 1) {
			steps = append(steps, 1/float64(len(dw)))
			square = append(square, squares(run(t, e.Method, &s, []float64{0}, dw), want, 1))
		}
		o := orders(steps, square, 1)
		require.InDelta(t, strong, o.order, 3*o.orderError, e.Name)
		require.Less(t, o.orderError, 0.08, e.Name)
		t.Logf("%-9s %.1f: order %.3f ± %.3f, slope %.3f ± %.3f, last %.2g", e.Name, strong, o.order, o.orderError, o.slope, o.slopeError, o.last)
	}
}

// A method of the other calculus converges to another solution: its error does
// not fall.
func TestTheOtherCalculusDoesNotConverge(t *testing.T) {
	long(t)
	for _, e := range stochastic.Catalogue {
		for _, p := range []problem{linear(stochastic.Ito), linear(stochastic.Stratonovich)} {
			own := linear(e.Method.Calculus())
			own.sys, p.sys = adapted(t, e.Method, own.sys), adapted(t, e.Method, p.sys)
			if p.sys.Calculus == e.Method.Calculus() || stochastic.Check(e.Method, &own.sys) != nil {
				continue
			}
			var mismatch *stochastic.MismatchError
			require.ErrorAs(t, stochastic.Check(e.Method, &p.sys), &mismatch)
			study := convergence(t, e.Method, p, 1)
			require.Less(t, math.Abs(study.slope), 0.2, "%s on %s", e.Name, p.name)
			require.Greater(t, study.last, 0.05, "%s on %s", e.Name, p.name)
		}
	}
}

// Problem 12: the mean square error of ∫x dw_2 − y dw_1 over [0, 1] is h times a
// number that says what a method knows of the Lévy area: ¼ (nothing: strong order
// ½), 1/12 (its mean given H), 0 (all of it), ½ (a random sign in its place).
func TestNonCommutativeNoise(t *testing.T) {
	long(t)
	known := map[string]float64{"shark": 1. / 12, "spark": 1. / 12, "milsteingen": 0, "platenweak": 0.5, "dri1": 0.5, "ri5": 0.5, "ri6": 0.5, "srock2": 0.5, "strang": 0.5}
	fine := brownian(2, 2)
	areas := solutions(problem{sys: area(stochastic.Ito), exact: func(dst []float64, _ float64, w []float64) { copy(dst, w) }}, fine)
	for _, e := range stochastic.Catalogue {
		s, err := stochastic.Semilinear(mat.NewDense(3, 3, nil), area(e.Method.Calculus())) // for all methods
		require.NoError(t, err)
		if stochastic.Check(e.Method, &s) != nil {
			continue
		}
		factor, ok := known[e.Name]
		if !ok {
			factor = 0.25
		}
		strong, _ := e.Method.Orders(stochastic.General)
		require.Equal(t, factor == 0, strong == 1, e.Name)
		for dw := coarsen(fine, 2); len(dw) >= 16; dw = coarsen(dw, 2) {
			y := run(t, e.Method, &s, make([]float64, 3), dw)
			mean, dev := stat.MeanStdDev(squares(y, areas, 3), nil)
			// Five standard errors: a chance of 1e-6 over seeds; and rounding.
			require.InDelta(t, factor/float64(len(dw)), mean, 5*dev/math.Sqrt(paths)+1e-20, "%s with %d steps", e.Name, len(dw))
		}
	}
}

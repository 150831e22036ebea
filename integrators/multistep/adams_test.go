package multistep_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/multistep"
	"github.com/ito-sde/ito/validation"
)

const highest = 12

// At order k a step integrates polynomials of degree k in t, y of degree k+1,
// exactly over any steps, and one more not; its estimate vanishes up to degree
// k−1. The steps vary by a factor of two from one to the next.
func TestAdamsIntegratesPolynomials(t *testing.T) {
	for k := 1; k <= highest; k++ {
		for degree := 0; degree <= k+1; degree++ {
			m := float64(degree)
			f := func(d []float64, t float64, _ []float64) error { d[0] = (m + 1) * math.Pow(t, m); return nil }
			s := multistep.Adams{MinOrder: k, MaxOrder: k}.Stepper(f, 1)
			random := rand.New(rand.NewPCG(1, uint64(k)))
			h, at, y := 0.1, -1.0, []float64{0}
			require.NoError(t, s.Reset(at, y))
			var missed, estimated float64
			for n := range 3 * k {
				next, estimate := []float64{0}, []float64{0}
				require.NoError(t, s.Try(next, estimate, h))
				s.Accept()
				if n >= k { // else the past is too short for order k
					want := math.Pow(at+h, m+1) - math.Pow(at, m+1)
					missed = math.Max(missed, math.Abs(next[0]-y[0]-want))
					estimated = math.Max(estimated, math.Abs(estimate[0]))
				}
				at, y = at+h, next
				h = math.Max(0.05, math.Min(0.2, h*math.Exp2(2*random.Float64()-1)))
			}
			// Differences of order k double the rounding of f k times.
			rounding := 1e-15 * math.Max(1, math.Pow(at, m)) * math.Exp2(float64(k))
			if degree <= k {
				require.Less(t, missed, rounding, "order %d, degree %d", k, degree)
			} else {
				require.Greater(t, missed, 10*rounding, "order %d, degree %d", k, degree)
			}
			if degree < k {
				require.Less(t, estimated, rounding, "order %d, degree %d", k, degree)
			} else {
				require.Greater(t, estimated, 10*rounding, "order %d, degree %d", k, degree)
			}
		}
	}
}

// weights solves Σ_j b_j x_j^i = ∫_0^1 x^i dx for the weights of values at x.
func weights(t *testing.T, x []float64) []float64 {
	n := len(x)
	a, c := mat.NewDense(n, n, nil), mat.NewVecDense(n, nil)
	for i := range n {
		for j := range n {
			a.Set(i, j, math.Pow(x[j], float64(i)))
		}
		c.SetVec(i, 1/float64(i+1))
	}
	var b mat.VecDense
	require.NoError(t, b.SolveVec(a, c))
	return b.RawVector().Data
}

// On y' = λy with equal steps the pair is y_(n+1) = y_n + z(c_0 p + Σ c_(j+1) y_(n−j)),
// p = y_n + z Σ b_j y_(n−j), z = λh, with weights b and c that integrate
// polynomials: y_n = rⁿ where r is a root of that. The root near e^z is taken.
func TestAdamsLinear(t *testing.T) {
	const lambda, h = -0.7, 0.1
	for k := 1; k <= highest; k++ {
		var past, both []float64
		both = append(both, 1)
		for j := range k {
			past, both = append(past, -float64(j)), append(both, -float64(j))
		}
		b, c := weights(t, past), weights(t, both)
		z := lambda * h
		residual := func(r float64) float64 {
			p, sum := 1.0, 0.0
			for j := range k {
				p += z * b[j] * math.Pow(r, -float64(j))
				sum += c[j+1] * math.Pow(r, -float64(j))
			}
			return r - 1 - z*(c[0]*p+sum)
		}
		r := math.Exp(z)
		for range 50 {
			d := 1e-5
			r -= residual(r) * 2 * d / (residual(r+d) - residual(r-d))
		}
		f := func(d []float64, _ float64, y []float64) error { d[0] = lambda * y[0]; return nil }
		s := multistep.Adams{MinOrder: k, MaxOrder: k}.Stepper(f, 1)
		y := []float64{1}
		require.NoError(t, s.Reset(0, y))
		var values [][]float64
		for j := range k {
			values = append(values, []float64{lambda * math.Pow(r, -float64(j))})
		}
		multistep.Remember(s, h, values)
		for n := 1; n <= 20; n++ {
			require.NoError(t, s.Try(y, nil, h))
			s.Accept()
			// Differences of order k double the rounding of f k times, at every step.
			require.InEpsilon(t, math.Pow(r, float64(n)), y[0], float64(n)*2e-16*math.Exp2(float64(k))+2e-14, "order %d, step %d", k, n)
		}
	}
}

// closed is a problem with a solution.
type closed struct {
	name  string
	f     integrators.Field
	exact func(y []float64, t float64)
	dim   int
	end   float64
}

// Growing solutions leave room for high orders: their errors stand above
// rounding at steps that the formulas' parasitic roots are small for.
var (
	growth = closed{"growth", func(d []float64, _ float64, y []float64) error { d[0] = y[0]; return nil },
		func(y []float64, t float64) { y[0] = math.Exp(t) }, 1, 12}
	spiral = closed{"spiral", func(d []float64, _ float64, y []float64) error { d[0], d[1] = y[0]-y[1]/2, y[0]/2+y[1]; return nil },
		func(y []float64, t float64) { y[0], y[1] = math.Exp(t)*math.Cos(t/2), math.Exp(t)*math.Sin(t/2) }, 2, 12}
)

// At order k with exact values in the past the error falls by the power k+1 of
// the step, that of the dense output too. Orders 11 and 12 meet rounding before
// their slopes are straight; TestAdamsOrderPrecise shows theirs.
func TestAdamsOrder(t *testing.T) {
	for k := 1; k <= highest-2; k++ {
		for _, p := range []closed{growth, spiral} {
			for _, dense := range []bool{false, true} {
				got, err := validation.FitOrder(40, 3000, 2e-13, func(steps int) (float64, error) {
					return fixed(k, p, steps, dense)
				})
				require.NoError(t, err, "order %d", k)
				require.InDelta(t, float64(k+1), got.Slope, 0.1, "order %d, %s, dense %v: %v", k, p.name, dense, got)
			}
		}
	}
}

// fixed marches with exact slopes in the past.
func fixed(k int, p closed, steps int, dense bool) (float64, error) {
	s := multistep.Adams{MinOrder: k, MaxOrder: k}.Stepper(p.f, p.dim)
	h := p.end / float64(steps)
	y, want := make([]float64, p.dim), make([]float64, p.dim)
	p.exact(y, 0)
	if err := s.Reset(0, y); err != nil {
		return 0, err
	}
	var past [][]float64
	for j := range k {
		d := make([]float64, p.dim)
		p.exact(want, -float64(j)*h)
		if err := p.f(d, -float64(j)*h, want); err != nil {
			return 0, err
		}
		past = append(past, d)
	}
	multistep.Remember(s, h, past)
	return march(s, p, steps, dense)
}

// march is the relative error at the end of equal steps or, if dense, the worst
// between them.
func march(s integrators.Stepper, p closed, steps int, dense bool) (float64, error) {
	y, want := make([]float64, p.dim), make([]float64, p.dim)
	h, e := p.end/float64(steps), 0.0
	for n := range steps {
		if err := s.Try(y, nil, h); err != nil {
			return 0, err
		}
		s.Accept()
		if dense {
			for _, theta := range []float64{0.25, 0.5, 0.75} {
				if err := s.(integrators.Interpolator).Interpolate(y, theta); err != nil {
					return 0, err
				}
				p.exact(want, (float64(n)+theta)*h)
				e = math.Max(e, distance(y, want))
			}
		}
	}
	if dense {
		return e, nil
	}
	p.exact(want, p.end)
	return distance(y, want), nil
}

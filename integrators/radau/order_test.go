package radau_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/radau"
)

// slope fits log₂ e = a − p log₂ n + b/n² and returns p: on the problems here
// errors have an expansion in h^p (1 + O(h²)) or are close to it.
func slope(steps []int, errorAt func(n int) float64) float64 {
	a, y := mat.NewDense(len(steps), 3, nil), mat.NewVecDense(len(steps), nil)
	for i, n := range steps {
		a.SetRow(i, []float64{1, math.Log2(float64(n)), float64(steps[0]*steps[0]) / float64(n*n)})
		y.SetVec(i, math.Log2(errorAt(n)))
	}
	var fit mat.VecDense
	if err := fit.SolveVec(a, y); err != nil {
		return math.NaN()
	}
	return -fit.AtVec(1)
}

// The exact solutions of both are (cos t, sin t).
var rotations = map[string]integrators.Field{
	"linear": func(d []float64, _ float64, y []float64) error {
		d[0], d[1] = -y[1], y[0]
		return nil
	},
	"cubic": func(d []float64, _ float64, y []float64) error {
		r := (3 + y[0]*y[0] + y[1]*y[1]) / 4
		d[0], d[1] = -y[1]*r, y[0]*r
		return nil
	},
}

// ladders are numbers of steps over 20 units of time for errors well above the level of rounding, some 1e-13.
var ladders = map[*radau.Method][]int{
	radau.IIA5:  {120, 160, 200, 240},
	radau.IIA9:  {32, 40, 48, 56},
	radau.IIA13: {8, 9, 10, 11},
}

func TestOrders(t *testing.T) {
	for name, f := range rotations {
		const end = 20
		at := func(m *radau.Method, end float64) func(n int) float64 {
			return func(n int) float64 {
				_, y := fixed(t, m, problem{f: f, y0: []float64{1, 0}, t1: end}, n)
				return math.Hypot(y[0]-math.Cos(end), y[1]-math.Sin(end))
			}
		}
		require.InDelta(t, 1, slope([]int{2000, 3000, 4000}, at(radau.IIA1, 2)), 0.1, name)
		for m, n := range ladders {
			order, _ := m.Order()
			require.InDelta(t, order, slope(n, at(m, end)), 0.1, "%s, %v", name, m)
		}
	}
}

// With an estimate the interpolant misses the solution inside a step by O(h^(s+2)), and
// joins its ends.
func TestInterpolantOrderWithEstimate(t *testing.T) {
	steps := map[*radau.Method][]int{radau.IIA5: {40, 60, 80}, radau.IIA9: {20, 30, 40}, radau.IIA13: {6, 8, 10}}
	for name, f := range rotations {
		for m, n := range steps {
			_, estimate := m.Order()
			y, e := make([]float64, 2), make([]float64, 2)
			p := slope(n, func(n int) float64 {
				h, worst := 4/float64(n), 0.0
				s := m.Stepper(f, 2)
				require.NoError(t, s.Reset(0, []float64{1, 0}))
				require.NoError(t, s.Try(y, e, h))
				end := slices.Clone(y)
				s.Accept()
				// Between the ends lies what the estimate of another Try must not change.
				require.NoError(t, s.Try(y, e, h/3))
				at := func(theta float64) []float64 {
					require.NoError(t, s.(integrators.Interpolator).Interpolate(y, theta))
					return y
				}
				for theta := 0.05; theta < 1; theta += 0.05 {
					y := at(theta)
					worst = math.Max(worst, math.Hypot(y[0]-math.Cos(theta*h), y[1]-math.Sin(theta*h)))
				}
				require.InDeltaSlice(t, end, at(1), 1e-14)
				return worst
			})
			require.InDelta(t, estimate+2, p, 0.1, "%s, %v", name, m)
		}
	}
}

// The interpolant misses the solution inside a step by O(h^(s+1)), and joins its
// ends.
func TestInterpolantOrder(t *testing.T) {
	steps := map[*radau.Method][]int{
		radau.IIA1:  {200, 300, 400},
		radau.IIA5:  {40, 60, 80},
		radau.IIA9:  {20, 30, 40},
		radau.IIA13: {10, 12, 14, 16},
	}
	for name, f := range rotations {
		for m, n := range steps {
			_, estimate := m.Order()
			y := make([]float64, 2)
			p := slope(n, func(n int) float64 {
				h, worst := 4/float64(n), 0.0
				// One step, so that what is measured is the interpolant alone.
				s, _ := fixed(t, m, problem{f: f, y0: []float64{1, 0}, t1: h}, 1)
				for theta := 0.05; theta < 1; theta += 0.05 {
					require.NoError(t, s.(integrators.Interpolator).Interpolate(y, theta))
					worst = math.Max(worst, math.Hypot(y[0]-math.Cos(theta*h), y[1]-math.Sin(theta*h)))
				}
				return worst
			})
			require.InDelta(t, estimate+1, p, 0.1, "%s, %v", name, m)
			s, end := fixed(t, m, problem{f: f, y0: []float64{1, 0}, t1: 4}, n[0])
			require.NoError(t, s.(integrators.Interpolator).Interpolate(y, 1))
			require.InDeltaSlice(t, end, y, 1e-14)
		}
	}
}

// The order holds for differential-algebraic equations of index 1, here with a
// mass matrix that is not diagonal: y = cos t, u = sin t, and w = y u + 1,
//
//	y' + w'/2 = −u + (y² − u²)/2 + w − 1 − y u,   u' = y,   0 = w − y u − 1
//
// (the factor of y', 1 + u/2, never vanishes).
func TestIndex1Order(t *testing.T) {
	pattern := jacobian.Dense(3)
	mass := pattern.New()
	mass.Set(0, 0, 1)
	mass.Set(0, 2, 0.5)
	mass.Set(1, 1, 1)
	f := func(d []float64, _ float64, y []float64) error {
		d[0] = -y[1] + (y[0]*y[0]-y[1]*y[1])/2 + y[2] - 1 - y[0]*y[1]
		d[1] = y[0]
		d[2] = y[2] - y[0]*y[1] - 1
		return nil
	}
	for m, n := range map[*radau.Method][]int{radau.IIA5: {60, 80, 100, 120}, radau.IIA9: {24, 28, 32}} {
		order, _ := m.Order()
		p := slope(n, func(n int) float64 {
			_, y := fixed(t, m, problem{f: f, y0: []float64{1, 0, 1}, t1: 8, l: integrators.Linearisation{Mass: mass}}, n)
			sin, cos := math.Sincos(8)
			require.InDelta(t, y[0]*y[1]+1, y[2], 1e-12) // the constraint holds to rounding
			return math.Hypot(math.Hypot(y[0]-cos, y[1]-sin), y[2]-sin*cos-1)
		})
		require.InDelta(t, order, p, 0.1, "%v", m)
	}
}

// On Prothero and Robinson's y' = λ(y − φ) + φ' with λ h → −∞ the error of a
// step is that of the quadrature of order s over z = λ h: O(h^s/λ). Prothero,
// Robinson (1974); Hairer, Wanner (1996), section IV.15.
func TestProtheroRobinson(t *testing.T) {
	const lambda = -1e5
	f := func(d []float64, t float64, y []float64) error {
		d[0] = lambda*(y[0]-math.Sin(t)) + math.Cos(t)
		return nil
	}
	for m, n := range map[*radau.Method][]int{radau.IIA5: {40, 60, 80}, radau.IIA9: {6, 8, 10}} {
		_, estimate := m.Order()
		p := slope(n, func(n int) float64 {
			_, y := fixed(t, m, problem{f: f, y0: []float64{0}, t1: 1.5}, n)
			return math.Abs(y[0] - math.Sin(1.5))
		})
		require.InDelta(t, estimate, p, 0.3, "%v", m)
	}
}

// What rounding takes off the state is kept, and what the transformation rounds off
// does not reach it: twenty thousand steps of a constant slope leave the rounding of
// one, where plain sums lose a thousand times as much.
func TestSumsAreCompensated(t *testing.T) {
	const n, h, slope = 20_000, 5e-5, 0.3
	for _, e := range radau.Catalogue {
		s := e.Method.Stepper(func(dst []float64, _ float64, _ []float64) error { dst[0] = slope; return nil }, 1)
		y := []float64{1}
		require.NoError(t, s.Reset(0, y))
		carry := s.(integrators.Compensated).Carry
		for i := range n {
			require.NoError(t, s.Try(y, nil, h))
			if s.Accept(); i%10 == 9 { // from another stepper it may as well go on
				low := carry()[0]
				require.NoError(t, s.Reset(0, y))
				require.Zero(t, carry()[0])
				carry()[0] = low
			}
		}
		// The weights add up to 1 to some roundings.
		require.InDelta(t, 1+n*h*slope, y[0], 8*0x1p-53, e.Name)
	}
}

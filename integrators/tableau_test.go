package integrators_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/integrators"
)

func TestTableauxSatisfyTheirOrderConditions(t *testing.T) {
	for _, e := range integrators.Catalogue {
		require.NoError(t, e.Method.Validate(), e.Name)
		higher := *e.Method
		higher.P++
		require.ErrorIs(t, higher.Validate(), integrators.ErrTableau, "%s is of no higher order than claimed", e.Name)
		if e.Method.Dense != nil {
			higher = *e.Method
			higher.DenseP++
			require.ErrorIs(t, higher.Validate(), integrators.ErrTableau, "%s's interpolant is of no higher order than claimed", e.Name)
		}
		broken := *e.Method
		broken.B = append([]float64(nil), e.Method.B...)
		broken.B[0] += 1e-9
		require.ErrorIs(t, broken.Validate(), integrators.ErrTableau, e.Name)
	}
}

// At θ = 1 the interpolant's weights are those of the step.
func TestDenseEndsAtStep(t *testing.T) {
	for _, e := range integrators.Catalogue {
		for i, row := range e.Method.Dense {
			sum, size := 0.0, 1.0
			for _, c := range row {
				sum += c
				size += math.Abs(c) // some reach 1e5
			}
			require.InDelta(t, append(e.Method.B, make([]float64, len(e.Method.ExtraA))...)[i], sum, 0x1p-50*size, "%s stage %d", e.Name, i)
		}
	}
}

var problems = []struct {
	name string
	f    integrators.Field
	// exact is the solution that starts at exact(0).
	exact func(dst []float64, t float64)
	dim   int
}{
	{"y' = y cos t", func(d []float64, t float64, y []float64) error {
		d[0] = y[0] * math.Cos(t)
		return nil
	}, func(d []float64, t float64) { d[0] = math.Exp(math.Sin(t)) }, 1},
	{"Kepler", func(d []float64, _ float64, y []float64) error {
		r := math.Hypot(y[0], y[1])
		d[0], d[1], d[2], d[3] = y[2], y[3], -y[0]/(r*r*r), -y[1]/(r*r*r)
		return nil
	}, kepler, 4},
}

// kepler is the orbit of eccentricity 0.2 by Kepler's equation t = E − e sin E.
func kepler(d []float64, t float64) {
	const e = 0.2
	E := t
	for range 50 {
		E -= (E - e*math.Sin(E) - t) / (1 - e*math.Cos(E))
	}
	b, rate := math.Sqrt(1-e*e), 1/(1-e*math.Cos(E))
	d[0], d[1], d[2], d[3] = math.Cos(E)-e, b*math.Sin(E), -math.Sin(E)*rate, b*math.Cos(E)*rate
}

// failure is log₂ of the error at the end of n steps over [0, 2], or at two fifths
// of the last one.
func failure(t *testing.T, m *integrators.Tableau, p, n int, inside bool) float64 {
	pr, h, at := problems[p], 2/float64(n), 2.0
	got, want := make([]float64, pr.dim), make([]float64, pr.dim)
	pr.exact(want, 0)
	s := m.Stepper(pr.f, pr.dim)
	require.NoError(t, s.Reset(0, want))
	for range n {
		require.NoError(t, s.Try(got, nil, h))
		s.Accept()
	}
	if inside {
		require.NoError(t, s.(integrators.Interpolator).Interpolate(got, 0.4))
		at -= 0.6 * h
	}
	pr.exact(want, at)
	return math.Log2(floats.Distance(got, want, 2))
}

// The stepper's order is the slope of log error over log h, extrapolated once, at
// errors far above rounding. Above order four it settles only where rounding
// begins; those are left to TestOrdersBeyondRounding.
func TestOrders(t *testing.T) {
	for _, e := range integrators.Catalogue {
		if e.Method.P > 4 {
			continue
		}
		for p, pr := range problems {
			for _, inside := range []bool{false, true} {
				coarse, middle, fine := failure(t, e.Method, p, 50, inside), failure(t, e.Method, p, 100, inside), failure(t, e.Method, p, 200, inside)
				require.InDelta(t, e.Method.P, 2*(middle-fine)-(coarse-middle), 0.1, "%s: %s, inside %t", e.Name, pr.name, inside)
			}
		}
	}
}

// A revolution on a circle in 160 steps of Verner's method of order 6: with the
// coefficients rounded one by one it ends 4e-11 off, with sums that hold at what is
// left of truncation, 3e-13, and of rounding.
func TestBalance(t *testing.T) {
	s := integrators.Verner6.Stepper(problems[1].f, 4)
	y := []float64{1, 0, 0, 1}
	require.NoError(t, s.Reset(0, y))
	for range 160 {
		require.NoError(t, s.Try(y, nil, 2*math.Pi/160))
		s.Accept()
	}
	require.InDeltaSlice(t, []float64{1, 0, 0, 1}, y, 4e-12)
}

func TestEvaluations(t *testing.T) {
	for _, e := range integrators.Catalogue {
		calls := 0
		s := e.Method.Stepper(func(d []float64, _ float64, y []float64) error { calls++; d[0] = -y[0]; return nil }, 1)
		require.NoError(t, s.Reset(0, []float64{1}))
		y := make([]float64, 1)
		for range 10 {
			require.NoError(t, s.Try(y, y, 0.2)) // rejected
			require.NoError(t, s.Try(y, nil, 0.1))
			s.Accept()
		}
		n := e.Method.Stages()
		want := 10 * (2*n - 1) // the first stage serves both tries
		if e.Method.FSAL() {
			want = 10*2*(n-1) + 1
		}
		require.Equal(t, want, calls, e.Name)
	}
}

func TestStepperDoesNotAllocate(t *testing.T) {
	for _, e := range integrators.Catalogue {
		s := e.Method.Stepper(problems[1].f, 4)
		require.NoError(t, s.Reset(0, []float64{1, 0, 0, 1}))
		y, est := make([]float64, 4), make([]float64, 4)
		require.Zero(t, testing.AllocsPerRun(100, func() {
			if err := s.Try(y, est, 0.01); err != nil {
				panic(err)
			}
			s.Accept()
			if err := s.(integrators.Interpolator).Interpolate(y, 0.5); err != nil {
				panic(err)
			}
		}), e.Name)
	}
}

// One step of e' = e by RK4 is the series of e^h to fourth order.
func ExampleTableau() {
	s := integrators.RK4.Stepper(func(d []float64, _ float64, y []float64) error { d[0] = y[0]; return nil }, 1)
	y := []float64{1}
	if err := s.Reset(0, y); err != nil {
		fmt.Println(err)
		return
	}
	if err := s.Try(y, nil, 1); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.6f = 1 + 1 + 1/2 + 1/6 + 1/24\n", y[0])
	// Output: 2.708333 = 1 + 1 + 1/2 + 1/6 + 1/24
}

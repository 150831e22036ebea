package integrators_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/integrators"
)

func TestTableauxSatisfyTheirOrderConditions(t *testing.T) {
	for _, e := range integrators.Catalogue {
		require.NoError(t, e.Method.Validate(), e.Name)
		higher := *e.Method
		higher.P++
		require.ErrorIs(t, higher.Validate(), integrators.ErrTableau, "%s is of no higher order than claimed", e.Name)
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
			sum := 0.0
			for _, c := range row {
				sum += c
			}
			require.InDelta(t, e.Method.B[i], sum, 1e-13, "%s stage %d", e.Name, i)
		}
	}
}

var problems = []struct {
	name  string
	f     integrators.Field
	y0    []float64
	exact func(dst []float64, t float64)
}{
	{"oscillator", func(d []float64, _ float64, y []float64) error { d[0], d[1] = y[1], -y[0]; return nil },
		[]float64{0, 1}, func(d []float64, t float64) { d[0], d[1] = math.Sin(t), math.Cos(t) }},
	{"y' = y cos t", func(d []float64, t float64, y []float64) error { d[0] = y[0] * math.Cos(t); return nil },
		[]float64{1}, func(d []float64, t float64) { d[0] = math.Exp(math.Sin(t)) }},
}

// slope fits log error against log steps; inside asks for the state between steps.
func slope(t *testing.T, m *integrators.Tableau, p int, inside bool) float64 {
	pr := problems[p]
	var x, y []float64
	for _, n := range []int{40, 57, 80, 113} {
		s := m.Stepper(pr.f, len(pr.y0))
		require.NoError(t, s.Reset(0, pr.y0))
		h := 2 / float64(n)
		got, want := make([]float64, len(pr.y0)), make([]float64, len(pr.y0))
		worst := 0.0
		for i := range n {
			require.NoError(t, s.Try(got, nil, h))
			s.Accept()
			at := float64(i+1) * h
			if inside {
				at = (float64(i) + 0.4) * h
				s.(integrators.Interpolator).Interpolate(got, 0.4)
			}
			pr.exact(want, at)
			for j := range got {
				worst = max(worst, math.Abs(got[j]-want[j]))
			}
		}
		x, y = append(x, math.Log(float64(n))), append(y, math.Log(worst))
	}
	_, b := stat.LinearRegression(x, y, nil, false)
	return -b
}

func TestOrders(t *testing.T) {
	for _, e := range integrators.Catalogue {
		for p := range problems {
			require.InDelta(t, e.Method.P, slope(t, e.Method, p, false), 0.1, "%s, %s", e.Name, problems[p].name)
			// Inside a step: the method's order, but no more than the
			// interpolant's local error, h⁴ of Hermite's cubic and h⁵ of
			// Dormand–Prince's quartic.
			want := min(e.Method.P, 4)
			if e.Method.Dense != nil {
				want = 5
			}
			require.Greater(t, slope(t, e.Method, p, true), float64(want)-0.15, "%s inside, %s", e.Name, problems[p].name)
		}
	}
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
		s := e.Method.Stepper(problems[0].f, 2)
		require.NoError(t, s.Reset(0, problems[0].y0))
		y, est := make([]float64, 2), make([]float64, 2)
		require.Zero(t, testing.AllocsPerRun(100, func() {
			if err := s.Try(y, est, 0.01); err != nil {
				panic(err)
			}
			s.Accept()
			s.(integrators.Interpolator).Interpolate(y, 0.5)
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

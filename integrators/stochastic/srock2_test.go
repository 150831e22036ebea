package stochastic_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/integrators/stochastic"
)

// amplify is E y_1 and E y_1² of a step from 1 of dy = py dt + qy dw, h = 1.
func amplify(t *testing.T, m stochastic.Method, p, q float64) (mean, square float64) {
	s := stochastic.System{
		Dim: 1, Structure: stochastic.Diagonal,
		Drift:     each(1, func(_ int, _, y float64) float64 { return p * y }),
		Diffusion: each(1, func(_ int, _, y float64) float64 { return q * y }),
	}
	dw, weights := quadrature(0, 1, 5, 1) // y_1² is of degree 6 in Δw
	y, next := make([]float64, len(weights)), make([]float64, len(weights))
	for i := range y {
		y[i] = 1
	}
	require.NoError(t, m.Stepper(&s, len(y)).Step(next, 0, 1, y, dw))
	for i, w := range weights {
		mean += w * next[i]
		square += w * next[i] * next[i]
	}
	return mean, square
}

// Every number of stages there is: stable wherever the equation with a fiftieth more
// noise is, to the end of its reach.
func TestSROCK2IsStable(t *testing.T) {
	const radius = 1
	m := stochastic.SROCK2{Radius: radius}
	seen := map[int]float64{} // stages and the longest step for which they are taken
	for h := 0.01; h < 17200; h *= 1.01 {
		seen[m.Stages(h)] = h
		scaled := stochastic.SROCK2{Radius: h}
		for _, share := range []float64{1, 0.83, 0.61, 0.37, 0.1, 0.01} {
			p := -h * share
			mean, square := amplify(t, scaled, p, math.Sqrt(-2*p*0.98))
			require.Less(t, square, 1.0, "%d stages, h λ = %v", m.Stages(h), p)
			require.Less(t, math.Abs(mean), 1.0)
		}
	}
	require.Len(t, seen, 46-2, "all but 4 and 5")
	for s, h := range seen {
		if s < 6 {
			continue
		}
		require.InDelta(t, 0.43*float64(s*s), h, 0.02*h)
	}
	require.Zero(t, m.Stages(17300))
	require.Equal(t, 200, m.Stages(17200))
	require.Equal(t, 3, stochastic.SROCK2{}.Stages(1e9))
}

// Every number of stages has the moments of a step of weak order 2: its errors in
// E y_1 and E y_1² are O(h³), with p = −h and q² = h, and eight times less at half h.
func TestSROCK2HasOrderTwoWithAllStages(t *testing.T) {
	errors := func(radius, h float64) [2]float64 {
		mean, square := amplify(t, stochastic.SROCK2{Radius: radius}, -h, math.Sqrt(h))
		return [2]float64{mean - math.Exp(-h), square - math.Exp(-h)}
	}
	for radius := 0.01; radius < 17200; radius *= 1.1 {
		coarse, fine := errors(radius, 0.02), errors(radius, 0.01)
		for i := range coarse {
			require.InDelta(t, 3, math.Log2(coarse[i]/fine[i]), 0.1, "radius %v, moment %d", radius, i+1)
		}
	}
}

// The heat equation with noise on 50 points in steps a thousand times too long for
// Euler–Maruyama's method, which blows up; a longer one is refused with the remedy.
func TestSROCK2OnAStiffSystem(t *testing.T) {
	const n, h = 50, 0.1
	s := stochastic.System{
		Dim: n, Structure: stochastic.Diagonal,
		Drift: func(dst []float64, _ float64, y []float64) error {
			for i := range dst {
				dst[i] = -2 * y[i] * n * n
				if i > 0 {
					dst[i] += y[i-1] * n * n
				}
				if i < n-1 {
					dst[i] += y[i+1] * n * n
				}
			}
			return nil
		},
		Diffusion: each(n, func(_ int, _, y float64) float64 { return y }),
	}
	end := func(m stochastic.Method) float64 {
		st, y, next, dw := m.Stepper(&s, 1), make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range y {
			y[i] = 1
		}
		for k := range 10 {
			for i := range dw {
				dw[i] = math.Sqrt(h) * math.Sin(float64(7*k+3*i))
			}
			require.NoError(t, st.Step(next, 0, h, y, dw))
			y, next = next, y
		}
		return floats.Norm(y, 2)
	}
	stiff := stochastic.SROCK2{Radius: 4 * n * n}
	require.Equal(t, 49, stiff.Stages(h))
	require.Less(t, end(stiff), 0.1)
	require.Greater(t, end(stochastic.EulerMaruyama{}), 1e10)

	err := stiff.Stepper(&s, 1).Step(make([]float64, n), 0, 2, make([]float64, n), make([]float64, n))
	require.ErrorIs(t, err, stochastic.ErrStages)
	require.ErrorContains(t, err, "take steps below 1.72")
	for _, radius := range []float64{-1, math.NaN(), math.Inf(1)} {
		require.ErrorContains(t, stochastic.Check(stochastic.SROCK2{Radius: radius}, &s), "give SROCK2 a finite Radius")
	}
}

// A step a hundred times longer than those of an explicit method.
func ExampleSROCK2() {
	m := stochastic.SROCK2{Radius: 1000}
	fmt.Println("stages:", m.Stages(0.2))
	s := stochastic.System{
		Dim: 1, Structure: stochastic.Diagonal,
		Drift:     func(dst []float64, _ float64, y []float64) error { dst[0] = -1000 * y[0]; return nil },
		Diffusion: func(dst []float64, _ float64, y []float64) error { dst[0] = y[0]; return nil },
	}
	dst := make([]float64, 1)
	if err := m.Stepper(&s, 1).Step(dst, 0, 0.2, []float64{1}, []float64{0.3}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("decays:", math.Abs(dst[0]) < 1)
	// Output:
	// stages: 22
	// decays: true
}

package stochastic_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators/stochastic"
)

// Stable wherever the equation with a hundredth more noise is, to the end of the reach
// of every number of stages; not beyond it.
func TestSKROCKIsStable(t *testing.T) {
	for _, s := range []int{2, 3, 4, 5, 7, 10, 20, 50, 100, 300} {
		reach := 1.93 * float64(s*s)
		m := stochastic.SKROCK{Radius: reach * (1 - 1e-12)}
		require.Equal(t, s, m.Stages(1))
		for k := 1; k <= 200; k++ {
			p := -reach * float64(k) / 200
			mean, square := amplify(t, m, p, math.Sqrt(-2*p*0.99))
			require.Less(t, square, 1.0, "%d stages, h λ = %v", s, p)
			require.Less(t, math.Abs(mean), 1.0)
		}
		_, square := amplify(t, m, -1.02*reach, 0)
		require.Greater(t, square, 1.0, "%d stages", s)
	}
	require.Equal(t, 2, stochastic.SKROCK{}.Stages(1e9))
	require.Equal(t, 10000, stochastic.SKROCK{Radius: 1.93e8}.Stages(1))
	require.Zero(t, stochastic.SKROCK{Radius: 1.94e8}.Stages(1))
}

// Errors of a step in E y_1 and E y_1² are O(h²) with any number of stages.
func TestSKROCKHasOrderOneWithAllStages(t *testing.T) {
	errors := func(radius, h float64) [2]float64 {
		mean, square := amplify(t, stochastic.SKROCK{Radius: radius}, -h, math.Sqrt(h))
		return [2]float64{mean - math.Exp(-h), square - math.Exp(-h)}
	}
	for radius := 1.0; radius < 1e6; radius *= 3 {
		coarse, fine := errors(radius, 0.002), errors(radius, 0.001)
		for i := range coarse {
			require.InDelta(t, 2, math.Log2(coarse[i]/fine[i]), 0.1, "radius %v, moment %d", radius, i+1)
		}
	}
}

func TestSKROCKRefuses(t *testing.T) {
	s := linear(stochastic.Ito).sys
	for _, radius := range []float64{-1, math.NaN(), math.Inf(1)} {
		require.ErrorContains(t, stochastic.Check(stochastic.SKROCK{Radius: radius}, &s), "give SKROCK a finite Radius")
	}
	err := stochastic.SKROCK{Radius: 1e9}.Stepper(&s, 1).Step(make([]float64, 2), 0, 1, make([]float64, 2), make([]float64, 2))
	require.ErrorIs(t, err, stochastic.ErrStages)
	require.ErrorContains(t, err, "take steps below 0.193")
}

// Stages beside those of SROCK2 for the same step.
func ExampleSKROCK() {
	for _, stiffness := range []float64{1, 100, 10000} {
		fmt.Println(stochastic.SKROCK{Radius: stiffness}.Stages(1), stochastic.SROCK2{Radius: stiffness}.Stages(1))
	}
	// Output:
	// 2 3
	// 8 16
	// 72 165
}

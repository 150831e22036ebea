package stochastic_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators/stochastic"
)

func TestVerifyAcceptsWhatHolds(t *testing.T) {
	for _, p := range problems() {
		for _, y := range [][]float64{{0.3, -0.7, 1}, {-1.2, 0.1, 2}, {0, 0, 0}} {
			require.NoError(t, p.sys.Verify(0.5, y[:p.sys.Dim]), p.name)
		}
	}
	s := area(stochastic.Ito)
	require.NoError(t, s.Verify(0, []float64{1, 2, 3}))
}

func TestVerifyFindsWhatDoesNot(t *testing.T) {
	s := area(stochastic.Ito)
	s.Structure = stochastic.Commutative
	err := s.Verify(0, []float64{1, 2, 3})
	require.ErrorIs(t, err, stochastic.ErrSystem)
	// b_1 = (1, 0, −y/2), b_2 = (0, 1, x/2): L^2 b_1 = −½, L^1 b_2 = ½.
	require.EqualError(t, err, "stochastic: not a system: declared commutative, but L^1 b_0 − L^0 b_1 = -1 in coordinate 2 at t = 0; declare General")

	wrong := linear(stochastic.Ito).sys
	wrong.DiffusionDerivative = each(2, func(int, float64, float64) float64 { return 0.5 }) // right for the first
	require.ErrorContains(t, wrong.Verify(0, []float64{1, 2}), "DiffusionDerivative is 0.5 in coordinate 1")

	coupled := linear(stochastic.Ito).sys
	coupled.Diffusion = func(dst []float64, _ float64, y []float64) error {
		dst[0], dst[1] = 0.5*y[0], -0.4*y[1]+0.01*y[0]
		return nil
	}
	require.ErrorContains(t, coupled.Verify(0, []float64{1, 2}), "∂b_1/∂y_0 = 0.01")

	undefined := linear(stochastic.Ito).sys
	undefined.Diffusion = each(2, func(_ int, _, y float64) float64 { return math.Sqrt(y) })
	require.ErrorIs(t, undefined.Verify(0, []float64{0, 1}), stochastic.ErrSystem, "no derivative at 0")

	broken := errors.New("broken")
	fails := linear(stochastic.Ito).sys
	fails.Diffusion = func([]float64, float64, []float64) error { return broken }
	require.ErrorIs(t, fails.Verify(0, []float64{1, 2}), broken)
	require.Panics(t, func() { _ = wrong.Verify(0, []float64{1}) })
	empty := stochastic.System{}
	require.ErrorIs(t, empty.Verify(0, nil), stochastic.ErrSystem)
}

func ExampleSystem_Verify() {
	s := stochastic.System{
		Dim: 1, Structure: stochastic.Diagonal,
		Drift:               func(dst []float64, _ float64, _ []float64) error { dst[0] = 0; return nil },
		Diffusion:           func(dst []float64, _ float64, y []float64) error { dst[0] = y[0] * y[0]; return nil },
		DiffusionDerivative: func(dst []float64, _ float64, y []float64) error { dst[0] = y[0]; return nil }, // should be 2y
	}
	fmt.Println(s.Verify(0, []float64{3}))
	// Output: stochastic: not a system: DiffusionDerivative is 3 in coordinate 0 at t = 0, y = [3], where differences of Diffusion give 6
}

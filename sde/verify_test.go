package sde_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
)

// Drivers find noise that does not commute as it is declared to, and a method of the
// other calculus, where they are asked to look.
func TestDriversVerify(t *testing.T) {
	good := geometric(2, sde.Ito, 0.3, 0.5)
	twisted := sde.System{
		Dim: 2, NoiseDim: 2, Structure: sde.Commutative,
		Drift: func(dst []float64, _ float64, _ []float64) error { clear(dst); return nil },
		Diffusion: func(dst []float64, _ float64, y []float64) error {
			for ; len(y) > 0; y, dst = y[2:], dst[4:] {
				copy(dst, []float64{1, 0, y[1], y[0]})
			}
			return nil
		},
	}
	for _, test := range []struct {
		m    stochastic.Method
		s    sde.System
		says string
	}{
		{stochastic.MilsteinCommutative{}, good, ""},
		{stochastic.MilsteinCommutative{}, twisted, "declare General"},
		{disguised{}, good, "of the other calculus"},
	} {
		run := func(verify bool) []error {
			_, fixed := sde.Solve(t.Context(), test.m, test.s, 0, 1, []float64{3, 2}, sde.Config{Steps: 4, Verify: verify})
			_, adaptive := sde.SolveAdaptive(t.Context(), test.m, test.s, 0, 1, []float64{3, 2}, sde.Adaptive{Step: 0.5, Verify: verify})
			return []error{fixed, adaptive}
		}
		for _, err := range run(true) {
			if test.says == "" {
				require.NoError(t, err)
				continue
			}
			require.ErrorIs(t, err, stochastic.ErrSystem)
			require.ErrorContains(t, err, test.says)
		}
		for _, err := range run(false) {
			require.NoError(t, err)
		}
	}
	_, err := sde.Solve(t.Context(), stochastic.MilsteinCommutative{}, good, 0, 1, nil, sde.Config{Steps: 4, Verify: true})
	require.NoError(t, err, "no rows, nothing to look at")
}

// disguised is a method of Stratonovich's calculus that says it is of Itô's.
type disguised struct{ stochastic.Heun }

func (disguised) Calculus() stochastic.Calculus { return sde.Ito }

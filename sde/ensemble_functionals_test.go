package sde_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// Methods that need more of a path than its increments get it: the paths are
// those of steps by hand on noise.Draw, to the bit.
func TestEnsembleDrawsWhatMethodsNeed(t *testing.T) {
	const rows, steps = 128, 7
	tried := 0
	for _, entry := range stochastic.Catalogue {
		m := entry.Method
		s := geometric(2, m.Calculus(), 0.3, 0.5)
		if m.Structure().IsAdditive() {
			s = drifting(0.3, 0.5)
		}
		needs := stochastic.Needs(m, s.Structure)
		if needs == 0 || stochastic.Check(m, &s) != nil {
			continue
		}
		tried++
		e := sde.Ensemble{Method: m, System: s, T1: 1, Steps: steps, Initial: ones(s.Dim), Paths: rows,
			Address: noise.Address{Seed: 4}, Statistics: []statistics.Reducer{&keep{width: s.Dim}}}
		r, err := e.Run(t.Context())
		require.NoError(t, err)

		stepper := m.Stepper(&s, rows)
		y, next := ones(rows*s.Dim), make([]float64, rows*s.Dim)
		dw := make([]float64, rows*needs.Len(s.Noises()))
		for k := range steps {
			from, to := float64(k)/steps, float64(k+1)/steps
			noise.Draw(noise.Gaussian{}, dw, needs, s.Noises(), math.Abs(to-from), noise.Address{Seed: 4, Use: noise.Path, Step: uint64(k)})
			require.NoError(t, stepper.Step(next, from, to-from, y, dw))
			y, next = next, y
		}
		require.Equal(t, y, r.Statistics[0][0].(*keep).rows, entry.Name)
	}
	require.Greater(t, tried, 2)
}

package sde_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

func TestEnsembleJumpErrors(t *testing.T) {
	apply := func(float64, []float64, *noise.Stream) error { return nil }
	for text, change := range map[string]func(e *sde.Ensemble){
		"Rate -1":  func(e *sde.Ensemble) { e.Jumps = sde.Jumps{Rate: -1, Apply: apply} },
		"Rate NaN": func(e *sde.Ensemble) { e.Jumps = sde.Jumps{Rate: math.NaN(), Apply: apply} },
		"both":     func(e *sde.Ensemble) { e.Jumps = sde.Jumps{Rate: 1} },
		"Discrete": func(e *sde.Ensemble) {
			e.Jumps, e.Barriers = sde.Jumps{Rate: 1, Apply: apply}, []sde.Barrier{{Level: 1, Discrete: true}, {Level: 2}}
		},
	} {
		e := small(t)
		change(&e)
		_, err := e.Run(t.Context())
		require.ErrorIs(t, err, sde.ErrConfig)
		require.ErrorContains(t, err, text)
	}

	broken := errors.New("broken")
	for fault, of := range map[error]error{broken: broken, sde.ErrState: nil} { // or by its state
		e := small(t)
		e.Jumps = sde.Jumps{Rate: 1e-3, Apply: func(_ float64, y []float64, _ *noise.Stream) error {
			y[1] = math.NaN()
			return of
		}}
		first := 0 // the first path that jumps, and when
		var times []float64
		for len(times) == 0 {
			times = e.Jumps.Times(nil, e.Address.Seed, e.Address.Row+uint64(first), 1)
			first++
		}
		_, err := e.Run(t.Context())
		require.ErrorIs(t, err, fault)
		var state *sde.StateError
		require.ErrorAs(t, err, &state)
		require.Equal(t, first-1, state.Row)
		require.Equal(t, int(times[0]*20), state.Step)
	}
}

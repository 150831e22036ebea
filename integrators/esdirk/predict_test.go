package esdirk_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/esdirk"
)

// Where the slope is a quadratic polynomial in t, Newton's method starts at its end:
// one iteration a stage, but for the first two of a first step, whose second
// iteration finds that nothing is left to do.
func TestPredictorsAreExactForQuadratics(t *testing.T) {
	each(t, func(t *testing.T, m *esdirk.Tableau) {
		f := func(dst []float64, t float64, _ []float64) error { dst[0] = 1 + 2*t - 3*t*t; return nil }
		s, err := m.Implicit(f, 1, integrators.Linearisation{RTol: 1e-12, ATol: 1e-12})
		require.NoError(t, err)
		require.NoError(t, s.Reset(0, []float64{0}))
		y, now, stages := make([]float64, 1), 0.0, m.Stages()-1
		for i, h := range []float64{0.3, 0.3, 0.2, 0.35} {
			before := s.Counts().Iterations
			require.NoError(t, s.Try(y, nil, h))
			s.Accept()
			now += h
			want := stages
			if i == 0 {
				want += 2
			}
			require.Equal(t, want, s.Counts().Iterations-before)
			if m.P >= 3 {
				require.InDelta(t, now+now*now-now*now*now, y[0], 1e-14)
			}
		}
	})
}

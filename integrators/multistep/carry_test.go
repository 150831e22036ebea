package multistep_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/multistep"
)

// A hundred thousand steps of a slope that is constant are off by the rounding of
// the step, which is the same in all, and of one sum; rounding every sum would
// leave a thousand times as much. Rejected steps leave no trace.
func TestSumsAreCompensated(t *testing.T) {
	const n, h, slope = 100_000, 1e-3, 1. / 3
	f := func(d []float64, _ float64, _ []float64) error { d[0], d[1] = slope, -slope; return nil }
	for _, e := range multistep.Catalogue {
		s := e.Method.Stepper(f, 2)
		y, other, start := []float64{1, 1e3}, make([]float64, 2), []float64{1, 1e3}
		require.NoError(t, s.Reset(0, y))
		for i := range n {
			if i%7 == 0 {
				require.NoError(t, s.Try(other, nil, 0.7*h))
			}
			require.NoError(t, s.Try(y, nil, h))
			s.Accept()
		}
		for i, v := range []float64{n * h * slope, -n * h * slope} {
			want := start[i] + v
			require.InDelta(t, want, y[i], 0x1p-53*(2*math.Abs(want)+8*math.Abs(v)), "%s", e.Name)
		}
		require.NoError(t, s.Reset(0, start))
		require.Equal(t, []float64{0, 0}, s.(integrators.Compensated).Carry(), e.Name)
	}
}

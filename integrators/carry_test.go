package integrators_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/integrators"
)

// A hundred thousand steps of constant slopes are off by the rounding of one, times
// what the slopes' weights add: plain sums are a thousand times further off. Steps
// tried and rejected in between leave no trace, and who goes on half way with the
// carry ends on the same bits.
func TestSumsAreCompensated(t *testing.T) {
	const n, h = 100_000, 1e-3
	slopes := []float64{1. / 3, -0.1, 1, math.Pi, 1e-3}
	for _, e := range integrators.Catalogue {
		partial := 0.0
		for j := range e.Method.B {
			partial += floats.Norm(e.Method.B[:j+1], 1)
		}
		for _, dim := range []int{3, 5} {
			f := func(d []float64, _ float64, _ []float64) error { copy(d, slopes); return nil }
			stepper := func(y []float64, carry []float64) integrators.Stepper {
				s := e.Method.Stepper(f, dim)
				require.NoError(t, s.Reset(0, y))
				copy(s.(integrators.Compensated).Carry(), carry)
				return s
			}
			start := []float64{1, 10, -100, 0, 1e3}[:dim]
			whole, half := append([]float64(nil), start...), make([]float64, dim)
			s := stepper(whole, nil)
			var rest integrators.Stepper
			other := make([]float64, dim)
			for i := range n {
				if i == n/2 {
					copy(half, whole)
					rest = stepper(half, s.(integrators.Compensated).Carry())
				}
				if i%7 == 0 {
					require.NoError(t, s.Try(other, nil, 0.7*h))
				}
				require.NoError(t, s.Try(whole, nil, h))
				s.Accept()
				if rest != nil {
					require.NoError(t, rest.Try(half, nil, h))
					rest.Accept()
				}
			}
			require.Equal(t, whole, half, e.Name)
			for i, v := range whole {
				exact := new(big.Float).SetPrec(200).SetFloat64(h)
				exact.Mul(exact, big.NewFloat(slopes[i])).Mul(exact, big.NewFloat(n)).Add(exact, big.NewFloat(start[i]))
				want, _ := exact.Float64()
				// The state once, and the sums of weights times slopes: these at every
				// partial sum, alike in all steps.
				bound := 0x1p-53 * (math.Abs(want) + partial*n*h*math.Abs(slopes[i]))
				require.InDelta(t, want, v, bound, "%s: component %d", e.Name, i)
			}
			require.NoError(t, s.Reset(0, start))
			require.Equal(t, make([]float64, dim), s.(integrators.Compensated).Carry(), e.Name)
		}
	}
}

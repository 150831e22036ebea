package integrators

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/vec"
)

// The coefficients that steppers use, read off with unit vectors as stages, have
// the sums of their rows and of their weights as nearly as the smallest of them
// can make it.
func TestPlanHoldsSums(t *testing.T) {
	const pad = 32
	for _, e := range Catalogue {
		m, p := e.Method, newPlan(e.Method, pad)
		k := make([]float64, pad*pad)
		for i := range pad {
			k[i*pad+i] = 1
		}
		check := func(row vec.Terms, want float64) {
			c := make([]float64, pad)
			row.Combine(c, nil, 1, k)
			sum, least := new(big.Float).SetPrec(256), math.Inf(1)
			for _, v := range c {
				if sum.Add(sum, big.NewFloat(v)); v != 0 {
					least = min(least, math.Abs(v))
				}
			}
			off, _ := sum.Sub(sum, big.NewFloat(want)).Float64()
			require.LessOrEqual(t, math.Abs(off), 0x1p-52*least, e.Name)
		}
		for i := 1; i < len(m.A); i++ {
			check(p.rows[i], m.C[i])
		}
		for i, c := range m.ExtraC {
			check(p.rows[len(m.A)+i], c)
		}
		check(p.weights, 1)
	}
}

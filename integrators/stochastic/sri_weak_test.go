package stochastic

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
)

// Weak order 2 asks of E y_1² on dy = b(y) dw, whose terms of h^(5/2) are
// 2 (β1 + ½β3)·v times derivatives of b: b‴ for v = (B1 e)³, b'³ for B1 B1 B1 e. SRI1
// lacks the first, so that it has it on linear equations alone; SOSRI lacks both.
func TestWhySRIHasWeakOrderOneAndAHalf(t *testing.T) {
	sums := func(m *SRITableau) (cube, chain float64) {
		b, ok := lower(m.B1, ones(len(m.Alpha)))
		require.True(t, ok)
		bb, _ := lower(m.B1, b)
		bbb, _ := lower(m.B1, bb)
		weight := append([]float64(nil), m.Beta1...)
		floats.AddScaled(weight, 0.5, m.Beta3)
		for i, v := range b {
			cube += weight[i] * v * v * v
		}
		return cube, floats.Dot(weight, bbb)
	}
	cube, chain := sums(SRI1)
	require.InDelta(t, -0.25, cube, 1e-14)
	require.InDelta(t, 0, chain, 1e-14)
	cube, chain = sums(SOSRI)
	require.Greater(t, cube, 2.0)
	require.Less(t, chain, -0.5)
}

package shooting_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators/radau"
	"github.com/ito-sde/ito/ode/shooting"
)

// A stiff method between nodes, by the Jacobian given, and refused without: the
// layer problem ε y″ + (1 + ε) y' + y = 0 with y(0) = 0, y(1) = 1, whose solution
// is (e^−t − e^(−t/ε))/(e^−1 − e^(−1/ε)).
func TestStiffMethod(t *testing.T) {
	const eps = 1e-3
	s := second(func(_, y, v float64, _ []float64) float64 { return -((1+eps)*v + y) / eps })
	b := shooting.Problem{States: 2, System: s, Points: []float64{0, 1}, Conditions: values(0, 1)}
	c := tolerance(1e-9)
	c.Method = radau.IIA5
	_, err := b.Solve(background, nil, nil, c)
	require.ErrorContains(t, err, "Jacobian")
	b.System.Jacobian = func(fy, _ *mat.Dense, _ float64, _, _ []float64) error {
		fy.SetRow(0, []float64{0, 1})
		fy.SetRow(1, []float64{-1 / eps, -(1 + eps) / eps})
		return nil
	}
	r, err := b.Solve(background, nil, nil, c)
	require.NoError(t, err)
	times := []float64{0.0005, 0.001, 0.01, 0.5}
	at, err := r.At(background, times)
	require.NoError(t, err)
	for i, a := range times {
		require.InDelta(t, layer(a, eps), at[i][0], 1e-6)
	}
}

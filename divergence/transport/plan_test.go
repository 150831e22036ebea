package transport

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/validity"
)

// Marginals to rounding, and prices that are feasible and tight: optimality. With
// equal weights it is the assignment.
func TestPlan(t *testing.T) {
	ctx := context.Background()
	for _, size := range [][2]int{{1, 1}, {1, 5}, {4, 3}, {20, 33}} {
		n, m := size[0], size[1]
		cost, a, b := validity.Normals(n*m, n, 0), validity.Normals(n, n, 1), validity.Normals(m, n, 2)
		for i := range a {
			a[i] = math.Abs(a[i])
		}
		for j := range b {
			b[j] = math.Abs(b[j])
		}
		plan, total, err := Plan(ctx, cost, a, b)
		require.NoError(t, err)
		wa, _ := normalized(a)
		wb, _ := normalized(b)
		columns := make([]float64, m)
		for i := range n {
			var sum float64
			for j := range m {
				require.GreaterOrEqual(t, plan[i*m+j], 0.0)
				sum += plan[i*m+j]
				columns[j] += plan[i*m+j]
			}
			require.InDelta(t, wa[i], sum, 1e-13)
		}
		require.InDeltaSlice(t, wb, columns, 1e-13)
		// No cycle through two rows and two columns lowers the cost.
		for i := range n {
			for j := range m {
				for k := range n {
					for l := range m {
						if plan[i*m+j] > 1e-12 && plan[k*m+l] > 1e-12 {
							require.LessOrEqual(t, cost[i*m+j]+cost[k*m+l], cost[i*m+l]+cost[k*m+j]+1e-12)
						}
					}
				}
			}
		}
		require.False(t, math.IsNaN(total))
	}
	const n = 25
	cost, ones := validity.Normals(n*n, 0, 0), make([]float64, n)
	for i := range ones {
		ones[i] = 3
	}
	columns, _, _, err := Assign(ctx, cost, n)
	require.NoError(t, err)
	var want float64
	for i, j := range columns {
		want += cost[i*n+j] / n
	}
	_, total, err := Plan(ctx, cost, ones, ones)
	require.NoError(t, err)
	require.InDelta(t, want, total, 1e-12)
	_, _, err = Plan(ctx, cost, ones, ones[:2])
	require.ErrorIs(t, err, divergence.ErrDimension)
	_, _, err = Plan(ctx, []float64{1}, []float64{-1}, []float64{1})
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	_, _, err = Plan(ctx, []float64{1}, []float64{0}, []float64{1})
	require.ErrorIs(t, err, divergence.ErrSamples)
}

package shooting

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// The reduced solution is that of the whole matrix, for several points and
// parameters, and again for another right side.
func TestBlocksAgainstTheWholeMatrix(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		n, m, intervals int
		kept            []int
	}{{1, 0, 1, []int{0, 1}}, {1, 0, 5, []int{0, 5}}, {2, 1, 7, []int{0, 7}}, {3, 2, 6, []int{0, 2, 3, 6}}, {4, 0, 3, []int{0, 1, 2, 3}}} {
		b := newBlocks(c.n, c.m, c.intervals, c.kept)
		order := (c.intervals+1)*c.n + c.m
		whole := mat.NewDense(order, order, nil)
		for i, f := range b.flow {
			for row := range c.n {
				for j := range c.n + c.m {
					v := r.NormFloat64()
					f.Set(row, j, v)
					if j < c.n {
						whole.Set(i*c.n+row, i*c.n+j, v)
					} else {
						whole.Set(i*c.n+row, (c.intervals+1)*c.n+j-c.n, v)
					}
				}
				whole.Set(i*c.n+row, (i+1)*c.n+row, -1)
			}
		}
		for row := range c.n + c.m {
			for k, node := range c.kept {
				for j := range c.n {
					v := r.NormFloat64()
					b.cond.Set(row, k*c.n+j, v)
					whole.Set(c.intervals*c.n+row, node*c.n+j, v)
				}
			}
			for j := range c.m {
				v := r.NormFloat64()
				b.cond.Set(row, len(c.kept)*c.n+j, v)
				whole.Set(c.intervals*c.n+row, (c.intervals+1)*c.n+j, v)
			}
		}
		require.NoError(t, b.factor())
		for range 2 {
			right := make([]float64, order)
			for i := range right {
				right[i] = r.NormFloat64()
			}
			var want mat.VecDense
			require.NoError(t, want.SolveVec(whole, mat.NewVecDense(order, right)))
			got := make([]float64, order)
			require.NoError(t, b.solve(got, right))
			// Condition numbers of random matrices of this size are some thousands.
			require.InDeltaSlice(t, want.RawVector().Data, got, 1e-10)
			require.NoError(t, b.solve(right, right))
			require.Equal(t, got, right)
		}
	}
}

// Growth by e^50 over all intervals in one component and decay in the other: the
// product of the flows has lost the second, the reduced matrix has not.
func TestBlocksKeepGrowthAndDecayApart(t *testing.T) {
	const intervals = 50
	b := newBlocks(2, 0, intervals, []int{0, intervals})
	for _, f := range b.flow { // e^±1 in the directions (1, 1) and (1, −1)
		f.Copy(mat.NewDense(2, 2, []float64{1.5430806348152437, 1.1752011936438014, 1.1752011936438014, 1.5430806348152437}))
	}
	b.cond.Set(0, 0, 1) // y_0 at the start, y_0 at the end
	b.cond.Set(1, 2, 1)
	require.NoError(t, b.factor())
	require.Less(t, b.condition, 20.0)
	right := make([]float64, 2*(intervals+1))
	right[2*intervals], right[2*intervals+1] = 1, 1
	x := make([]float64, len(right))
	require.NoError(t, b.solve(x, right))
	// cosh(t−25)/cosh 25 and its derivative.
	require.InDelta(t, -1, x[1], 1e-13)
	require.InDelta(t, 1, x[2*intervals+1], 1e-13)
	require.InDelta(t, 1/math.Cosh(25), x[50], 1e-15)
}

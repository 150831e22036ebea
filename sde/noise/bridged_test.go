package noise

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// A bridge is a rotation: the path's numbers are an orthogonal matrix's products with
// those of its source, for any number of steps.
func TestBridgeIsARotation(t *testing.T) {
	for _, steps := range []int{1, 2, 3, 7, 8, 13} {
		heap := 1
		for heap < steps {
			heap *= 2
		}
		columns := make([][]float64, heap)
		for j := range columns {
			columns[j] = make([]float64, steps)
			for k := range columns[j] {
				Bridged{unit(j), steps}.Normal(columns[j][k:k+1], 1, Address{Step: uint64(k)})
			}
		}
		for k := range steps {
			for l := range steps {
				dot := 0.0
				for _, c := range columns {
					dot += c[k] * c[l]
				}
				want := 0.0
				if k == l {
					want = 1
				}
				require.InDelta(t, want, dot, 1e-14, "%d steps", steps)
			}
		}
		// The first number is the whole.
		for _, v := range columns[0] {
			require.InDelta(t, 1/math.Sqrt(float64(steps)), v, 1e-15)
		}
	}
}

// unit is 1 at one step and 0 elsewhere.
type unit int

func (u unit) Normal(dst []float64, _ int, at Address) {
	clear(dst)
	if at.Step == uint64(u) {
		dst[0] = 1
	}
}

// All has the bits of the steps one by one, for a number of Source each.
func TestBridgeOfAllSteps(t *testing.T) {
	for _, steps := range []int{1, 2, 3, 7, 8, 13} {
		for _, dim := range []int{1, 3} {
			const rows = 5
			b := Bridged{Sobol{Steps: 16, Randomisation: 2}, steps}
			at := Address{Seed: 4, Use: Test, Row: 19}
			all, one := make([]float64, steps*rows*dim), make([]float64, rows*dim)
			b.All(all, dim, at)
			for k := range steps {
				at.Step = uint64(k)
				b.Normal(one, dim, at)
				require.Equal(t, one, all[k*rows*dim:(k+1)*rows*dim], "step %d of %d", k, steps)
			}
			at.Step = 0
			require.Zero(t, testing.AllocsPerRun(10, func() { b.All(all, dim, at) }))
		}
	}
}

package noise

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The steps between any times in different leaves, asked for in any order, have
// variances h, h/12 and h/720 and no covariance, to rounding, by impulses.
func TestPathTreeHasExactLaw(t *testing.T) {
	const t0, t1, depth = -1.0, 2.0, 3
	const leaf = (t1 - t0) / (1 << depth)
	var addresses []Address
	for i := range uint64(2 << depth) {
		for stage := range uint64(2) {
			addresses = append(addresses, Address{Use: Bridge, Row: 3 * BlockRows, Step: i, Stage: stage})
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		f := rapid.SampledFrom(linearSets).Draw(r, "set")
		times := []float64{t0}
		for i := range 1 << depth {
			switch rapid.IntRange(0, 2).Draw(r, "time") {
			case 1:
				if i > 0 {
					times = append(times, t0+float64(i)*leaf)
				}
			case 2:
				times = append(times, t0+(float64(i)+rapid.Float64Range(0.05, 0.95).Draw(r, "phi"))*leaf)
			}
		}
		times = append(times, t1)
		steps := make([]int, len(times)-1)
		for i := range steps {
			steps[i] = i
		}
		order := rapid.Permutation(steps).Draw(r, "order")
		per := f.Len(1)
		cov := covariance(t, addresses, per*len(order), func(source Source, dst []float64) {
			b, err := newPathTree(source, 1, 3, f, 1, t0, t1, leaf)
			require.NoError(t, err)
			for _, k := range order {
				b.Increment(dst[k*per:(k+1)*per], times[k], times[k+1])
			}
		})
		for i := range cov {
			for j := range cov {
				want := 0.0
				if i == j {
					want = (times[i/per+1] - times[i/per]) / []float64{1, 12, 720}[i%per]
				}
				require.InDelta(t, want, cov[i][j], 1e-14, "%v: %d and %d", times, i, j)
			}
		}
	})
}

// Steps fit together, wherever they are cut, in one leaf too, and do not depend
// on what was asked before.
func TestPathTreeIsOnePath(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		const dim = 2
		f := rapid.SampledFrom(linearSets).Draw(r, "set")
		tolerance := rapid.SampledFrom([]float64{1, 0.3, 1e-3}).Draw(r, "tolerance")
		b, err := NewPathTree(1, 5, f, dim, 0, 1, tolerance)
		require.NoError(t, err)
		n := f.Len(dim)
		whole, left, right := make([]float64, n), make([]float64, n), make([]float64, n)
		for range 5 {
			cuts := []float64{
				rapid.Float64Range(0, 0.9).Draw(r, "from"),
				rapid.Float64Range(0, 1).Draw(r, "cut"), 1,
			}
			slices.Sort(cuts)
			if cuts[1]-cuts[0] < 0.01 || cuts[2]-cuts[1] < 0.01 {
				continue // the parts of a leaf are known to rounding over their share
			}
			b.Increment(left, cuts[0], cuts[1])
			b.Increment(whole, cuts[0], cuts[2])
			b.Increment(right, cuts[1], cuts[2])
			fresh, err := NewPathTree(1, 5, f, dim, 0, 1, tolerance)
			require.NoError(t, err)
			again := make([]float64, n)
			fresh.Increment(again, cuts[1], cuts[2])
			require.Equal(t, right, again)
			fresh.Increment(again, cuts[0], cuts[1])
			require.Equal(t, left, again)
			f.Join(left, left, right, dim, cuts[1]-cuts[0], cuts[2]-cuts[1])
			// Rounding of 1e-16, over squares of shares of 1e-2.
			require.InDeltaSlice(t, whole, left, 1e-11)
		}
	})
}

// Without further functionals it is the tree at dyadic times, to the bit.
func TestPathTreeIsTheTree(t *testing.T) {
	path, err := NewPathTree(4, 7, 0, 2, 1, 3, 0x1p-6)
	require.NoError(t, err)
	tree, err := NewTree(4, 7, 2, 1, 3, 0x1p-6)
	require.NoError(t, err)
	var a, b [2]float64
	for k := 1; k <= 128; k++ {
		path.Increment(a[:], 1, 1+float64(k)/64)
		tree.At(b[:], 1+float64(k)/64)
		require.InDeltaSlice(t, b[:], a[:], 1e-14)
	}
}

// 1024 steps in order draw each node above them once; allocate nothing.
func TestPathTreeCost(t *testing.T) {
	draws := 0
	b, err := newPathTree(counter{Gaussian{}, &draws}, 1, 0, SpaceTime, 1, 0, 1, 0x1p-12)
	require.NoError(t, err)
	dw := make([]float64, 2)
	k := 0
	draws = 0
	require.Zero(t, testing.AllocsPerRun(1, func() { // twice, with its warm-up
		for range 512 {
			b.Increment(dw, float64(k)/1024, float64(k+1)/1024)
			k++
		}
	}))
	require.Equal(t, 1023, draws, "both functionals from one stream")
}

func TestPathTreeRefuses(t *testing.T) {
	for _, f := range []Functionals{Area, TwoPoint} {
		_, err := NewPathTree(1, 0, f, 2, 0, 1, 0)
		require.ErrorIs(t, err, ErrPath)
	}
	_, err := NewPathTree(1, 0, SpaceTime, 0, 0, 1, 0)
	require.ErrorIs(t, err, ErrPath)
	b, err := NewPathTree(1, 0, SpaceTime, 1, 0, 1, 0)
	require.NoError(t, err)
	dw := make([]float64, 2)
	require.Panics(t, func() { b.Increment(dw, 0.5, 0.5) })
	require.Panics(t, func() { b.Increment(dw, 0.5, 1.5) })
	require.Panics(t, func() { b.Increment(dw[:1], 0, 0.5) })
	require.Panics(t, func() { b.Increment(dw, 0, math.NaN()) })
}

func BenchmarkPathTreeInOrder(b *testing.B) {
	for _, f := range linearSets {
		b.Run([]string{"W", "WH", "", "WHK"}[f], func(b *testing.B) {
			tree, err := NewPathTree(1, 0, f, 1, 0, 1, 0x1p-20)
			require.NoError(b, err)
			dw := make([]float64, f.Len(1))
			for i := range b.N {
				k := float64(i % 1000000)
				tree.Increment(dw, k*0x1p-20, (k+1)*0x1p-20)
			}
		})
	}
}

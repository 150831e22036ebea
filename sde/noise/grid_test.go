package noise

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// At every level increments have variance h 2^−level and no covariance, within
// and across coarse steps; to rounding, read off by impulses.
func TestGridHasExactLaw(t *testing.T) {
	const h, levels, steps = 0.3, 4, 3
	var addresses []Address
	for k := range steps {
		for m := range 1 << levels {
			addresses = append(addresses, Address{Use: Path, Row: 5, Step: 10 + uint64(k), Stage: uint64(m)})
		}
	}
	for level := range levels + 1 {
		n := steps << level
		cov := covariance(t, addresses, n, func(source Source, dst []float64) {
			g, err := NewGrid(source, Address{Use: Path, Row: 5, Step: 10}, h, levels, 1, 1)
			require.NoError(t, err)
			for k := range n {
				g.Increment(dst[k:k+1], level, uint64(k))
			}
		})
		for i := range n {
			for j := range n {
				want := 0.0
				if i == j {
					want = math.Ldexp(h, -level)
				}
				require.InDelta(t, want, cov[i][j], 1e-16, "level %d, steps %d and %d", level, i, j)
			}
		}
	}
}

// In any order and for any cut of the batch: the parts of a step sum to it, and
// level 0 is √h times the source's numbers.
func TestGridIsOnePath(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		const h, levels, rows, dim = 0.1, 6, 5, 3
		at := Address{Seed: 3, Use: Path, Row: 60}
		g, err := NewGrid(Gaussian{}, at, h, levels, rows, dim)
		require.NoError(t, err)
		whole, part, sum, z := make([]float64, rows*dim), make([]float64, rows*dim), make([]float64, rows*dim), make([]float64, rows*dim)
		for range 10 {
			level := rapid.IntRange(0, levels).Draw(r, "level")
			k := rapid.Uint64Range(0, 3<<level-1).Draw(r, "k")
			finer := rapid.IntRange(level, levels).Draw(r, "finer")
			g.Increment(whole, level, k)
			clear(sum)
			for i := range uint64(1) << (finer - level) {
				g.Increment(part, finer, k<<(finer-level)+i)
				for j, v := range part {
					sum[j] += v
				}
			}
			// Each of up to 64 additions rounds partial sums of order √h.
			require.InDeltaSlice(t, whole, sum, 64*0x1p-52)

			row := rapid.IntRange(0, rows-1).Draw(r, "row")
			from := at
			from.Row += uint64(row)
			alone, err := NewGrid(Gaussian{}, from, h, levels, 1, dim)
			require.NoError(t, err)
			alone.Increment(part[:dim], level, k)
			require.Equal(t, whole[row*dim:(row+1)*dim], part[:dim])
		}
		g.Increment(whole, 0, 2)
		at.Step = 2
		Gaussian{}.Normal(z, dim, at)
		for i := range z {
			require.Equal(t, math.Sqrt(h)*z[i], whole[i])
		}
	})
}

func TestGridCostsOneDrawPerIncrement(t *testing.T) {
	draws := 0
	g, err := NewGrid(counter{Gaussian{}, &draws}, Address{Use: Path}, 1, 8, BlockRows, 2)
	require.NoError(t, err)
	dw := make([]float64, 2*BlockRows)
	k := uint64(0)
	require.Zero(t, testing.AllocsPerRun(1, func() { // twice, with its warm-up
		for range 1024 {
			g.Increment(dw, 8, k)
			k++
		}
	}))
	require.Equal(t, 2048, draws)
}

func TestGridRefuses(t *testing.T) {
	for _, c := range []struct {
		h                 float64
		levels, rows, dim int
	}{{0, 1, 1, 1}, {-1, 1, 1, 1}, {math.NaN(), 1, 1, 1}, {math.Inf(1), 1, 1, 1}, {1, -1, 1, 1}, {1, 47, 1, 1}, {1, 1, 0, 1}, {1, 1, 1, 0}} {
		_, err := NewGrid(Gaussian{}, Address{}, c.h, c.levels, c.rows, c.dim)
		require.ErrorIs(t, err, ErrPath)
	}
	g, err := NewGrid(Gaussian{}, Address{}, 1, 2, 1, 1)
	require.NoError(t, err)
	require.Panics(t, func() { g.Increment(make([]float64, 1), 3, 0) })
	require.Panics(t, func() { g.Increment(make([]float64, 2), 1, 0) })
}

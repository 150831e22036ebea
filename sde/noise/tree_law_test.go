package noise

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// covariance returns that of the linear functions value of the normals at the
// addresses, up to six a row, read off by impulses. value writes its numbers to dst.
func covariance(t *testing.T, addresses []Address, size int, value func(source Source, dst []float64)) [][]float64 {
	t.Helper()
	cov := make([][]float64, size)
	for i := range cov {
		cov[i] = make([]float64, size)
	}
	dst := make([]float64, size)
	value(Zero{}, dst)
	require.Equal(t, make([]float64, size), dst, "without noise")
	for _, at := range addresses {
		for coordinate := range 6 {
			value(Impulse{At: at, Coordinate: coordinate}, dst)
			for i := range cov {
				for j := range cov {
					cov[i][j] += dst[i] * dst[j]
				}
			}
		}
	}
	return cov
}

// The law of the tree is that of Brownian motion, Cov[W(s), W(t)] = min(s, t) −
// t0, for times in different leaves, dyadic or not. The tolerance allows a few
// units of rounding per level.
func TestTreeHasExactLaw(t *testing.T) {
	const t0, t1, depth = -1.0, 2.0, 4
	const leaf = (t1 - t0) / (1 << depth)
	addresses := make([]Address, 2<<depth)
	for i := range addresses {
		addresses[i] = Address{Use: Bridge, Row: 3 * BlockRows, Step: uint64(i)}
	}
	rapid.Check(t, func(r *rapid.T) {
		var times []float64
		for i := range 1 << depth {
			if rapid.Bool().Draw(r, "dyadic") {
				times = append(times, t0+float64(i)*leaf)
			}
			if rapid.Bool().Draw(r, "inside") {
				times = append(times, t0+(float64(i)+rapid.Float64Range(0.01, 0.99).Draw(r, "phi"))*leaf)
			}
		}
		times = append(times, t1)
		order := rapid.Permutation(times).Draw(r, "order")
		cov := covariance(t, addresses, len(order), func(source Source, dst []float64) {
			b, err := newTree(source, 1, 3, 1, t0, t1, leaf)
			require.NoError(t, err)
			require.Equal(t, depth, b.depth)
			for i, at := range order {
				b.At(dst[i:i+1], at)
			}
		})
		for i, s := range order {
			for j, u := range order {
				require.InDelta(t, min(s, u)-t0, cov[i][j], 3e-15, "times %v and %v", s, u)
			}
		}
	})
}

// Inside one leaf [l, r] two times have their exact variances and the covariance
// of fully correlated bridges, (s−l)-linear part plus the geometric mean.
func TestTreeInsideLeaf(t *testing.T) {
	addresses := []Address{{Use: Bridge}, {Use: Bridge, Step: 1}}
	cov := covariance(t, addresses, 2, func(source Source, dst []float64) {
		b, err := newTree(source, 1, 0, 1, 0, 1, 1)
		require.NoError(t, err)
		b.At(dst[:1], 0.25)
		b.At(dst[1:], 0.5)
	})
	require.InDelta(t, 0.25, cov[0][0], 1e-15)
	require.InDelta(t, 0.5, cov[1][1], 1e-15)
	require.InDelta(t, 0.25*0.5+math.Sqrt(0.25*0.75*0.5*0.5), cov[0][1], 1e-15)
}

// Any history of queries, of rows too, gives the bits of a fresh tree.
func TestTreeHasNoMemory(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		t0 := rapid.Float64Range(-10, 10).Draw(r, "t0")
		length := rapid.Float64Range(1e-3, 100).Draw(r, "length")
		tolerance := length * rapid.SampledFrom([]float64{1, 0.3, 1e-3, 1e-6}).Draw(r, "tolerance")
		dim := rapid.IntRange(1, 3).Draw(r, "dim")
		b, err := NewTree(1, 0, dim, t0, t0+length, tolerance)
		require.NoError(t, err)
		got, want := make([]float64, dim), make([]float64, dim)
		row := uint64(0)
		for range rapid.IntRange(1, 30).Draw(r, "queries") {
			if rapid.IntRange(0, 9).Draw(r, "reset") == 0 {
				row = rapid.Uint64Range(0, 3).Draw(r, "row")
				b.Reset(row)
			}
			phi := float64(rapid.IntRange(0, 64).Draw(r, "dyadic")) / 64
			if rapid.Bool().Draw(r, "any") {
				phi = rapid.Float64Range(0, 1).Draw(r, "phi")
			}
			at := min(t0+phi*length, b.t1)
			b.At(got, at)
			fresh, err := NewTree(1, row, dim, t0, t0+length, tolerance)
			require.NoError(t, err)
			fresh.At(want, at)
			require.Equal(t, want, got)
		}
	})
}

// Times that miss a dyadic point by rounding see the path at that point, and
// trees of other tolerances agree there to the bit.
func TestTreeDyadicTimes(t *testing.T) {
	const t0, t1, n = 0.1, 0.7, 64
	fine, err := NewTree(1, 2, 1, t0, t1, 0)
	require.NoError(t, err)
	coarse, err := NewTree(1, 2, 1, t0, t1, (t1-t0)/n)
	require.NoError(t, err)
	var got, want [1]float64
	sum := t0
	for i := 1; i < n; i++ {
		sum += (t1 - t0) / n // drifts by some ulps
		coarse.At(want[:], t0+(t1-t0)*float64(i)/n)
		fine.At(got[:], t0+(t1-t0)*float64(i)/n)
		require.Equal(t, want, got)
		if math.Abs(sum-(t0+(t1-t0)*float64(i)/n)) < 4*0x1p-52*t1 {
			fine.At(got[:], sum)
			require.Equal(t, want, got)
		}
	}
}

// counter counts the draws of a source.
type counter struct {
	Source
	n *int
}

func (c counter) Normal(dst []float64, dim int, at Address) {
	*c.n++
	c.Source.Normal(dst, dim, at)
}

// 1024 steps in order over leaves of 2⁻¹² of the interval draw each of the 1023
// inner nodes above them and the end once if they are dyadic; otherwise one more
// node for each of the two levels below, the leaf and what neighbours share.
func TestTreeCost(t *testing.T) {
	draws := 0
	b, err := newTree(counter{Gaussian{}, &draws}, 1, 0, 1, 0, 1, 0x1p-12)
	require.NoError(t, err)
	var w [1]float64
	for i := range 1024 {
		b.Increment(w[:], float64(i)/1024, float64(i+1)/1024)
	}
	require.Equal(t, 1024, draws)
	b.Reset(0)
	draws = 0
	for i := range 1023 {
		b.Increment(w[:], (float64(i)+0.3)/1024, (float64(i)+1.3)/1024)
	}
	require.LessOrEqual(t, draws, 1024*(1+2+1))
}

package dense

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/internal/simd"
)

// Every family's blocks are those of the loops, to rounding; bad pivots are found anywhere.
func TestBlocks(t *testing.T) {
	for _, isa := range simd.Available() {
		for n := 1; n <= block; n++ {
			for seed := range uint64(5) {
				a := definite(n, seed)
				u, inverse := make([]float64, n*n), make([]float64, n*block)
				require.True(t, factorBlock(isa, n, a, n, u, n, inverse))
				wantU, wantInverse := make([]float64, n*n), make([]float64, n*block)
				require.True(t, factorLoops(n, a, n, wantU, n, wantInverse))
				near(t, full(wantU, n), full(u, n), n, 10)
				near(t, full(wantInverse, n), full(inverse, n), n, 100)
				invertBlock(isa, n, wantU, n, inverse)
				near(t, full(wantInverse, n), full(inverse, n), n, 10)
				for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1), math.Inf(-1)} {
					a := slices.Clone(a)
					i := int(seed) % n
					a[i*n+i] = bad
					require.False(t, factorBlock(isa, n, a, n, u, n, inverse), "%v", bad)
				}
			}
		}
		// The reciprocal of a pivot overflows where its root does not.
		u, inverse := []float64{0}, make([]float64, block)
		require.True(t, factorBlock(isa, 1, []float64{0x1p-1060}, 1, u, 1, inverse))
		require.Equal(t, 0x1p-530, u[0])
		require.Equal(t, -0x1p530, inverse[0])
		for _, d := range [][2]int{{1, 1}, {8, 8}, {8, 20}, {20, 8}, {17, 25}} {
			m, n := d[0], d[1]
			src, dst := make([]float64, m*(n+1)), make([]float64, n*(m+2))
			for i := range src {
				src[i] = float64(i)
			}
			rows, cols := turnBlocks(isa, dst, m+2, src, n+1, m, n)
			for i := range m {
				for j := range n {
					want := 0.0
					if i < rows && j < cols {
						want = src[i*(n+1)+j]
					}
					require.Equal(t, want, dst[j*(m+2)+i])
				}
			}
		}
	}
}

// Every family's sums are those of gonum, to the rounding of n terms; lengths lie on both sides
// of the vectors.
func TestSums(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, isa := range simd.Available() {
		for n := range 80 {
			x, y, dst := make([]float64, n), make([]float64, n), make([]float64, n+1)
			for i := range x {
				x[i], y[i] = r.NormFloat64(), r.NormFloat64()
			}
			tol := 2 * float64(n+1) * u0
			require.InDelta(t, floats.Norm(x, 1), magnitudes(isa, x), tol*floats.Norm(x, 1))
			require.InDelta(t, floats.Dot(x, x), squares(isa, x), tol*floats.Dot(x, x))
			combine(isa, dst[:n], x, y, 0.3, -0.7)
			for i := range x {
				require.Equal(t, float64(0.3*x[i])+float64(-0.7*y[i]), dst[i])
			}
			combineThree(isa, dst[:n], x, y, x, 0.3, -0.7, 2)
			for i := range x {
				require.InDelta(t, 2.3*x[i]-0.7*y[i], dst[i], 4*u0*(2.3*math.Abs(x[i])+math.Abs(y[i])))
			}
			require.Zero(t, dst[n])
			for _, bad := range []float64{math.NaN(), math.Inf(-1)} {
				if n > 0 {
					x[n/2] = bad
					v := magnitudes(isa, x)
					require.False(t, v-v == 0)
				}
			}
		}
	}
	for _, isa := range simd.Available() {
		for _, n := range sizes {
			a := definite(n, 3)
			Mirror(a, n)
			want := mat.Norm(full(a, n), 1)
			require.InEpsilon(t, want, norm1(isa, a, n), 2*float64(n)*u0)
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				a[n*n/2] = bad
				v := norm1(isa, a, n)
				require.False(t, v-v == 0, "n = %d", n)
			}
		}
	}
	require.Equal(t, 7.0, Norm1([]float64{1, -3, -3, 4}, 2))
}

func TestSymmetric(t *testing.T) {
	for _, isa := range simd.Available() {
		for _, n := range sizes {
			a := definite(n, 1)
			Mirror(a, n)
			require.True(t, symmetric(isa, a, n))
			for k := range 40 {
				i, j := k*7%n, k*11%n
				if i == j {
					continue
				}
				a[i*n+j] = math.Nextafter(a[i*n+j], 9)
				require.False(t, symmetric(isa, a, n), "%d, %d", i, j)
				a[i*n+j] = a[j*n+i]
			}
		}
	}
}

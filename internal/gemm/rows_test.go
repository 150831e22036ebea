package gemm

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/simd"
)

// sum is a value with the sum of the sizes of its terms.
type sum struct{ value, size float64 }

func (s *sum) add(v float64) { s.value, s.size = s.value+v, s.size+math.Abs(v) }

// The bound is Higham's (2002), eq. 3.5, for both orders of n terms.
func requireSums(t *testing.T, want []sum, got []float64, terms int) {
	t.Helper()
	for i, w := range want {
		require.InDelta(t, w.value, got[i], 2*float64(terms+1)*0x1p-53*w.size, "element %d", i)
	}
}

func randoms(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

func TestRows(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		r := rand.New(rand.NewPCG(3, 4))
		for n := range 70 {
			m := n % 11
			lda := n + n%3
			a, x, f := randoms(r, max(0, (m-1)*lda+n)), randoms(r, n), randoms(r, m)
			y, d := randoms(r, n+guard), randoms(r, m+guard)
			wantD, wantY := make([]sum, m), make([]sum, n)
			for i := range m {
				wantD[i].add(d[i])
				for j := range n {
					wantD[i].add(a[i*lda+j] * x[j])
				}
			}
			for j := range n {
				wantY[j].add(y[j])
				for i := range m {
					wantY[j].add(f[i] * a[i*lda+j])
				}
			}
			gotD, gotY := slices.Clone(d), slices.Clone(y)
			dots(isa, gotD[:m], a, lda, x)
			sums(isa, gotY[:n], f, a, lda)
			requireSums(t, wantD, gotD, n)
			requireSums(t, wantY, gotY, m)
			require.Equal(t, d[m:], gotD[m:])
			require.Equal(t, y[n:], gotY[n:])
		}
	})
}

func TestLower(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		r := rand.New(rand.NewPCG(5, 6))
		for n := 0; n < 90; n += 4 {
			width := (n + 7) &^ 7
			lds := width + n%3
			s, x := randoms(r, max(0, (n-1)*lds+width)), randoms(r, width)
			y, d := randoms(r, width+guard), randoms(r, n+guard)
			wantD, wantY := make([]sum, n), make([]sum, n)
			for i := range n {
				wantD[i].add(d[i])
				wantY[i].add(y[i])
				clear(s[i*lds+i+1 : i*lds+(i&^3+4+7)&^7]) // the rest above the diagonal is not read
			}
			for i := range n {
				for j := range i + 1 {
					wantD[i].add(s[i*lds+j] * x[j])
					wantY[j].add(x[i] * s[i*lds+j])
				}
			}
			gotD, gotY := slices.Clone(d), slices.Clone(y)
			lower(isa, gotD[:n], gotY[:width], x, s, lds, n)
			requireSums(t, wantD, gotD, n)
			requireSums(t, wantY, gotY, n)
			require.Equal(t, d[n:], gotD[n:])
			require.Equal(t, y[n:], gotY[n:])
		}
	})
}

// Two products and a sum each: within four roundings of what the rows hold after so many
// rotations.
func TestTurn(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		r := rand.New(rand.NewPCG(7, 8))
		for n := range 80 {
			rows := 2 + n%9
			count := n % rows
			lda := n + n%5
			a, turns := randoms(r, rows*lda+n), make([]float64, 0, 2*count)
			want := slices.Clone(a)
			top := rows - 1
			for k := range count {
				s, c := math.Sincos(r.Float64() * 7)
				turns = append(turns, c, s)
				for j := range n {
					y, x := want[(top-k)*lda+j], want[(top-k-1)*lda+j]
					want[(top-k)*lda+j], want[(top-k-1)*lda+j] = c*y+s*x, c*x-s*y
				}
			}
			turn(isa, a, lda, n, top, turns)
			require.InDeltaSlice(t, want, a, 4*float64(rows)*0x1p-53*8)
			for i := range rows { // gaps are untouched
				if i*lda+n < (i+1)*lda {
					require.Equal(t, want[i*lda+n:(i+1)*lda], a[i*lda+n:(i+1)*lda])
				}
			}
		}
	})
	require.PanicsWithValue(t, "gemm: 4 numbers for rotations of rows up to 1", func() { Turn(make([]float64, 4), 2, 2, 1, make([]float64, 4)) })
}

func TestRowsMisuse(t *testing.T) {
	x := make([]float64, 64)
	require.PanicsWithValue(t, "gemm: A has 7 elements, 4×2 with stride 2 needs 8", func() { Dots(x[:4], x[:7], 2, x[:2]) })
	require.PanicsWithValue(t, "gemm: stride 1 of A is less than its 2 columns", func() { Sums(x[:2], x[:4], x[:7], 1) })
	require.PanicsWithValue(t, "gemm: 3 rows with vectors of 3, 8 and 8", func() { Lower(x[:3], x[:8], x[:8], x[:24], 8, 3) })
	require.PanicsWithValue(t, "gemm: 4 rows with vectors of 4, 7 and 8", func() { Lower(x[:4], x[:7], x[:8], x[:32], 8, 4) })
	require.Zero(t, testing.AllocsPerRun(10, func() {
		Dots(x[:4], x, 16, x[:9])
		Sums(x[:9], x[:4], x, 16)
		Lower(x[:4], x[8:16], x[16:24], x[24:], 8, 4)
	}))
}

package gemm

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/simd"
)

func TestSubtract(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		r := rand.New(rand.NewPCG(5, 6))
		for trial := range 400 {
			m, n, k := 1+r.IntN(30), 1+r.IntN(40), r.IntN(20)
			ldb, ldc, ldd := n+r.IntN(3), n+r.IntN(3), n+r.IntN(3)
			rowStep, termStep := k+r.IntN(3), 1
			if trial%2 == 1 {
				rowStep, termStep = 1, m+r.IntN(3)
			}
			a := randoms(r, (m-1)*rowStep+max(0, k-1)*termStep+1)
			b, c, d := randoms(r, max(0, k-1)*ldb+n), randoms(r, (m-1)*ldc+n), randoms(r, (m-1)*ldd+n)
			if trial%3 == 0 {
				d = nil
			}
			if trial%5 == 0 { // in place
				d, ldd = c, ldc
			}
			want := make([]sum, m*n)
			for i := range m {
				for j := range n {
					if d != nil {
						want[i*n+j].add(d[i*ldd+j])
					}
					for l := range k {
						want[i*n+j].add(-a[i*rowStep+l*termStep] * b[l*ldb+j])
					}
				}
			}
			before := slices.Clone(c)
			subtract(isa, m, n, k, c, ldc, d, ldd, a, rowStep, termStep, b, ldb)
			got := make([]float64, 0, m*n)
			for i := range m {
				got = append(got, c[i*ldc:][:n]...)
				if i < m-1 {
					require.Equal(t, before[i*ldc+n:(i+1)*ldc], c[i*ldc+n:(i+1)*ldc], "between the rows")
				}
			}
			requireSums(t, want, got, k)
		}
	})
}

func TestSubtractMisuse(t *testing.T) {
	x := make([]float64, 8)
	for name, f := range map[string]func(){
		"C": func() { Subtract(3, 3, 1, x, 3, nil, 0, x, 1, 1, x, 3) },
		"D": func() { Subtract(2, 4, 1, x, 4, x, 5, x, 1, 1, x, 4) },
		"A": func() { Subtract(2, 2, 2, x, 2, nil, 0, x, 8, 1, x, 2) },
		"B": func() { Subtract(1, 4, 3, x, 4, nil, 0, x, 1, 1, x, 4) },
	} {
		require.Panics(t, f, name)
	}
	require.NotPanics(t, func() { Subtract(0, 3, 1, nil, 3, nil, 0, nil, 1, 1, nil, 3) })
	require.Zero(t, testing.AllocsPerRun(10, func() { Subtract(2, 2, 2, x, 2, nil, 0, x[4:], 2, 1, x[4:], 2) }))
}

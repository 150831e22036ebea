package gemm

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQuick(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, d := range [][3]int{{1, 1, 1}, {3, 5, 7}, {13, 33, 600}, {40, 70, 1030}, {2, 3, 0}} {
		m, n, k := d[0], d[1], d[2]
		a, b, c := make([]float32, m*k), make([]float32, k*n), make([]float32, m*n)
		for i := range a {
			a[i] = r.Float32() - .5
		}
		for i := range b {
			b[i] = r.Float32() - .5
		}
		var p Packed
		p.Pack(k, n, b, n, false)
		p.Mul(c, n, m, a, k, false, false, nil)
		for i := range m {
			for j := range n {
				var s float64
				for l := range k {
					s += float64(a[i*k+l]) * float64(b[l*n+j])
				}
				require.InDelta(t, s, float64(c[i*n+j]), 1e-4)
			}
		}
	}
}

func fill(x []float32, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range x {
		x[i] = r.Float32() - .5
	}
}

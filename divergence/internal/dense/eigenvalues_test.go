package dense

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// A = VᵀΛV with orthonormal rows, to a few n roundings of the norm, also for sizes beyond
// the squares of numbers, and with repeated eigenvalues.
func TestEigen(t *testing.T) {
	for _, n := range sizes {
		for kind, scale := range []float64{1, 1e200, 1e-200, 1, 1} {
			a := definite(n, 5)
			switch kind {
			case 3: // rank one: n−1 zeros
				for i := range n {
					for j := range n {
						a[i*n+j] = float64(i+1) * float64(j+1)
					}
				}
			case 4:
				clear(a)
				for i := range n {
					a[i*n+i] = float64(i % 3)
				}
			}
			for i := range a {
				a[i] *= scale
			}
			values, vectors, ok := Eigen(slices.Clone(a), n)
			require.True(t, ok)
			require.True(t, slices.IsSorted(values))
			var gram, back, scaled mat.Dense
			v := full(vectors, n)
			gram.Mul(v, v.T())
			identity := mat.NewDense(n, n, nil)
			for i := range n {
				identity.Set(i, i, 1)
				values[i] /= scale
			}
			near(t, identity, &gram, n, 1)
			scaled.Mul(mat.NewDiagDense(n, values), v)
			back.Mul(v.T(), &scaled)
			for i := range a {
				a[i] /= scale
			}
			near(t, full(a, n), &back, n, 1)
		}
	}
	values, _, ok := Eigen(make([]float64, 9), 3)
	require.True(t, ok)
	require.Equal(t, []float64{0, 0, 0}, values)
}

func TestSingularSquares(t *testing.T) {
	for _, n := range sizes {
		a, b := triangle(t, n, 1), triangle(t, n, 2)
		var svd mat.SVD
		require.True(t, svd.Factorize(full(Cross(a, b), n), mat.SVDNone))
		want := svd.Values(nil)
		slices.Reverse(want)
		for i := range want {
			want[i] *= want[i]
		}
		got, ok := SingularSquares(a, b)
		require.True(t, ok)
		require.InDeltaSlice(t, want, got, 20*float64(n)*u0*want[n-1])
	}
}

// Weyl: eigenvalues move by no more than the norm of the change, here some n·u of the
// norm of the matrix.
func TestEigenvalues(t *testing.T) {
	for _, n := range sizes {
		for seed := range uint64(3) {
			a := definite(n, seed)
			if seed == 1 { // indefinite, with a repeated eigenvalue and rows that need no reflection
				for i := range n {
					for j := range n {
						if i%5 == 0 || j%5 == 0 {
							a[i*n+j] = 0
						}
					}
					a[i*n+i] -= 0.3
				}
			}
			var e mat.EigenSym
			require.True(t, e.Factorize(mat.NewSymDense(n, slices.Clone(a)), false))
			for i := range n {
				for j := i + 1; j < n; j++ {
					a[i*n+j] = math.NaN()
				}
			}
			got, ok := borrow().eigenvalues(a, n)
			require.True(t, ok)
			want := e.Values(nil)
			size := max(math.Abs(want[0]), want[n-1])
			require.InDeltaSlice(t, want, got, 20*float64(n)*u0*size, "n = %d", n)
		}
	}
}

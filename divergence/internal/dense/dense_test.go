package dense

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

const u = 0x1p-53

// sizes lie on both sides of the blocks.
var sizes = []int{1, 2, 3, 7, 10, 31, 32, 33, 63, 64, 65, 96, 100, 131}

// definite returns BBᵀ/n + I/10, whose condition number is below 100.
func definite(n int, seed uint64) []float64 {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	b := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			b.Set(i, j, r.NormFloat64())
		}
	}
	var a mat.Dense
	a.Mul(b, b.T())
	a.Scale(1/float64(n), &a)
	for i := range n {
		a.Set(i, i, a.At(i, i)+0.1)
	}
	return a.RawMatrix().Data
}

func triangle(t *testing.T, n int, seed uint64) *Lower {
	l, ok := Cholesky(definite(n, seed), n)
	require.True(t, ok)
	return l
}

func full(x []float64, n int) *mat.Dense { return mat.NewDense(n, len(x)/n, x) }

// near compares with a tolerance for a few sums of n terms each, times the condition
// number where something was divided.
func near(t *testing.T, want, got mat.Matrix, n int, cond float64) {
	t.Helper()
	var d mat.Dense
	d.Sub(want, got)
	require.LessOrEqual(t, mat.Norm(&d, 2), 8*float64(n+4)*u*cond*mat.Norm(want, 2))
}

func TestCholesky(t *testing.T) {
	for _, n := range sizes {
		a := definite(n, 1)
		b := slices.Clone(a)
		for i := range n { // what is above the diagonal is not read
			for j := i + 1; j < n; j++ {
				b[i*n+j] = math.NaN()
			}
		}
		l, ok := Cholesky(b, n)
		require.True(t, ok)
		var p mat.Dense
		p.Mul(full(l.Raw(), n), full(l.Raw(), n).T())
		near(t, full(a, n), &p, n, 1)
		same := NewLower(slices.Clone(l.Raw()), n)
		require.Equal(t, l.inverse, same.inverse)
		a[(n-1)*n+n-1] = -1
		_, ok = Cholesky(a, n)
		require.False(t, ok)
		require.Len(t, l.Row(n-1), n)
		require.Equal(t, l.Raw()[n*n-1], l.Diag(n-1))
	}
}

func TestSolve(t *testing.T) {
	for _, n := range sizes {
		l, other := triangle(t, n, 1), triangle(t, n, 2)
		var x, y, p mat.Dense
		b := slices.Clone(other.Raw())
		l.SolveTriangle(b)
		x.Mul(full(l.Raw(), n), full(b, n))
		near(t, full(other.Raw(), n), &x, n, 10)
		for i := range n {
			for j := i + 1; j < n; j++ {
				require.Zero(t, b[i*n+j])
			}
		}
		const m = 5
		rows := slices.Clone(definite(max(n, m), 3)[:n*m])
		want := slices.Clone(rows)
		l.Solve(rows, m)
		y.Mul(full(l.Raw(), n), full(rows, n))
		near(t, full(want, n), &y, n, 10)

		vector := slices.Clone(want[:n])
		l.SolveVector(vector)
		p.Mul(full(l.Raw(), n), full(vector, n))
		near(t, full(want[:n], n), &p, n, 10)
		p.Reset()
		vector = slices.Clone(want[:n])
		l.SolveTransposed(vector)
		p.Mul(full(l.Raw(), n).T(), full(vector, n))
		near(t, full(want[:n], n), &p, n, 10)
	}
}

func TestProducts(t *testing.T) {
	for _, n := range sizes {
		a, b := triangle(t, n, 1), triangle(t, n, 2)
		var want, gram mat.Dense
		want.Mul(full(a.Raw(), n).T(), full(b.Raw(), n))
		c := Cross(a, b)
		near(t, &want, full(c, n), n, 1)
		gram.Mul(want.T(), &want)
		g := Gram(c, n)
		for i := range n {
			for j := i + 1; j < n; j++ {
				g[i*n+j] = g[j*n+i]
			}
		}
		near(t, &gram, full(g, n), n, 1)
		tr := make([]float64, n*n)
		Transpose(tr, c, n)
		require.True(t, mat.Equal(full(c, n).T(), full(tr, n)))
	}
}

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

func TestProduct(t *testing.T) {
	a, b := definite(12, 1)[:5*7], definite(12, 2)[:7*6]
	var want mat.Dense
	want.Mul(full(a, 5), full(b, 7))
	turned := func(x []float64, rows int) []float64 { return mat.DenseCopyOf(full(x, rows).T()).RawMatrix().Data }
	for _, c := range [][]float64{
		Product(5, 7, 6, a, false, b, false), Product(5, 7, 6, turned(a, 5), true, b, false),
		Product(5, 7, 6, a, false, turned(b, 7), true), Product(5, 7, 6, turned(a, 5), true, turned(b, 7), true),
	} {
		near(t, &want, full(c, 5), 7, 1)
	}
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
		require.InDeltaSlice(t, want, got, 20*float64(n)*u*want[n-1])
	}
}

// The estimate is a lower bound of ‖A‖₁‖A⁻¹‖₁, and for most matrices a third of it
// at least.
func TestCond(t *testing.T) {
	for _, n := range sizes {
		a := definite(n, 4)
		norm := mat.Norm(full(a, n), 1)
		var inverse mat.Dense
		require.NoError(t, inverse.Inverse(full(a, n)))
		exact := norm * mat.Norm(&inverse, 1)
		l, ok := Cholesky(slices.Clone(a), n)
		require.True(t, ok)
		got := l.Cond(norm)
		require.LessOrEqual(t, got, exact*(1+1e-9))
		require.GreaterOrEqual(t, got, exact/3)
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
			require.InDeltaSlice(t, want, got, 20*float64(n)*u*size, "n = %d", n)
		}
	}
}

func BenchmarkDense(b *testing.B) {
	for _, n := range []int{10, 100, 500} {
		a, c := definite(n, 1), make([]float64, n*n)
		run := func(name string, f func()) {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					f()
				}
			})
		}
		l, _ := Cholesky(slices.Clone(a), n)
		run("cholesky", func() { copy(c, a); Cholesky(c, n) })
		run("cond", func() { l.Cond(1) })
		run("ratio", func() { copy(c, l.l); l.SolveTriangle(c) })
		run("cross", func() { Cross(l, l) })
		own := borrow()
		run("gram", func() { own.gram(c, a, n) })
		run("tridiagonal", func() { own.tridiagonal(a, n) })
		run("eigenvalues", func() { own.eigenvalues(a, n) })
		run("eigen", func() { Eigen(a, n) })
		run("squares", func() { SingularSquares(l, l) })
	}
}

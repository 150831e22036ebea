package dense

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

const u0 = 0x1p-53

// sizes lie on both sides of blocks, strips and long rows.
var sizes = []int{1, 2, 3, 7, 10, 31, 32, 33, 63, 64, 65, 96, 100, 131, 211}

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

func triangle(t *testing.T, n int, seed uint64) *Upper {
	u, ok := Cholesky(definite(n, seed), n)
	require.True(t, ok)
	return u
}

func full(x []float64, n int) *mat.Dense { return mat.NewDense(n, len(x)/n, x) }

// near compares with a tolerance for a few sums of n terms each, times the condition
// number where something was divided.
func near(t *testing.T, want, got mat.Matrix, n int, cond float64) {
	t.Helper()
	var d mat.Dense
	d.Sub(want, got)
	require.LessOrEqual(t, mat.Norm(&d, 2), 8*float64(n+4)*u0*cond*mat.Norm(want, 2))
}

func TestCholesky(t *testing.T) {
	for _, n := range sizes {
		a := definite(n, 1)
		b := slices.Clone(a)
		for i := range n { // what is below the diagonal is not read
			for j := range i {
				b[i*n+j] = math.NaN()
			}
		}
		u, ok := Cholesky(b, n)
		require.True(t, ok)
		var p mat.Dense
		p.Mul(full(u.Raw(), n).T(), full(u.Raw(), n))
		near(t, full(a, n), &p, n, 1)
		same := NewUpper(slices.Clone(u.Raw()), n)
		near(t, full(u.inverse, n), full(same.inverse, n), n, 10)
		require.True(t, mat.Equal(full(u.Raw(), n).T(), full(u.Lower(), n)))
		for i, v := range u.Above() {
			var want float64
			for j := range i {
				require.Zero(t, u.Raw()[i*n+j])
				want += u.Raw()[j*n+i] * u.Raw()[j*n+i]
			}
			require.InDelta(t, want, v, 2*float64(n)*u0*want)
		}
		a[(n-1)*n+n-1] = -1
		_, ok = Cholesky(a, n)
		require.False(t, ok)
		require.Equal(t, u.Raw()[n*n-1], u.Diag(n-1))
		require.Equal(t, n, u.N())
	}
}

func TestSolve(t *testing.T) {
	for _, n := range sizes {
		u, other := triangle(t, n, 1), triangle(t, n, 2)
		var x, y, p mat.Dense
		b := slices.Clone(other.Raw())
		u.SolveRight(b)
		x.Mul(full(b, n), full(u.Raw(), n))
		near(t, full(other.Raw(), n), &x, n, 10)
		for i := range n {
			for j := range i {
				require.Zero(t, b[i*n+j])
			}
		}
		const m = 5
		rows := slices.Clone(definite(max(n, m), 3)[:n*m])
		want := slices.Clone(rows)
		u.Solve(rows, m)
		y.Mul(full(u.Raw(), n).T(), full(rows, n))
		near(t, full(want, n), &y, n, 10)

		vector := slices.Clone(want[:n])
		u.SolveVector(vector)
		p.Mul(full(u.Raw(), n).T(), full(vector, n))
		near(t, full(want[:n], n), &p, n, 10)
		p.Reset()
		vector = slices.Clone(want[:n])
		u.SolveTransposed(vector)
		p.Mul(full(u.Raw(), n), full(vector, n))
		near(t, full(want[:n], n), &p, n, 10)

		e := definite(n, 4)
		white := slices.Clone(e)
		u.Whiten(white)
		var back mat.Dense
		back.Mul(full(u.Raw(), n).T(), full(white, n))
		back.Mul(&back, full(u.Raw(), n))
		near(t, full(e, n), &back, n, 100)
		require.True(t, mat.Equal(full(white, n), full(white, n).T()))
	}
}

// The change of a factor is the difference of two, whose mean is known: for factors far
// apart it is compared with that, and for any direction with its equation.
func TestChange(t *testing.T) {
	for _, n := range sizes {
		a, b := triangle(t, n, 1), triangle(t, n, 2)
		d := definite(n, 1)
		for i, v := range definite(n, 2) {
			d[i] -= v
		}
		middle, v := new(Upper), make([]float64, n*n)
		for i := range v {
			v[i] = math.NaN()
		}
		middle.Middle(a, b)
		middle.Change(v, d)
		var want, p, back mat.Dense
		want.Sub(full(a.Raw(), n), full(b.Raw(), n))
		near(t, &want, full(v, n), n, 1000)
		p.Mul(full(v, n).T(), full(middle.Raw(), n))
		back.Add(&p, p.T())
		near(t, full(d, n), &back, n, 100)
		for i := range n {
			for j := range i {
				require.Zero(t, v[i*n+j])
			}
		}
		z := make([]float64, n*n)
		middle.Relative(z, d)
		p.Mul(full(z, n), full(middle.Raw(), n))
		near(t, full(v, n), &p, n, 100)
	}
}

func TestProducts(t *testing.T) {
	for _, n := range sizes {
		a, b := triangle(t, n, 1), triangle(t, n, 2)
		var want, gram mat.Dense
		want.Mul(full(a.Raw(), n), full(b.Raw(), n).T())
		c := Cross(a, b)
		near(t, &want, full(c, n), n, 1)
		gram.Mul(want.T(), &want)
		g := make([]float64, n*n)
		Gram(g, c, n, false)
		near(t, &gram, full(g, n), n, 1)
		want.Mul(full(a.Raw(), n).T(), full(a.Raw(), n))
		Gram(g, a.Raw(), n, true)
		near(t, &want, full(g, n), n, 1)
		require.InEpsilon(t, floats.Dot(g, g), GramSquares(a.Raw(), n), 8*float64(n+4)*u0)
		tr := make([]float64, n*n)
		Transpose(tr, c, n)
		require.True(t, mat.Equal(full(c, n).T(), full(tr, n)))
	}
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

		var e mat.EigenSym
		require.True(t, e.Factorize(mat.NewSymDense(n, slices.Clone(a)), false))
		values := e.Values(nil)
		require.GreaterOrEqual(t, l.Bound(norm), values[n-1]/values[0])
		require.LessOrEqual(t, l.Bound(norm), 64*exact*float64(n))
	}
}

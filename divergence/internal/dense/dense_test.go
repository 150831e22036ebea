package dense

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/internal/simd"
)

const u0 = 0x1p-53

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
		require.InDeltaSlice(t, want, got, 20*float64(n)*u0*want[n-1])
	}
}

// Against the solution in the axes of M, which have other roundings: ε·κ apart.
func TestLyapunov(t *testing.T) {
	for _, n := range sizes {
		m, d := definite(n, 6), definite(n, 7)
		for i := range n {
			d[i*n+i] -= 1
		}
		values, rows, ok := Eigen(m, n)
		require.True(t, ok)
		var c, y, y2, y4 mat.Dense
		c.Mul(full(rows, n), full(d, n))
		c.Mul(&c, full(rows, n).T())
		y.CloneFrom(&c)
		var energy float64
		for i := range n {
			for j := range n {
				y.Set(i, j, c.At(i, j)/(values[i]+values[j]))
				energy += 0.5 * y.At(i, j) * c.At(i, j)
			}
		}
		y2.Mul(&y, &y)
		y4.Mul(&y2, &y2)
		var fourth float64
		for i, v := range values {
			fourth += v * y4.At(i, i)
		}
		gotEnergy, gotFourth, gotSquare, ok := Lyapunov(m, d, n)
		require.True(t, ok)
		require.InEpsilon(t, energy, gotEnergy, 1000*float64(n+4)*u0)
		require.InEpsilon(t, fourth, gotFourth, 1e-6)
		require.InEpsilon(t, mat.Trace(&y2), gotSquare, 1e-6)
		m[n*n-1] = -1
		_, _, _, ok = Lyapunov(m, d, n)
		require.False(t, ok)
	}
}

// The bound holds over the interval, and one number fewer would nearly always break it by the
// factor that it gains; pairs multiply to the product of the ends.
func TestShifts(t *testing.T) {
	require.InDeltaSlice(t, []float64{2}, shifts(1, 4, 3.9), 1e-8) // √(1·4), to what is summed
	for _, ratio := range []float64{1.001, 3, 30, 1e3, 1e6} {
		for _, tolerance := range []float64{1e-3, 1e-8} {
			p := shifts(2, 2*ratio, tolerance)
			var worst float64
			for k := range 2001 {
				x, r := 2*math.Pow(ratio, float64(k)/2000), 1.0
				for _, v := range p {
					r *= (x - v) / (x + v)
				}
				worst = max(worst, r*r)
			}
			require.LessOrEqual(t, worst, tolerance*(1+1e-9), "ratio %v", ratio)
			if ratio >= 30 {
				require.Greater(t, worst, tolerance*math.Exp(-1.1*math.Pi*math.Pi/math.Log(4*ratio)))
			}
			for j, v := range p {
				require.InEpsilon(t, 4*ratio/max(1, 2/ratio), v*p[len(p)-1-j], 1e-8)
			}
		}
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
		run("cholesky", func() { Cholesky(a, n) })
		run("bound", func() { l.Bound(1) })
		run("cond", func() { l.Cond(1) })
		run("ratio", func() { copy(c, l.u); l.SolveRight(c) })
		run("change", func() { l.Change(c, a) })
		run("whiten", func() { copy(c, a); l.Whiten(c) })
		run("transpose", func() { Transpose(c, a, n) })
		middle := new(Upper)
		run("middle", func() { middle.Middle(l, l) })
		run("cross", func() { Cross(l, l) })
		own := borrow()
		run("gram", func() { own.gram(c, a, n, false) })
		run("tridiagonal", func() { own.tridiagonal(a, n) })
		run("eigenvalues", func() { own.eigenvalues(a, n) })
		run("eigen", func() { Eigen(a, n) })
		run("lyapunov", func() { Lyapunov(a, l.u, n) })
		run("squares", func() { SingularSquares(l, l) })
	}
}

package jacobian_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators/jacobian"
)

// patterns of order n: dense, banded, and sparse at random.
func patterns(r *rand.Rand, n int) map[string]*jacobian.Pattern {
	var entries [][2]int
	for range 3 * n {
		entries = append(entries, [2]int{r.IntN(n), r.IntN(n)})
	}
	s, err := jacobian.Sparse(n, entries)
	if err != nil {
		panic(err)
	}
	return map[string]*jacobian.Pattern{
		"dense": jacobian.Dense(n), "tridiagonal": jacobian.Banded(n, 1, 1), "banded": jacobian.Banded(n, r.IntN(n), r.IntN(n)),
		"diagonal": jacobian.Banded(n, 0, 0), "sparse": s,
	}
}

// fill sets random entries wherever the pattern lets it.
func fill(r *rand.Rand, m *jacobian.Matrix, n int) {
	for i := range n {
		for j := range n {
			func() {
				defer func() { _ = recover() }()
				m.Set(i, j, r.NormFloat64())
			}()
		}
	}
}

// (γM − J) x = b for real and complex γ, against the product with the matrix.
func TestFactorisations(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		n := 1 + r.IntN(25)
		for name, p := range patterns(r, n) {
			j := p.New()
			fill(r, j, n)
			var mass *jacobian.Matrix
			if r.IntN(2) == 0 {
				d := make([]float64, n)
				for i := range d {
					d[i] = r.NormFloat64()
				}
				mass = jacobian.Diagonal(d)
			}
			x := make([]float64, n)
			for i := range x {
				x[i] = r.NormFloat64()
			}
			jx, mx := make([]float64, n), append([]float64(nil), x...)
			j.MulVec(jx, x)
			if mass != nil {
				mass.MulVec(mx, x)
			}
			gamma := 3 + r.NormFloat64()
			b := make([]float64, n)
			z := make([]complex128, n)
			for i := range b {
				b[i] = gamma*mx[i] - jx[i]
				z[i] = complex(gamma, 2)*complex(mx[i], 0) - complex(jx[i], 0)
			}
			dense := mat.NewDense(n, n, nil)
			for i := range n {
				for k := range n {
					v := -j.At(i, k)
					if mass != nil {
						v += gamma * mass.At(i, k)
					} else if i == k {
						v += gamma
					}
					dense.Set(i, k, v)
				}
			}
			var lu mat.LU
			lu.Factorize(dense)
			tol := 1e-15 * 100 * float64(n) * lu.Cond()
			if tol > 1e-3 {
				continue // no digits to compare
			}
			real := jacobian.NewLU[float64](p)
			require.NoError(t, real.Factor(gamma, mass, j), name)
			real.Solve(b)
			require.InDeltaSlice(t, x, b, tol, "%s of order %d", name, n)
			cplx := jacobian.NewLU[complex128](p)
			require.NoError(t, cplx.Factor(complex(gamma, 2), mass, j), name)
			cplx.Solve(z)
			for i := range z {
				require.InDelta(t, x[i], realPart(z[i]), tol+1e-10, "%s of order %d", name, n)
				require.InDelta(t, 0, imag(z[i]), tol+1e-10)
			}
			// Again in the same memory.
			require.Zero(t, testing.AllocsPerRun(2, func() {
				if err := real.Factor(gamma, mass, j); err != nil {
					panic(err)
				}
				real.Solve(b)
			}))
		}
	}
}

func realPart(z complex128) float64 { return real(z) }

// Differences of a linear f give the matrix, column groups or not, at the cost
// of the groups.
func TestDifferences(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 40 {
		n := 1 + r.IntN(25)
		for name, p := range patterns(r, n) {
			want := p.New()
			fill(r, want, n)
			calls := 0
			f := func(dst []float64, _ float64, y []float64) error { calls++; want.MulVec(dst, y); return nil }
			y, f0 := make([]float64, n), make([]float64, n)
			for i := range y {
				y[i] = r.NormFloat64() * math.Pow(10, float64(r.IntN(4)-2))
			}
			want.MulVec(f0, y)
			d := jacobian.NewDifferences(p, f, 1e-3)
			got := p.New()
			require.NoError(t, d.Eval(got, 0, y, f0))
			require.Equal(t, d.Evaluations(), calls)
			if lower, upper := p.Bandwidths(); name != "sparse" {
				require.Equal(t, min(n, lower+upper+1), calls)
			}
			for i := range n {
				for j := range n {
					// Rounding of sums of size 100 over increments of at least 1e-11.
					require.InDelta(t, want.At(i, j), got.At(i, j), 100*0x1p-52/(0x1p-26*1e-3)*10, name)
				}
			}
		}
	}
	// What curvature adds to a difference is h/2, sharpened h²/3; rounding ε/h.
	f := func(d []float64, _ float64, y []float64) error { d[0] = math.Exp(y[0]); return nil }
	y, f0, got := []float64{1}, []float64{math.E}, jacobian.Dense(1).New()
	d := jacobian.NewDifferences(jacobian.Dense(1), f, 0)
	require.NoError(t, d.Eval(got, 0, y, f0))
	require.InEpsilon(t, math.E*(1+0x1p-27), got.At(0, 0), 8*0x1p-53/0x1p-26)
	d.Sharpen()
	require.Equal(t, 2, d.Evaluations())
	require.NoError(t, d.Eval(got, 0, y, f0))
	require.InEpsilon(t, math.E*(1-0x1p-40/3), got.At(0, 0), 8*0x1p-53/0x1p-20)
	require.Equal(t, []float64{1}, y)
	boom := errors.New("boom")
	d = jacobian.NewDifferences(jacobian.Dense(2), func([]float64, float64, []float64) error { return boom }, 0)
	require.ErrorIs(t, d.Eval(jacobian.Dense(2).New(), 0, make([]float64, 2), make([]float64, 2)), boom)
}

// A five-point grid of 20×20 needs at most seven groups and little fill-in.
func TestSparseGrid(t *testing.T) {
	const m = 20
	var entries [][2]int
	for i := range m {
		for j := range m {
			k := i*m + j
			if i > 0 {
				entries = append(entries, [2]int{k, k - m}, [2]int{k - m, k})
			}
			if j > 0 {
				entries = append(entries, [2]int{k, k - 1}, [2]int{k - 1, k})
			}
		}
	}
	p, err := jacobian.Sparse(m*m, entries)
	require.NoError(t, err)
	f := func(dst []float64, _ float64, y []float64) error { copy(dst, y); return nil }
	require.LessOrEqual(t, jacobian.NewDifferences(p, f, 0).Evaluations(), 8)
	j := p.New()
	for k := range m * m {
		j.Set(k, k, -4)
	}
	for _, e := range entries {
		j.Set(e[0], e[1], 1)
	}
	l := jacobian.NewLU[float64](p)
	require.NoError(t, l.Factor(1, nil, j))
	x, b := make([]float64, m*m), make([]float64, m*m)
	for i := range x {
		x[i] = math.Sin(float64(i))
	}
	j.MulVec(b, x)
	for i := range b {
		b[i] = x[i] - b[i]
	}
	l.Solve(b)
	require.InDeltaSlice(t, x, b, 1e-13)
}

func TestErrors(t *testing.T) {
	for _, p := range patterns(rand.New(rand.NewPCG(5, 6)), 4) {
		require.ErrorIs(t, jacobian.NewLU[float64](p).Factor(0, nil, p.New()), jacobian.ErrSingular)
		require.ErrorIs(t, jacobian.NewLU[complex128](p).Factor(0, nil, p.New()), jacobian.ErrSingular)
		nan := p.New()
		nan.Set(0, 0, math.NaN())
		require.ErrorIs(t, jacobian.NewLU[float64](p).Factor(0, nil, nan), jacobian.ErrSingular)
	}
	_, err := jacobian.Sparse(3, [][2]int{{0, 3}})
	require.ErrorIs(t, err, jacobian.ErrPattern)
	_, err = jacobian.Sparse(0, nil)
	require.ErrorIs(t, err, jacobian.ErrPattern)
	require.Panics(t, func() { jacobian.Banded(4, 1, 0).New().Set(0, 1, 1) })
	require.Panics(t, func() { jacobian.Dense(0) })
}

// The Jacobian of Van der Pol's oscillator by differences, and (γ − J)⁻¹.
func Example() {
	f := func(d []float64, _ float64, y []float64) error {
		d[0], d[1] = y[1], (1-y[0]*y[0])*y[1]-y[0]
		return nil
	}
	p := jacobian.Dense(2)
	j, y, f0 := p.New(), []float64{2, 0}, make([]float64, 2)
	if err := f(f0, 0, y); err != nil {
		panic(err)
	}
	if err := jacobian.NewDifferences(p, f, 1).Eval(j, 0, y, f0); err != nil {
		panic(err)
	}
	fmt.Printf("%.3f %.3f %.3f %.3f\n", j.At(0, 0), j.At(0, 1), j.At(1, 0), j.At(1, 1))
	l := jacobian.NewLU[float64](p)
	if err := l.Factor(1, nil, j); err != nil {
		panic(err)
	}
	b := []float64{0, 5}
	l.Solve(b)
	fmt.Printf("%.3f %.3f\n", b[0], b[1])
	// Output:
	// 0.000 1.000 -1.000 -3.000
	// 1.000 1.000
}

// The own loops beside gonum's blocked LU: see lu_dense.go.
func BenchmarkLU(b *testing.B) {
	for _, n := range []int{3, 8, 28, 100, 300} {
		r := rand.New(rand.NewPCG(7, 8))
		p := jacobian.Dense(n)
		j := p.New()
		fill(r, j, n)
		l := jacobian.NewLU[float64](p)
		x := make([]float64, n)
		b.Run(fmt.Sprintf("own/%d", n), func(b *testing.B) {
			for b.Loop() {
				if err := l.Factor(2, nil, j); err != nil {
					b.Fatal(err)
				}
				l.Solve(x)
			}
		})
		b.Run(fmt.Sprintf("own-solve/%d", n), func(b *testing.B) {
			for b.Loop() {
				l.Solve(x)
			}
		})
		d := mat.NewDense(n, n, nil)
		for i := range n {
			for k := range n {
				d.Set(i, k, j.At(i, k))
			}
		}
		v := mat.NewVecDense(n, nil)
		var lu mat.LU
		b.Run(fmt.Sprintf("gonum/%d", n), func(b *testing.B) {
			for b.Loop() {
				lu.Factorize(d)
				if err := lu.SolveVecTo(v, false, v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

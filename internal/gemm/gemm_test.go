package gemm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/internal/simd"
)

// each runs a test for every family of kernels that this processor has.
func each(t *testing.T, f func(t *testing.T, isa simd.ISA)) {
	for _, isa := range simd.Available() {
		t.Run(isa.String(), func(t *testing.T) { f(t, isa) })
	}
}

func fill(x []float32, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range x {
		x[i] = r.Float32() - .5
	}
}

// fma returns a·b+c rounded once. For float32 the product is exact in float64; the
// sum is rounded to odd there, so that the second rounding is the only one.
func fma[T Float](a, b, c T) T {
	if unsafe.Sizeof(a) == 8 {
		return T(math.FMA(float64(a), float64(b), float64(c)))
	}
	p, q := float64(a)*float64(b), float64(c)
	s := p + q
	z := s - p
	rest := (p - (s - z)) + (q - z)
	if bits := math.Float64bits(s); rest != 0 && rest == rest && bits&1 == 0 {
		if (rest > 0) == (s > 0) {
			bits++
		} else {
			bits--
		}
		s = math.Float64frombits(bits)
	}
	return T(float32(s))
}

// problem is a call of Mul with gaps between rows and guard zones around C.
type problem[T Float] struct {
	m, n, k                        int
	lda, ldb, ldc                  int
	transA, transposed, accumulate bool
	a, b, all, c, bias             []T
}

const guard = 100

func newProblem[T Float](m, n, k, gap int, transA, transposed, accumulate, bias, special bool, seed uint64) problem[T] {
	r := rand.New(rand.NewPCG(seed, 0))
	odd := []T{T(math.Inf(1)), T(math.Inf(-1)), T(math.NaN()), 3e38, 1e-45}
	if unsafe.Sizeof(odd[0]) == 8 {
		most, least := math.MaxFloat64, math.SmallestNonzeroFloat64
		odd[3], odd[4] = T(most), T(least)
	}
	random := func(n int) []T {
		x := make([]T, n)
		for i := range x {
			x[i] = T(r.NormFloat64())
			if special && r.IntN(n+1) < 2 {
				x[i] = odd[r.IntN(len(odd))]
			}
		}
		return x
	}
	size := func(rows, cols, ld int) int { return max(0, (rows-1)*ld+cols) }
	p := problem[T]{m: m, n: n, k: k, transA: transA, transposed: transposed, accumulate: accumulate}
	if p.lda = k + gap; transA {
		p.lda = m + gap
		p.a = random(size(k, m, p.lda))
	} else {
		p.a = random(size(m, k, p.lda))
	}
	if p.ldb = n + gap; transposed {
		p.ldb = k + gap
		p.b = random(size(n, k, p.ldb))
	} else {
		p.b = random(size(k, n, p.ldb))
	}
	p.ldc = n + gap
	p.all = random(size(m, n, p.ldc) + 2*guard)
	p.c = p.all[guard : len(p.all)-guard : len(p.all)-guard]
	if bias {
		p.bias = random(n)
	}
	return p
}

// want computes C by the loop of the package's documentation, to the bit.
func (p problem[T]) want(isa simd.ISA) []T {
	all := append([]T(nil), p.all...)
	c := all[guard:]
	for i := range p.m {
		for j := range p.n {
			var s T
			switch {
			case p.accumulate && p.bias != nil:
				s = c[i*p.ldc+j] + p.bias[j]
			case p.accumulate:
				s = c[i*p.ldc+j]
			case p.bias != nil:
				s = p.bias[j]
			}
			for l := range p.k {
				x, y := i*p.lda+l, l*p.ldb+j
				if p.transA {
					x = l*p.lda + i
				}
				if p.transposed {
					y = j*p.ldb + l
				}
				if isa == simd.Portable {
					s += product(p.a[x], p.b[y])
				} else {
					s = fma(p.a[x], p.b[y], s)
				}
			}
			c[i*p.ldc+j] = s
		}
	}
	return all
}

func (p problem[T]) check(t require.TestingT, packed *Matrix[T], isa simd.ISA) {
	want := p.want(isa)
	packed.pack(isa, p.k, p.n, p.b, p.ldb, p.transposed)
	k, n := packed.Dims()
	require.Equal(t, []int{p.k, p.n}, []int{k, n})
	packed.Mul(p.c, p.ldc, p.m, p.a, p.lda, p.transA, p.accumulate, p.bias)
	requireBits(t, want, p.all)
}

// requireBits asserts equal bits, a NaN's payload apart.
func requireBits[T Float](t require.TestingT, want, got []T) {
	require.Len(t, got, len(want))
	for i, w := range want {
		if math.Float64bits(float64(w)) != math.Float64bits(float64(got[i])) && (w == w || got[i] == got[i]) {
			require.Failf(t, "bits differ", "element %d of %d: want %v, got %v", i, len(want), w, got[i])
		}
	}
}

// TestMulExact asserts all of C, its gaps and its surroundings, to the bit.
func TestMulExact(t *testing.T) {
	t.Run("float32", mulExact[float32])
	t.Run("float64", mulExact[float64])
}

func mulExact[T Float](t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		var packed Matrix[T]
		rapid.Check(t, func(t *rapid.T) {
			edge := rapid.OneOf(rapid.IntRange(0, 3), rapid.IntRange(0, 40), rapid.SampledFrom([]int{12, 16, 24, 31, 32, 33, 64, 65}))
			k := rapid.OneOf(rapid.IntRange(0, 3), rapid.IntRange(0, 70), rapid.SampledFrom([]int{depth - 1, depth, depth + 1}))
			flag := rapid.Bool()
			newProblem[T](edge.Draw(t, "m"), edge.Draw(t, "n"), k.Draw(t, "k"), rapid.IntRange(0, 5).Draw(t, "gap"),
				flag.Draw(t, "transA"), flag.Draw(t, "transposed"), flag.Draw(t, "accumulate"), flag.Draw(t, "bias"),
				flag.Draw(t, "special"), rapid.Uint64().Draw(t, "seed")).check(t, &packed, isa)
		})
	})
}

// TestMulEveryTile goes through all numbers of rows and columns of two tiles.
func TestMulEveryTile(t *testing.T) {
	t.Run("float32", mulEveryTile[float32])
	t.Run("float64", mulEveryTile[float64])
}

func mulEveryTile[T Float](t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		var packed Matrix[T]
		rows, cols := tileSize[T](isa)
		for m := range 2*rows + 2 {
			for n := range 2*cols + 2 {
				newProblem[T](m, n, 3, n%2, m%2 == 0, n%3 == 0, m%3 == 0, n%2 == 0, false, uint64(m*n)).check(t, &packed, isa)
			}
		}
	})
}

func FuzzMul(f *testing.F) {
	f.Add(uint8(13), uint8(33), uint16(513), uint8(1), uint8(0xff), uint64(1))
	f.Add(uint8(1), uint8(2), uint16(0), uint8(0), uint8(8), uint64(2))
	f.Fuzz(func(t *testing.T, m, n uint8, k uint16, gap, flags uint8, seed uint64) {
		for _, isa := range simd.Available() {
			var single Packed
			newProblem[float32](int(m%64), int(n), int(k%1100), int(gap), flags&1 > 0, flags&2 > 0, flags&4 > 0, flags&8 > 0, flags&16 > 0, seed).check(t, &single, isa)
			var double Matrix[float64]
			newProblem[float64](int(m%64), int(n), int(k%1100), int(gap), flags&1 > 0, flags&2 > 0, flags&4 > 0, flags&8 > 0, flags&16 > 0, seed).check(t, &double, isa)
		}
	})
}

// TestRowsAreIndependent: a row is the same bits alone, in a batch and at any place.
func TestRowsAreIndependent(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		const n, k = 77, depth + 60
		for m := 2; m < 30; m++ {
			a, b, bias := make([]float32, m*k), make([]float32, n*k), make([]float32, n)
			fill(a, uint64(m))
			fill(b, 100)
			fill(bias, 101)
			var p Packed
			p.pack(isa, k, n, b, n, false)
			all, row := make([]float32, m*n), make([]float32, n)
			p.Mul(all, n, m, a, k, false, false, bias)
			for i := range m {
				p.Mul(row, n, 1, a[i*k:], k, false, false, bias)
				requireBits(t, row, all[i*n:][:n])
			}
		}
	})
}

// TestFamiliesAgree: the assembly families have the same arithmetic; the portable
// one stays within the bound of Higham (2002), eq. 3.5, with two roundings a term.
func TestFamiliesAgree(t *testing.T) {
	const m, n, k, u = 37, 45, 700, 1. / (1 << 24)
	var products [][]float32
	q := newProblem[float32](m, n, k, 0, false, false, false, false, false, 5)
	for _, isa := range simd.Available() {
		var p Packed
		p.pack(isa, k, n, q.b, n, false)
		c := make([]float32, m*n)
		p.Mul(c, n, m, q.a, k, false, false, nil)
		products = append(products, c)
	}
	if len(products) > 2 {
		requireBits(t, products[1], products[2])
	}
	for i := range m {
		for j := range n {
			var sum, size float64
			for l := range k {
				v := float64(q.a[i*k+l]) * float64(q.b[l*n+j])
				sum, size = sum+v, size+math.Abs(v)
			}
			for _, c := range products {
				require.InDelta(t, sum, float64(c[i*n+j]), (k+1)*u/(1-(k+1)*u)*size)
			}
		}
	}
}

func TestNothingAllocates(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		var p Packed
		b, c := make([]float32, 40*70), make([]float32, 140)
		fill(b, 1)
		p.pack(isa, 40, 70, b, 70, false)
		require.Zero(t, testing.AllocsPerRun(10, func() {
			p.pack(isa, 40, 70, b, 70, false)
			p.Mul(c, 70, 2, b, 40, false, false, nil)
			p.pack(isa, 70, 33, b, 70, true) // panels of full width and an edge
			p.Mul(c, 33, 2, b, 70, false, false, nil)
			p.Mul(c, 33, 2, b, 40, true, true, b[:33])
		}))
	})
}

// TestConcurrentMul shares one matrix; the race detector and the bits judge.
func TestConcurrentMul(t *testing.T) {
	const m, n, k = 50, 70, 90
	q := newProblem[float32](m, n, k, 0, false, false, false, true, false, 9)
	var p Packed
	p.Pack(k, n, q.b, n, false)
	want := make([]float32, m*n)
	p.Mul(want, n, m, q.a, k, false, false, q.bias)
	got := make([]float32, m*n)
	require.NoError(t, par.For(t.Context(), 8, m, func(_, i int) error {
		p.Mul(got[i*n:], n, 1, q.a[i*k:], k, false, false, q.bias)
		return nil
	}))
	requireBits(t, want, got)
}

func TestMisusePanics(t *testing.T) {
	var p Packed
	x := make([]float32, 6)
	p.Pack(2, 3, x, 3, false)
	mul := func(c []float32, ldc, m int, a []float32, lda int, bias []float32) func() {
		return func() { p.Mul(c, ldc, m, a, lda, false, false, bias) }
	}
	require.NotPanics(t, mul(x, 3, 2, make([]float32, 4), 2, x[:3]))
	for name, f := range map[string]func(){
		"gemm: B has 6 elements, 2×4 with stride 4 needs 8": func() { p.Pack(2, 4, x, 4, false) },
		"gemm: stride 2 of B is less than its 3 columns":    func() { p.Pack(2, 3, x, 2, false) },
		"gemm: B has negative dimensions -1×3":              func() { p.Pack(-1, 3, x, 3, false) },
		"gemm: C has 6 elements, 3×3 with stride 3 needs 9": mul(x, 3, 3, x, 2, nil),
		"gemm: A has 3 elements, 2×2 with stride 2 needs 4": mul(x, 3, 2, x[:3], 2, nil),
		"gemm: stride 1 of A is less than its 2 columns":    mul(x, 3, 2, x, 1, nil),
		"gemm: bias has 2 elements, want 3":                 mul(x, 3, 2, x, 2, x[:2]),
	} {
		require.PanicsWithValue(t, name, f)
	}
}

func ExamplePacked() {
	var p Packed
	p.Pack(2, 3, []float32{
		1, 2, 3,
		4, 5, 6,
	}, 3, false)
	c := make([]float32, 6)
	p.Mul(c, 3, 2, []float32{
		1, 10,
		0, -1,
	}, 2, false, false, []float32{0, 0, 0.5})
	fmt.Println(c)
	// Output: [41 52 63.5 -4 -5 -5.5]
}

package gemm

import (
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/simd"
)

// beforeFault returns n elements that end at a page which may not be touched.
func beforeFault[T Float](t *testing.T, n int) []T {
	bytes := n * int(unsafe.Sizeof(T(0)))
	page := syscall.Getpagesize()
	size := (bytes + page - 1) / page * page
	mem, err := syscall.Mmap(-1, 0, size+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, syscall.Munmap(mem)) })
	require.NoError(t, syscall.Mprotect(mem[size:], syscall.PROT_NONE))
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&mem[size-bytes])), n)
}

// TestReadsStayInside: a read past the end of an operand would crash.
func TestReadsStayInside(t *testing.T) {
	t.Run("float32", readsStayInside[float32])
	t.Run("float64", readsStayInside[float64])
}

func TestSubtractStaysInside(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		for _, d := range [][3]int{{1, 1, 1}, {13, 33, 5}, {8, 16, 9}, {5, 7, 7}, {16, 25, 3}} {
			m, n, k := d[0], d[1], d[2]
			c, a, b := beforeFault[float64](t, m*n), beforeFault[float64](t, m*k), beforeFault[float64](t, k*n)
			for i := range a {
				a[i] = float64(i)
			}
			for i := range b {
				b[i] = 1
			}
			subtract(isa, m, n, k, c, n, c, n, a, k, 1, b, n)
			var row float64
			for _, v := range a[(m-1)*k:] {
				row -= v
			}
			require.Equal(t, row, c[m*n-1])
			subtract(isa, m, n, k, c, n, nil, 0, a, 1, m, b, n)
		}
	})
}

func readsStayInside[T Float](t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		for _, d := range [][3]int{{1, 1, 1}, {13, 33, 5}, {12, 32, 9}, {5, 2, 7}, {25, 65, 3}} {
			for _, transA := range []bool{false, true} {
				q := newProblem[T](d[0], d[1], d[2], 0, transA, false, false, true, false, 1)
				place := func(x []T) []T {
					y := beforeFault[T](t, len(x))
					copy(y, x)
					return y
				}
				var p Matrix[T]
				_, cols := tileSize[T](isa)
				p.data = beforeFault[T](t, (d[1]+cols-1)/cols*cols*d[2])
				p.pack(isa, q.k, q.n, q.b, q.ldb, false)
				c := place(q.c)
				p.Mul(c, q.ldc, q.m, place(q.a), q.lda, transA, false, place(q.bias))
				requireBits(t, q.want(isa)[guard:len(q.all)-guard], c)
			}
		}
	})
}

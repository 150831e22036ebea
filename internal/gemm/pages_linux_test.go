package gemm

import (
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/simd"
)

// beforeFault returns n elements that end at a page which may not be touched.
func beforeFault(t *testing.T, n int) []float32 {
	page := syscall.Getpagesize()
	size := (4*n + page - 1) / page * page
	mem, err := syscall.Mmap(-1, 0, size+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, syscall.Munmap(mem)) })
	require.NoError(t, syscall.Mprotect(mem[size:], syscall.PROT_NONE))
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&mem[size-4*n])), n)
}

// TestReadsStayInside: a read past the end of an operand would crash.
func TestReadsStayInside(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		for _, d := range [][3]int{{1, 1, 1}, {13, 33, 5}, {12, 32, 9}, {5, 2, 7}, {25, 65, 3}} {
			for _, transA := range []bool{false, true} {
				q := newProblem(d[0], d[1], d[2], 0, transA, false, false, true, false, 1)
				place := func(x []float32) []float32 {
					y := beforeFault(t, len(x))
					copy(y, x)
					return y
				}
				var p Packed
				_, cols := tileSize(isa)
				p.data = beforeFault(t, (d[1]+cols-1)/cols*cols*d[2])
				p.pack(isa, q.k, q.n, q.b, q.ldb, false)
				c := place(q.c)
				p.Mul(c, q.ldc, q.m, place(q.a), q.lda, transA, false, place(q.bias))
				requireBits(t, q.want(isa)[guard:len(q.all)-guard], c)
			}
		}
	})
}

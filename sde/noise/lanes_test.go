package noise

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/simd"
)

// Every family of kernels gives the numbers of one Stream.Fill a block, bit by
// bit, for any number of rows from any row on. The million numbers hold 12,000
// from wedges, 250 from the tail, and some too near the curve for the kernel.
func TestKernelsGiveTheSameBits(t *testing.T) {
	r := NewStream(Address{Seed: 6, Use: Test})
	check := func(rows, dim int, at Address) {
		want := make([]float64, rows*dim)
		gaussian(simd.Portable, want, dim, at)
		for _, isa := range simd.Available() {
			got := make([]float64, len(want))
			gaussian(isa, got, dim, at)
			for i, v := range want {
				if got[i] != v {
					t.Fatalf("%s: %d rows of %d at %+v: number %d is %v; want %v", isa, rows, dim, at, i, got[i], v)
				}
			}
		}
	}
	for range 200 {
		at := Address{Seed: r.Uint64(), Use: Test, Row: uint64(r.Index(1000)), Step: r.Uint64() >> 30, Stage: r.Uint64() >> 60}
		check(1+r.Index(30*BlockRows), 1+r.Index(3), at)
		at.Row -= at.Row % BlockRows
		check(1+r.Index(30*BlockRows), 1+r.Index(3), at)
	}
	check(8*BlockRows, 2000, Address{Seed: 7})

	// By the portable path's own definition.
	var want, got [9 * BlockRows]float64
	for b := range uint64(9) {
		s := NewStream(Address{Seed: 8, Row: b * BlockRows})
		s.Fill(want[b*BlockRows : (b+1)*BlockRows])
	}
	Gaussian{}.Normal(got[:], 1, Address{Seed: 8})
	require.Equal(t, want, got)
}

// Whole groups of eight blocks go to the kernel, and a rest that is worth it.
func TestKernelTakesGroups(t *testing.T) {
	if simd.Best() != simd.AVX512 {
		t.Skip("no AVX-512 here")
	}
	require.Equal(t, 8, fillBlocks(simd.AVX512, make([]float64, 8*BlockRows), BlockRows, Address{}))
	require.Equal(t, 16, fillBlocks(simd.AVX512, make([]float64, 18*BlockRows), BlockRows, Address{}), "two blocks are left")
	require.Equal(t, 13, fillBlocks(simd.AVX512, make([]float64, 13*BlockRows), BlockRows, Address{}), "five are not")
	require.Zero(t, fillBlocks(simd.AVX512, make([]float64, 7*BlockRows), BlockRows, Address{}))
	require.Zero(t, fillBlocks(simd.AVX2, make([]float64, 8*BlockRows), BlockRows, Address{}))
}

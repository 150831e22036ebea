//go:build !noasm

package noise

import (
	"math/bits"

	"github.com/ito-sde/ito/internal/simd"
)

// lanes is eight streams side by side, word by word, and the last draw of each.
type lanes struct{ a, b, c, n, u [8]uint64 }

// fillLanesAVX512 writes the numbers from to to−1 of every stream to dst, that of
// stream j at j·stride, as Stream.Fill does. It stops at a number that it cannot
// settle, in the base strip or too near the curve: it returns the number's index
// and the streams, as bits, whose draw u and point, in dst, are for reject.
//
//go:noescape
func fillLanesAVX512(l *lanes, dst *float64, stride, from, to int) (i int, unsettled uint64)

// philoxLanesAVX512 makes the streams of eight blocks from c0 on, as NewStream does:
// philox of the counters (c0 + j, c1, c2, 0).
//
//go:noescape
func philoxLanesAVX512(l *lanes, c0, c1, c2, k0, k1 uint64)

// fillBlocks fills the blocks at the head of dst, of each numbers, which begin
// at address at, as Stream.Fill does one by one. It returns how many: none where
// they are too few for the kernel.
func fillBlocks(isa simd.ISA, dst []float64, each int, at Address) int {
	const width = len(lanes{}.a)
	if isa != simd.AVX512 || len(dst) < width*each { // a division more would show in single rows
		return 0
	}
	blocks := len(dst) / each
	var l lanes
	for b := 0; b < blocks; b += width {
		switch rest := blocks - b; {
		case rest < width/2:
			return b
		case rest < width:
			b = blocks - width // the same numbers once more cost less than one by one
		}
		philoxLanesAVX512(&l, at.Row/BlockRows+uint64(b), at.Step, at.Stage, at.Seed, uint64(at.Use))
		l.fill(dst[b*each:(b+width)*each], each)
	}
	return blocks
}

func (l *lanes) fill(dst []float64, each int) {
	for i := 0; i < each; i++ {
		var unsettled uint64
		i, unsettled = fillLanesAVX512(l, &dst[0], each, i, each)
		for ; unsettled != 0; unsettled &= unsettled - 1 {
			j := bits.TrailingZeros64(unsettled)
			s := Stream{l.a[j], l.b[j], l.c[j], l.n[j]}
			x := &dst[j*each+i]
			*x = s.reject(l.u[j], *x)
			l.a[j], l.b[j], l.c[j], l.n[j] = s.a, s.b, s.c, s.n
		}
	}
}

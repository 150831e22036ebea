package noise

import (
	"fmt"

	"github.com/ito-sde/ito/internal/simd"
)

var best = simd.Best()

// Gaussian is the Source of everyday: independent standard normal numbers
// z ~ N(0, I). The rows of every block of BlockRows are filled in order from the
// block's Stream, so that a batch cut into any pieces has the same bits, on any
// architecture. A piece that begins inside a block draws and drops the block's
// earlier rows; pieces that begin at multiples of BlockRows draw nothing twice.
// With AVX-512 eight blocks are filled side by side, for the same bits in little
// more than half the time; so batches are best eight blocks or more.
type Gaussian struct{}

var _ Source = Gaussian{}

// Normal fills dst, len(dst)/dim rows of dim numbers. It panics if that is not a
// whole number.
func (Gaussian) Normal(dst []float64, dim int, at Address) {
	checkRows("Gaussian", dst, dim)
	gaussian(best, dst, dim, at)
}

func gaussian(isa simd.ISA, dst []float64, dim int, at Address) {
	for len(dst) > 0 {
		before := int(at.Row % BlockRows)
		if before == 0 {
			if blocks := fillBlocks(isa, dst, BlockRows*dim, at); blocks > 0 {
				dst = dst[blocks*BlockRows*dim:]
				at.Row += uint64(blocks) * BlockRows
				continue
			}
		}
		s := NewStream(at)
		if before > 0 {
			s.drop(before * dim)
		}
		n := min(len(dst), (BlockRows-before)*dim)
		s.Fill(dst[:n])
		dst = dst[n:]
		at.Row += uint64(BlockRows - before)
	}
}

// drop draws n normal numbers for nobody.
func (s *Stream) drop(n int) {
	var buffer [64]float64
	for n > 0 {
		k := min(n, len(buffer))
		s.Fill(buffer[:k])
		n -= k
	}
}

func checkRows(who string, dst []float64, dim int) {
	if dim <= 0 || len(dst) != dim && len(dst)%dim != 0 {
		panic(fmt.Sprintf("noise: %s: %d numbers are not rows of %d", who, len(dst), dim))
	}
}

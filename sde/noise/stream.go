package noise

import (
	"math"
	"math/bits"
)

// Stream is a sequence of random numbers that begins at an address: Philox4x64-10
// of the address is the state of an SFC64 generator,
//
//	u = a + b + n,  n ← n + 1,  a ← b ⊕ (b ≫ 11),  b ← 9c,  c ← (c ⋘ 24) + u.
//
// It is a value without pointers: copying one forks it, and making one costs
// some twenty nanoseconds and no allocation. A *Stream is a Source of
// math/rand/v2, whose permutations and other distributions it can feed. The
// zero Stream is not random. A Stream is not safe for concurrent use.
//
// Every method is made of integer operations and of additions, products,
// quotients and comparisons that are rounded one by one, so that an address has
// the same bits on every architecture.
//
// SFC64 is Doty-Humphrey's (2010, PractRand), passes PractRand and BigCrush,
// and has a period of at least 2⁶⁴ from any state. Its usual warm-up of 12 to
// 18 rounds exists to spread seeds that are alike. Philox has done that: it
// fills all four words, counter included, with bits that are a bijection of
// (block, step, stage) under the key (seed, use), so no round is spent.
type Stream struct{ a, b, c, n uint64 }

// NewStream returns the stream of the row block at.Row/BlockRows. Rows of one
// block share it: who needs a number per row takes Gaussian, or numbers the
// rows BlockRows apart.
func NewStream(at Address) Stream {
	a, b, c, n := philox(at.Row/BlockRows, at.Step, at.Stage, 0, at.Seed, uint64(at.Use))
	return Stream{a, b, c, n}
}

// Uint64 returns 64 random bits.
func (s *Stream) Uint64() uint64 {
	u := s.a + s.b + s.n
	s.n++
	s.a = s.b ^ s.b>>11
	s.b = s.c + s.c<<3
	s.c = bits.RotateLeft64(s.c, 24) + u
	return u
}

// Uniform returns a number that is uniform on the open interval (0, 1): an odd
// multiple of 2⁻⁵³, hence never 0 or 1 and symmetric about ½, safe as the
// argument of a logarithm or of a quantile function.
func (s *Stream) Uniform() float64 {
	return float64(s.Uint64()>>12<<1|1) * 0x1p-53
}

// Index returns an integer that is uniform on [0, n), without bias. It panics
// unless n > 0. Lemire (2019), "Fast random integer generation in an interval",
// algorithm 5.
func (s *Stream) Index(n int) int {
	if n <= 0 {
		panic("noise: Index of an empty range")
	}
	m := uint64(n)
	hi, lo := bits.Mul64(s.Uint64(), m)
	if lo < m {
		for least := -m % m; lo < least; {
			hi, lo = bits.Mul64(s.Uint64(), m)
		}
	}
	return int(hi)
}

// Rademacher fills dst with −1 and +1, each with probability ½, 64 from one
// draw. Each call begins with a fresh draw.
func (s *Stream) Rademacher(dst []float64) {
	const one = 0x3ff0000000000000 // the bits of 1.0
	for len(dst) > 0 {
		u := s.Uint64()
		block := dst[:min(64, len(dst))]
		for i := range block {
			block[i] = math.Float64frombits(one | u<<63)
			u >>= 1
		}
		dst = dst[len(block):]
	}
}

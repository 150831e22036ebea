package noise

import "math/bits"

// Stream is a sequential generator at one address: SFC64, whose 256 bits of
// state are Philox of the address. Those bits are already uniform and
// independent from address to address, so that the generator needs no warm-up.
// A Stream is a value; copying it copies the sequence.
//
// Doty-Humphrey (2010), "PractRand", for SFC64.
type Stream struct{ a, b, c, counter uint64 }

// NewStream returns the stream of the block that holds at.Row. Rows of one block
// share it; see Gaussian for how they divide it.
func NewStream(at Address) Stream {
	s := philox([4]uint64{at.Row / BlockRows, at.Step, at.Stage, 0}, [2]uint64{at.Seed, uint64(at.Use)})
	return Stream{s[0], s[1], s[2], s[3]}
}

// Uint64 returns 64 random bits.
func (s *Stream) Uint64() uint64 {
	out := s.a + s.b + s.counter
	s.counter++
	s.a = s.b ^ s.b>>11
	s.b = s.c + s.c<<3
	s.c = bits.RotateLeft64(s.c, 24) + out
	return out
}

// Uniform returns a number from the open interval (0, 1), an odd multiple of
// 2^−54.
func (s *Stream) Uniform() float64 {
	return (float64(s.Uint64()>>11) + 0.5) * 0x1p-53
}

// Rademacher fills dst with ±1.
func (s *Stream) Rademacher(dst []float64) {
	for i := 0; i < len(dst); {
		w := s.Uint64()
		for range min(64, len(dst)-i) {
			dst[i] = 1 - float64(w&1)*2
			w >>= 1
			i++
		}
	}
}

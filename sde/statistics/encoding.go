package statistics

import (
	"encoding/binary"
	"fmt"
	"math"
)

// The encoding of all reducers here: 64-bit words, little endian, first a word
// that tells kind and shape.

func appendWords(b []byte, words ...uint64) []byte {
	for _, w := range words {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return b
}

func appendFloats(b []byte, x []float64) []byte {
	for _, v := range x {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

// expect checks that b is a state of so many words that begins with these.
func expect(b []byte, words int, head ...uint64) ([]byte, error) {
	if len(b) != 8*words {
		return nil, fmt.Errorf("%w: %d bytes; want %d", ErrEncoding, len(b), 8*words)
	}
	for i, want := range head {
		if got := binary.LittleEndian.Uint64(b[8*i:]); got != want {
			return nil, fmt.Errorf("%w: word %d is %#x; want %#x", ErrEncoding, i, got, want)
		}
	}
	return b[8*len(head):], nil
}

func readWords(b []byte, words []uint64) []byte {
	for i := range words {
		words[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return b[8*len(words):]
}

func readFloats(b []byte, x []float64) []byte {
	for i := range x {
		x[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return b[8*len(x):]
}

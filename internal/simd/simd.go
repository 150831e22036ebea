// Package simd says which families of assembly kernels this build has and this
// processor runs. Kernels are chosen once, when a package starts; the choice is
// a value, so that tests can run every available family in turn.
package simd

// ISA is a family of kernels. A larger one is faster.
type ISA uint8

// The families. Portable is plain Go and always there.
const (
	Portable ISA = iota
	AVX2         // AVX2 with FMA
	AVX512       // AVX-512 F, DQ, BW and VL
)

// String returns the family's name in lower case.
func (i ISA) String() string {
	switch i {
	case AVX2:
		return "avx2"
	case AVX512:
		return "avx512"
	default:
		return "portable"
	}
}

// Best returns the fastest available family.
func Best() ISA { return best }

// Available returns all families that run here, the portable one first.
func Available() []ISA {
	return []ISA{Portable, AVX2, AVX512}[:best+1]
}

package noise

import "math/bits"

// philox is the counter-based generator Philox4×64-10: a bijection of the
// counter, keyed, whose outputs pass every known test even for consecutive
// counters. It turns an address into the state of a stream.
//
// Salmon, Moraes, Dror, Shaw (2011), section 4.3; the constants are theirs.
func philox(ctr [4]uint64, key [2]uint64) [4]uint64 {
	const (
		m0, m1 = 0xD2E7470EE14C6C93, 0xCA5A826395121157
		w0, w1 = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B
	)
	for range 10 {
		hi0, lo0 := bits.Mul64(m0, ctr[0])
		hi1, lo1 := bits.Mul64(m1, ctr[2])
		ctr = [4]uint64{hi1 ^ ctr[1] ^ key[0], lo1, hi0 ^ ctr[3] ^ key[1], lo0}
		key[0] += w0
		key[1] += w1
	}
	return ctr
}

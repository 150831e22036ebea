package noise

import "math/bits"

// philox is Philox4x64-10, a keyed bijection of 256-bit counters: ten rounds of
//
//	(hi0, lo0) = M0·c0,  (hi1, lo1) = M1·c2,
//	c ← (hi1 ⊕ c1 ⊕ k0, lo1, hi0 ⊕ c3 ⊕ k1, lo0),   k ← k + (W0, W1).
//
// Salmon, Moraes, Dror, Shaw (2011), "Parallel random numbers: as easy as 1, 2,
// 3", section 3.3 and table 2.
//
// Words are arguments of their own to stay in registers: arrays, which the
// compiler keeps in memory, take twice the time.
func philox(c0, c1, c2, c3, k0, k1 uint64) (uint64, uint64, uint64, uint64) {
	const (
		m0, m1 = 0xd2e7470ee14c6c93, 0xca5a826395121157
		w0, w1 = 0x9e3779b97f4a7c15, 0xbb67ae8584caa73b // golden ratio, √3 − 1
	)
	for range 10 {
		hi0, lo0 := bits.Mul64(m0, c0)
		hi1, lo1 := bits.Mul64(m1, c2)
		c0, c1, c2, c3 = hi1^c1^k0, lo1, hi0^c3^k1, lo0
		k0 += w0
		k1 += w1
	}
	return c0, c1, c2, c3
}

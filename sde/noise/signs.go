package noise

// Signs is a Source of independent −1 and +1, each with probability ½: mean 0
// and variance 1 like a normal, fourth moment 1 instead of 3. It serves
// Hutchinson's trace estimate E[vᵀAv] = tr A, whose variance 2 Σ_{i≠j} A_ij²
// (A symmetric) is the least of all probes with independent coordinates, and
// schemes of weak order one. Rows are addressed as Gaussian's are. Hutchinson
// (1990), "A stochastic estimator of the trace of the influence matrix".
type Signs struct{}

var _ Source = Signs{}

// Normal fills dst, len(dst)/dim rows of dim signs. It panics if that is not a
// whole number.
func (Signs) Normal(dst []float64, dim int, at Address) {
	checkRows("Signs", dst, dim)
	for len(dst) > 0 {
		s := NewStream(at)
		row := int(at.Row % BlockRows)
		n := min(len(dst), (BlockRows-row)*dim)
		block := dst[:n]
		for range row * dim / 64 {
			s.Uint64()
		}
		if within := row * dim % 64; within > 0 {
			var word [64]float64
			s.Rademacher(word[:])
			block = block[copy(block, word[within:]):]
		}
		s.Rademacher(block)
		dst = dst[n:]
		at.Row += uint64(BlockRows - row)
	}
}

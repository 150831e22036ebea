package noise

// Gaussian is the Source of everyday: the rows of every block of BlockRows are
// filled in order from the block's stream. The same seed gives the same bits on
// one architecture, whatever the batch; math.Log and math.Exp, and with them one
// number in a hundred, may differ in the last bit between architectures.
type Gaussian struct{}

var _ Source = Gaussian{}

// Normal fills dst.
func (Gaussian) Normal(dst []float64, dim int, at Address) {
	for len(dst) > 0 {
		s := NewStream(at)
		skip := at.Row % BlockRows
		s.skip(int(skip) * dim)
		n := min(len(dst), int(BlockRows-skip)*dim)
		s.Fill(dst[:n])
		dst = dst[n:]
		at.Row += BlockRows - skip
	}
}

// skip draws n normal numbers and drops them.
func (s *Stream) skip(n int) {
	var drop [64]float64
	for n > 0 {
		k := min(n, len(drop))
		s.Fill(drop[:k])
		n -= k
	}
}

// Impulse is a Source of zeros but for a single 1, with which tests read off the
// linear response of a sampler or solver to one random number.
type Impulse struct {
	At         Address // Row, Step, Stage and Use of the 1; Seed is ignored
	Coordinate int
}

var _ Source = Impulse{}

// Normal fills dst.
func (p Impulse) Normal(dst []float64, dim int, at Address) {
	clear(dst)
	row := p.At.Row - at.Row // wraps to a huge number before the first row
	if at.Use == p.At.Use && at.Step == p.At.Step && at.Stage == p.At.Stage && row < uint64(len(dst)/dim) {
		dst[int(row)*dim+p.Coordinate] = 1
	}
}

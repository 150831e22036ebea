package noise

// Antithetic is a Source of opposite pairs: rows 2k and 2k+1 are +z and −z of
// row k of its Source. Each row is as normal as before, and the mean over pairs
// of any odd function of the noise is exactly its expectation, 0. Hammersley,
// Morton (1956), "A new Monte Carlo technique: antithetic variates".
type Antithetic struct{ Source Source }

var _ Source = Antithetic{}

// Normal fills dst, len(dst)/dim rows of dim numbers, the first being at.Row.
// It panics if len(dst) is not a multiple of dim.
func (a Antithetic) Normal(dst []float64, dim int, at Address) {
	checkRows("Antithetic", dst, dim)
	n := len(dst) / dim
	if n == 0 {
		return
	}
	odd := int(at.Row % 2)
	at.Row /= 2
	last := (odd + n - 1) / 2
	a.Source.Normal(dst[:(last+1)*dim], dim, at)
	// Row i reads row (odd+i)/2 ≤ i: from the last backwards nothing is
	// overwritten before it is read.
	for i := n - 1; i >= 0; i-- {
		row, from := dst[i*dim:(i+1)*dim], dst[(odd+i)/2*dim:]
		if (odd+i)%2 == 0 {
			copy(row, from)
			continue
		}
		for j := range row {
			row[j] = -from[j]
		}
	}
}

package noise

// Impulse is the Source that is 1 at one number and 0 at every other. A method
// that is an affine map x = m + Σ_k B_k z_k of its noise has output m under Zero
// and m + B_k e_i under an impulse at coordinate i of draw k; so the exact law
// N(m, Σ_k B_k B_kᵀ) of its output is read off without Monte Carlo.
type Impulse struct {
	// At is the use, row, step and stage of the impulse. The seed is ignored.
	At Address
	// Coordinate within the row.
	Coordinate int
}

var _ Source = Impulse{}

// Normal fills dst with zeros, and the impulse where its address is among the
// rows of dst. It panics if len(dst) is not a multiple of dim.
func (p Impulse) Normal(dst []float64, dim int, at Address) {
	checkRows("Impulse", dst, dim)
	clear(dst)
	if at.Use != p.At.Use || at.Step != p.At.Step || at.Stage != p.At.Stage ||
		p.Coordinate < 0 || p.Coordinate >= dim || p.At.Row < at.Row {
		return
	}
	if row := p.At.Row - at.Row; row < uint64(len(dst)/dim) {
		dst[int(row)*dim+p.Coordinate] = 1
	}
}

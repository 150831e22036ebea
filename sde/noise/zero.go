package noise

// Zero is the Source of zeros: a stochastic method without its noise.
type Zero struct{}

var _ Source = Zero{}

// Normal clears dst.
func (Zero) Normal(dst []float64, _ int, _ Address) { clear(dst) }

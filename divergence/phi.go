package divergence

import "math"

// product is a product whose logarithm is asked for: one logarithm for many factors.
type product struct{ log, rest float64 }

func (p *product) times(x float64) {
	next := p.rest * x
	if !(next > 1e-100 && next < 1e100) {
		p.log += math.Log(p.rest) + math.Log(x)
		next = 1
	}
	p.rest = next
}

func (p *product) sum() float64 { return p.log + math.Log(p.rest) }

// phi returns φ(x) = x − ln(1+x) ≥ 0 to full relative precision.
func phi(x float64) float64 {
	if math.Abs(x) >= 0.1 {
		return x - math.Log1p(x)
	}
	if math.Abs(x) < 1e-4 {
		return x * x * (1.0/2 - x*(1.0/3-x*(1.0/4-x/5)))
	}
	// x²/2 − x³/3 + …
	var sum float64
	for power, k := x*x, 2.0; ; k++ {
		term := power / k
		sum += term
		if math.Abs(term) <= 0x1p-54*sum {
			return sum
		}
		power *= -x
	}
}

// negLog1m returns −ln(1−x) for x ≥ 0, where tiny ones are usual.
func negLog1m(x float64) float64 {
	if x < 1e-5 {
		return x * (1 + x*(1.0/2+x*(1.0/3+x/4)))
	}
	return -math.Log1p(-x)
}

// tracePhi returns tr φ(E) from s and the sums below the diagonal of the factor of I + E.
func tracePhi(s, below []float64) float64 {
	var sum float64
	for i, v := range s {
		sum += phi(v) + below[i]
	}
	return sum
}

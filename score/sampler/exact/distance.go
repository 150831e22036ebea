package exact

import "math"

// W2Squared is the squared W2 distance to another law with the same
// eigendirections,
//
//	W2² = Σ (m_i − m'_i)² + (√v_i − √v'_i)²,
//
// the closed form of divergence.W2Squared where both covariances are diagonal, at
// the cost of a loop. It panics if the dimensions differ.
func (s Spectrum) W2Squared(o Spectrum) float64 {
	s.same(o)
	var sum float64
	for i, m := range s.Mean {
		d, e := m-o.Mean[i], math.Sqrt(s.Var[i])-math.Sqrt(o.Var[i])
		sum += d*d + e*e
	}
	return sum
}

// KL is the Kullback–Leibler divergence KL(s ‖ o) in nats of laws with the same
// eigendirections,
//
//	KL = ½ Σ (m_i − m'_i)²/v'_i + v_i/v'_i − 1 − ln(v_i/v'_i),
//
// +Inf where just one of two variances is zero, or means differ without
// variance; see Blur. It panics if the dimensions differ.
func (s Spectrum) KL(o Spectrum) float64 {
	s.same(o)
	var sum float64
	for i, v := range s.Var {
		d, w := s.Mean[i]-o.Mean[i], o.Var[i]
		switch {
		case v == 0 && w == 0 && d == 0:
		case v == 0 || w == 0:
			return math.Inf(1)
		default:
			x := (v - w) / w
			sum += 0.5 * (d*d/w + x - math.Log1p(x))
		}
	}
	return sum
}

func (s Spectrum) same(o Spectrum) {
	if len(s.Mean) != len(o.Mean) || len(s.Var) != len(s.Mean) || len(o.Var) != len(o.Mean) {
		panic("exact: spectra of different dimension")
	}
}

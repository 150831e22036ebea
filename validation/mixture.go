package validation

import (
	"math"

	"github.com/ito-sde/ito/sde"
)

// Mixture is a Gaussian mixture on the line, Σ w_k N(m_k, v_k), with what the
// exact laws need of it: distribution function and quantiles.
type Mixture struct{ Weight, Mean, Var []float64 }

// At is the law of x = α x_0 + σ ε.
func (m Mixture) At(l sde.Level) Mixture {
	o := Mixture{m.Weight, make([]float64, len(m.Mean)), make([]float64, len(m.Var))}
	for k := range m.Mean {
		o.Mean[k] = l.Alpha * m.Mean[k]
		o.Var[k] = l.Alpha*l.Alpha*m.Var[k] + l.Sigma*l.Sigma
	}
	return o
}

// Density is p(x).
func (m Mixture) Density(x float64) float64 {
	var p float64
	for k, w := range m.Weight {
		d := x - m.Mean[k]
		p += w * math.Exp(-0.5*d*d/m.Var[k]) / math.Sqrt(2*math.Pi*m.Var[k])
	}
	return p
}

// CDF is P(X ≤ x).
func (m Mixture) CDF(x float64) float64 {
	var p float64
	for k, w := range m.Weight {
		p += w * normalCDF((x-m.Mean[k])/math.Sqrt(m.Var[k]))
	}
	return p
}

// Quantile inverts CDF by bisection, to the last bits.
func (m Mixture) Quantile(u float64) float64 {
	lo, hi := math.Inf(1), math.Inf(-1)
	for k := range m.Mean {
		r := 40 * math.Sqrt(m.Var[k])
		lo, hi = min(lo, m.Mean[k]-r), max(hi, m.Mean[k]+r)
	}
	for range 200 {
		mid := 0.5 * (lo + hi)
		if mid <= lo || mid >= hi {
			break
		}
		if m.CDF(mid) < u {
			lo = mid
		} else {
			hi = mid
		}
	}
	return 0.5 * (lo + hi)
}

func normalCDF(z float64) float64 { return 0.5 * math.Erfc(-z/math.Sqrt2) }

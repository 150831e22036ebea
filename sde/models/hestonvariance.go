package models

import (
	"math"

	"github.com/ito-sde/ito/sde"
)

// HestonVariance is what is left of a Heston model when its price is integrated
// out: the variance and its integral, on one noise,
//
//	dv = κ (θ − v) dt + σ √v dw_1,   dI = v dt,
//
// in rows (v, I). Given their path the price is lognormal (Heston.ConditionalCall),
// so that an expectation over rows (v, I) has less variance than one over prices,
// a smooth payoff in the place of one with a kink, and no Lévy area.
type HestonVariance struct{ Model Heston }

// Validate checks the constants.
func (m HestonVariance) Validate() error { return m.Model.Validate() }

// System returns the equation, of two numbers and one noise.
func (m HestonVariance) System() sde.System {
	k := m.Model
	return sde.System{
		Dim: 2, NoiseDim: 1, Structure: sde.Commutative,
		Drift: func(dst []float64, _ float64, y []float64) error {
			for i := 0; i < len(y); i += 2 {
				v := truncate(y[i])
				dst[i], dst[i+1] = k.Kappa*(k.Theta-v), v
			}
			return nil
		},
		Diffusion: func(dst []float64, _ float64, y []float64) error {
			for i := 0; i < len(y); i += 2 {
				dst[i], dst[i+1] = k.Sigma*math.Sqrt(truncate(y[i])), 0
			}
			return nil
		},
	}
}

// split is that of CIR for v, and the trapezium rule for I.
func (m HestonVariance) split(y []float64, h, scale float64, z []float64) {
	f := m.Model.variance().flows(h, scale)
	z = z[:len(y)/2]
	for i, n := range z {
		v := y[2*i]
		y[2*i] = f.step(v, n)
		y[2*i+1] += 0.5 * h * (truncate(v) + truncate(y[2*i]))
	}
}

// ConditionalMean returns E[e^{−μt} x_t] given the path of the variance, of which v
// and integral are the end and ∫v,
//
//	x_0 e^{ρJ − ½ρ²∫v},   J = ∫√v dw_1 = (v − v_0 − κθt + κ∫v)/σ.
//
// Its mean over paths is x_0, so that it is a control variate for ConditionalCall.
func (m Heston) ConditionalMean(x0, v0, t, v, integral float64) float64 {
	i := truncate(integral)
	j := (v - v0 - m.Kappa*(m.Theta*t-i)) / m.Sigma
	return x0 * math.Exp(m.Rho*j-0.5*m.Rho*m.Rho*i)
}

// ConditionalCall returns E[e^{−μt} (x_t − strike)⁺] given the path of the variance:
// the Call of Black and Scholes at the price ConditionalMean and the variance
// (1−ρ²)∫v, with v and integral as there.
//
// Romano, Touzi (1997), "Contingent claims and market completeness in a stochastic
// volatility model"; Willard (1997), "Calculating prices and sensitivities for
// path-independent derivative securities in multifactor models".
func (m Heston) ConditionalCall(x0, v0, strike, t, v, integral float64) float64 {
	x := m.ConditionalMean(x0, v0, t, v, integral)
	s := m.other() * math.Sqrt(truncate(integral))
	discounted := strike * math.Exp(-m.Mu*t)
	if s == 0 {
		return math.Max(x-discounted, 0)
	}
	d := math.Log(x/discounted)/s + 0.5*s
	phi := func(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }
	return x*phi(d) - discounted*phi(d-s)
}

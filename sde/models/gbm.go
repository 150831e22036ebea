package models

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/ito-sde/ito/sde"
)

// GBM is geometric Brownian motion,
//
//	dx = μ x dt + σ x dw,   x_t = x_0 exp((μ − σ²/2) t + σ w_t).
//
// Samuelson (1965); Black, Scholes (1973).
type GBM struct{ Mu, Sigma float64 }

// Validate checks the constants.
func (m GBM) Validate() error {
	return errors.Join(finite("GBM.Mu", m.Mu), finite("GBM.Sigma", m.Sigma))
}

// System returns the equation, of one number.
func (m GBM) System() sde.System {
	return sde.System{
		Dim: 1, Structure: sde.Diagonal,
		Drift:               each(func(x float64) float64 { return m.Mu * x }),
		Diffusion:           each(func(x float64) float64 { return m.Sigma * x }),
		DiffusionDerivative: each(func(float64) float64 { return m.Sigma }),
	}
}

// Mean returns E x_t = x_0 e^{μt}.
func (m GBM) Mean(x0, t float64) float64 { return x0 * math.Exp(m.Mu*t) }

// Variance returns Var x_t = x_0² e^{2μt} (e^{σ²t} − 1).
func (m GBM) Variance(x0, t float64) float64 {
	mean := m.Mean(x0, t)
	return mean * mean * math.Expm1(m.Sigma*m.Sigma*t)
}

// Call returns E e^{−μt} (x_t − strike)⁺, the price of a call at the rate μ,
//
//	x_0 Φ(d) − strike e^{−μt} Φ(d − σ√t),   d = (ln(x_0/strike) + (μ + σ²/2) t)/(σ√t).
//
// Black, Scholes (1973), eq. 13.
func (m GBM) Call(x0, strike, t float64) float64 {
	s := math.Abs(m.Sigma) * math.Sqrt(t)
	d := (math.Log(x0/strike) + m.Mu*t + s*s/2) / s
	phi := distuv.UnitNormal.CDF
	return x0*phi(d) - strike*math.Exp(-m.Mu*t)*phi(d-s)
}

func (m GBM) euler(y []float64, h, scale float64, z []float64) {
	a, b := 1+m.Mu*h, m.Sigma*scale
	z = z[:len(y)]
	done := eulerVectors(best, gbmKernel, y, z, &constants{a, b})
	for i := done; i < len(y); i++ {
		y[i] *= a + float64(b*z[i])
	}
}

func (m GBM) exact(y []float64, h, scale float64, z []float64) {
	a, b := m.Mu*h-m.Sigma*m.Sigma/2*math.Abs(h), m.Sigma*scale
	for i := range y {
		y[i] *= math.Exp(a + b*z[i])
	}
}

func (GBM) strongOrder() float64 { return math.Inf(1) }

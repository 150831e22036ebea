package models

import (
	"errors"
	"math"

	"github.com/ito-sde/ito/sde"
)

// OU is the process of Ornstein and Uhlenbeck,
//
//	dx = θ (μ − x) dt + σ dw,
//	x_t ~ N(μ + (x_0 − μ) e^{−θt}, σ² (1 − e^{−2θt})/(2θ)).
//
// Uhlenbeck, Ornstein (1930); Vasicek (1977).
type OU struct{ Theta, Mu, Sigma float64 }

// Validate checks the constants: θ > 0.
func (m OU) Validate() error {
	return errors.Join(positive("OU.Theta", m.Theta), finite("OU.Mu", m.Mu), finite("OU.Sigma", m.Sigma))
}

// System returns the equation, of one number.
func (m OU) System() sde.System {
	return sde.System{
		Dim: 1, Structure: sde.AdditiveDiagonal,
		Drift:     each(func(x float64) float64 { return m.Theta * (m.Mu - x) }),
		Diffusion: func(dst []float64, _ float64, _ []float64) error { dst[0] = m.Sigma; return nil },
	}
}

// Mean returns E x_t.
func (m OU) Mean(x0, t float64) float64 { return m.Mu + (x0-m.Mu)*math.Exp(-m.Theta*t) }

// Variance returns Var x_t.
func (m OU) Variance(t float64) float64 {
	return -m.Sigma * m.Sigma * math.Expm1(-2*m.Theta*t) / (2 * m.Theta)
}

// Covariance returns Cov(x_s, x_t) = e^{−θ|t−s|} Var x_{min(s,t)}.
func (m OU) Covariance(s, t float64) float64 {
	return math.Exp(-m.Theta*math.Abs(t-s)) * m.Variance(min(s, t))
}

// EulerMoments returns mean and variance after n Euler–Maruyama steps of length
// h, x ← r x + θμh + σ√h z with r = 1 − θh,
//
//	μ + (x_0 − μ) rⁿ,   σ²h (1 − r^{2n})/(1 − r²),
//
// so that a simulation can be held against its own law without its weak error.
func (m OU) EulerMoments(x0, h float64, n int) (mean, variance float64) {
	log := float64(n) * math.Log1p(-m.Theta*h) // needs θh < 1
	a := m.Theta * h
	return m.Mu + (x0-m.Mu)*math.Exp(log), m.Sigma * m.Sigma * h * -math.Expm1(2*log) / (a * (2 - a))
}

func (m OU) euler(y []float64, h, scale float64, z []float64) {
	r, c, b := 1-m.Theta*h, m.Theta*h*m.Mu, m.Sigma*scale
	z = z[:len(y)]
	done := eulerVectors(best, ouKernel, y, z, &constants{r, c, b})
	for i := done; i < len(y); i++ {
		y[i] = float64(r*y[i]) + c + float64(b*z[i])
	}
}

// exact has the increment's sign and size in common with the path's: given Δw
// alone the rest of ∫e^{−θ(h−s)}dw, of variance O(h³), is independent.
func (m OU) exact(y []float64, h, scale float64, z []float64) {
	r, c := math.Exp(-m.Theta*h), -math.Expm1(-m.Theta*h)*m.Mu
	b := math.Copysign(math.Sqrt(math.Abs(m.Variance(h)/h)), m.Sigma) * scale
	for i, v := range y {
		y[i] = float64(r*v) + c + float64(b*z[i])
	}
}

func (OU) strongOrder() float64 { return 1 }

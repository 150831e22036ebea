package models

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// CIR is the square-root process of Cox, Ingersoll and Ross,
//
//	dx = κ (θ − x) dt + σ √x dw,   x ≥ 0.
//
// x_t/c is non-central χ² of d = 4κθ/σ² degrees of freedom and non-centrality
// λ = x_0 e^{−κt}/c, with c = σ² (1 − e^{−κt})/(4κ). Feller's condition for x
// never to reach 0 is d ≥ 2. Feller (1951); Cox, Ingersoll, Ross (1985), eq. 18.
//
// As a System the coefficients are those of max(x, 0), which makes Euler–Maruyama
// the scheme of full truncation of Lord, Koekkoek, van Dijk (2010).
type CIR struct{ Kappa, Theta, Sigma float64 }

// Validate checks the constants: all positive.
func (m CIR) Validate() error {
	return errors.Join(positive("CIR.Kappa", m.Kappa), positive("CIR.Theta", m.Theta), positive("CIR.Sigma", m.Sigma))
}

// System returns the equation, of one number.
func (m CIR) System() sde.System {
	return sde.System{
		Dim: 1, Structure: sde.Diagonal,
		Drift:     each(func(x float64) float64 { return m.Kappa * (m.Theta - truncate(x)) }),
		Diffusion: each(func(x float64) float64 { return m.Sigma * math.Sqrt(truncate(x)) }),
	}
}

// truncate returns max(x, 0), and NaN for NaN.
func truncate(x float64) float64 {
	if x < 0 {
		return 0
	}
	return x
}

// Degrees returns d = 4κθ/σ²; the process never reaches 0 if d ≥ 2.
func (m CIR) Degrees() float64 { return 4 * m.Kappa * m.Theta / (m.Sigma * m.Sigma) }

// Mean returns E x_t = θ + (x_0 − θ) e^{−κt}.
func (m CIR) Mean(x0, t float64) float64 { return m.Theta + (x0-m.Theta)*math.Exp(-m.Kappa*t) }

// Variance returns Var x_t = (σ²/κ) (1−e^{−κt}) (x_0 e^{−κt} + ½ θ (1−e^{−κt})).
// Cox, Ingersoll, Ross (1985), eq. 19.
func (m CIR) Variance(x0, t float64) float64 {
	gone := -math.Expm1(-m.Kappa * t)
	return m.Sigma * m.Sigma / m.Kappa * gone * (x0*math.Exp(-m.Kappa*t) + m.Theta*gone/2)
}

// Laplace returns E e^{−s x_t} = (1 + 2cs)^{−d/2} exp(−λcs/(1 + 2cs)).
func (m CIR) Laplace(s, x0, t float64) float64 {
	c := m.scale(t)
	u := 2 * c * s
	return math.Exp(-m.Degrees()/2*math.Log1p(u) - x0*math.Exp(-m.Kappa*t)*s/(1+u))
}

func (m CIR) scale(t float64) float64 {
	return -m.Sigma * m.Sigma * math.Expm1(-m.Kappa*t) / (4 * m.Kappa)
}

// Transition draws x_t given x_0 from its exact law: χ² of d + 2N degrees of
// freedom, N being Poisson of mean λ/2. It allocates nothing. Johnson, Kotz,
// Balakrishnan (1995), chapter 29; Glasserman (2003), section 3.4.
func (m CIR) Transition(s *noise.Stream, x0, t float64) float64 {
	c := m.scale(t)
	n := 0.0
	if lambda := x0 * math.Exp(-m.Kappa*t) / c; lambda > 0 {
		n = distuv.Poisson{Lambda: lambda / 2, Src: s}.Rand()
	}
	return c * distuv.Gamma{Alpha: m.Degrees()/2 + n, Beta: 0.5, Src: s}.Rand()
}

func (m CIR) euler(y []float64, h, scale float64, z []float64) {
	a, c, b := m.Kappa*h, m.Kappa*h*m.Theta, m.Sigma*scale
	z = z[:len(y)]
	for i, v := range y {
		x := truncate(v)
		y[i] = v - float64(a*x) + c + float64(b*math.Sqrt(x)*z[i])
	}
}

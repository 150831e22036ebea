package models

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/ito-sde/ito/sde"
)

// DoubleWell is a particle without mass in the potential V(x) = x⁴/4 − x²/2, of
// wells at ±1 and a barrier of height ¼ at 0,
//
//	dx = (x − x³) dt + σ dw,
//
// whose stationary density is exp(−2V(x)/σ²)/Z. Kramers (1940); Gardiner (2009),
// sections 5.2 and 5.5.
type DoubleWell struct{ Sigma float64 }

// Validate checks the constants: σ > 0.
func (m DoubleWell) Validate() error { return positive("DoubleWell.Sigma", m.Sigma) }

// System returns the equation, of one number.
func (m DoubleWell) System() sde.System {
	return sde.System{
		Dim: 1, Structure: sde.AdditiveDiagonal,
		Drift:     each(func(x float64) float64 { return x * (1 - x*x) }),
		Diffusion: func(dst []float64, _ float64, _ []float64) error { dst[0] = m.Sigma; return nil },
	}
}

// Potential returns V(x).
func (DoubleWell) Potential(x float64) float64 { return x * x * (x*x - 2) / 4 }

// StationaryMoment returns E x^p in the stationary law, by quadrature.
func (m DoubleWell) StationaryMoment(p int) float64 {
	if p%2 == 1 {
		return 0
	}
	end := m.reach()
	moment := func(p int) float64 {
		return m.integrate(func(x float64) float64 { return math.Pow(x, float64(p)) * m.weight(x) }, 0, end)
	}
	return moment(p) / moment(0)
}

// weight is exp(−2(V(x) − V(1))/σ²).
func (m DoubleWell) weight(x float64) float64 {
	s := (x*x - 1) / m.Sigma
	return math.Exp(-s * s / 2)
}

// reach is where weight has fallen to e⁻⁴⁰⁰.
func (m DoubleWell) reach() float64 { return math.Sqrt(1 + 28.3*m.Sigma) }

// integrate is Gauss and Legendre's rule on pieces short against the width of
// the wells.
func (m DoubleWell) integrate(f func(float64) float64, a, b float64) float64 {
	pieces := 1 + int(math.Abs(b-a)/min(m.Sigma, 0.5))
	sum := 0.0
	for i := range pieces {
		lo, hi := a+(b-a)*float64(i)/float64(pieces), a+(b-a)*float64(i+1)/float64(pieces)
		sum += quad.Fixed(f, lo, hi, 16, quad.Legendre{}, 0)
	}
	return sum
}

// MeanPassage returns the mean time to reach level to from x < to,
//
//	(2/σ²) ∫_x^to e^{2V(y)/σ²} ∫_−∞^y e^{−2V(z)/σ²} dz dy.
//
// The error wraps ErrModel where x > to or where the time overflows. Gardiner
// (2009), section 5.5.
func (m DoubleWell) MeanPassage(x, to float64) (float64, error) {
	if err := m.Validate(); err != nil {
		return 0, err
	}
	if !(x <= to) {
		return 0, fmt.Errorf("%w: passage from %v up to %v; by symmetry the way down is that from %v up to %v", ErrModel, x, to, -x, -to)
	}
	floor := min(-m.reach(), x-m.Sigma)
	t := 2 / (m.Sigma * m.Sigma) * m.integrate(func(y float64) float64 {
		return m.integrate(m.weight, floor, y) / m.weight(y)
	}, x, to)
	if t-t != 0 {
		return 0, fmt.Errorf("%w: the mean passage from %v to %v at Sigma %v is %v", ErrModel, x, to, m.Sigma, t)
	}
	return t, nil
}

// Kramers returns the rate √(V″(1)|V″(0)|)/(2π) e^{−2ΔV/σ²} = e^{−1/(2σ²)}/(√2 π)
// of escape from one well to the other, which holds as σ → 0. Kramers (1940).
func (m DoubleWell) Kramers() float64 {
	return math.Exp(-1/(2*m.Sigma*m.Sigma)) / (math.Sqrt2 * math.Pi)
}

func (m DoubleWell) euler(y []float64, h, scale float64, z []float64) {
	a, b := 1+h, m.Sigma*scale
	z = z[:len(y)]
	done := eulerVectors(best, doubleWellKernel, y, z, &constants{a, h, b})
	for i := done; i < len(y); i++ {
		v := y[i]
		y[i] = float64(v*(a-float64(h*(v*v)))) + float64(b*z[i])
	}
}

package models

import (
	"errors"

	"github.com/ito-sde/ito/sde"
)

// Lorenz is the system of Lorenz (1963) with additive noise,
//
//	dx = σ (y − x) dt + ν dw_1,
//	dy = (x (ρ − z) − y) dt + ν dw_2,
//	dz = (x y − β z) dt + ν dw_3.
//
// Its law is not known. In the stationary one, whatever ν, the time derivatives
// of E x, E z, E x² and E (y² + z²) vanish, so that
//
//	E x = E y,   E xy = β E z,   E x² = E xy + ν²/(2σ),
//	ρ E xy = E y² + β E z² − ν².
type Lorenz struct{ Sigma, Rho, Beta, Noise float64 }

// Validate checks the constants: σ, β > 0.
func (m Lorenz) Validate() error {
	return errors.Join(positive("Lorenz.Sigma", m.Sigma), finite("Lorenz.Rho", m.Rho), positive("Lorenz.Beta", m.Beta), finite("Lorenz.Noise", m.Noise))
}

// System returns the equation, of three numbers.
func (m Lorenz) System() sde.System {
	return sde.System{
		Dim: 3, Structure: sde.AdditiveDiagonal,
		Drift: func(dst []float64, _ float64, q []float64) error {
			for i := 0; i+2 < len(q); i += 3 {
				x, y, z := q[i], q[i+1], q[i+2]
				dst[i], dst[i+1], dst[i+2] = m.Sigma*(y-x), x*(m.Rho-z)-y, x*y-m.Beta*z
			}
			return nil
		},
		Diffusion: func(dst []float64, _ float64, _ []float64) error {
			dst[0], dst[1], dst[2] = m.Noise, m.Noise, m.Noise
			return nil
		},
	}
}

// Residuals returns the four differences, left less right, of the stationary
// identities for the averages of x, y, z, x², y², z² and xy.
func (m Lorenz) Residuals(x, y, z, xx, yy, zz, xy float64) [4]float64 {
	v := m.Noise * m.Noise
	return [4]float64{x - y, xy - m.Beta*z, xx - xy - v/(2*m.Sigma), m.Rho*xy - yy - m.Beta*zz + v}
}

func (m Lorenz) euler(q []float64, h, scale float64, w []float64) {
	b := m.Noise * scale
	w = w[:len(q)]
	for i := 0; i+2 < len(q); i += 3 {
		x, y, z := q[i], q[i+1], q[i+2]
		q[i] = x + float64(h*(m.Sigma*(y-x))) + float64(b*w[i])
		q[i+1] = y + float64(h*(x*(m.Rho-z)-y)) + float64(b*w[i+1])
		q[i+2] = z + float64(h*(x*y-m.Beta*z)) + float64(b*w[i+2])
	}
}

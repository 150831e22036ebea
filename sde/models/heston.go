package models

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/ito-sde/ito/sde"
)

// Heston is a price with a CIR process as its variance,
//
//	dx = μ x dt + √v x dw_1,
//	dv = κ (θ − v) dt + σ √v (ρ dw_1 + √(1−ρ²) dw_2),
//
// in rows (x, v). As a System the coefficients are those of max(v, 0), as in CIR.
// Heston (1993).
type Heston struct{ Mu, Kappa, Theta, Sigma, Rho float64 }

// Validate checks the constants: κ, θ, σ > 0 and |ρ| ≤ 1.
func (m Heston) Validate() error {
	err := errors.Join(finite("Heston.Mu", m.Mu), m.variance().Validate())
	if !(m.Rho >= -1 && m.Rho <= 1) {
		err = errors.Join(err, fmt.Errorf("%w: Heston.Rho %v must lie in [−1, 1]", ErrModel, m.Rho))
	}
	return err
}

func (m Heston) variance() CIR { return CIR{m.Kappa, m.Theta, m.Sigma} }

// other is √(1−ρ²) without cancellation.
func (m Heston) other() float64 { return math.Sqrt((1 - m.Rho) * (1 + m.Rho)) }

// System returns the equation, of two numbers and two noises.
func (m Heston) System() sde.System {
	other := m.other()
	return sde.System{
		Dim: 2, NoiseDim: 2, Structure: sde.General,
		Drift: func(dst []float64, _ float64, y []float64) error {
			for i := 0; i < len(y); i += 2 {
				dst[i], dst[i+1] = m.Mu*y[i], m.Kappa*(m.Theta-truncate(y[i+1]))
			}
			return nil
		},
		Diffusion: func(dst []float64, _ float64, y []float64) error {
			for i := 0; i < len(y); i += 2 {
				root := math.Sqrt(truncate(y[i+1]))
				b := dst[2*i : 2*i+4]
				b[0], b[1] = root*y[i], 0
				b[2], b[3] = m.Sigma*m.Rho*root, m.Sigma*other*root
			}
			return nil
		},
	}
}

// Mean returns E x_t and E v_t.
func (m Heston) Mean(x0, v0, t float64) (x, v float64) {
	return x0 * math.Exp(m.Mu*t), m.variance().Mean(v0, t)
}

// Variance returns Var x_t = x_0² e^{2μt} (φ(−2i) − 1), +Inf where it has
// exploded: Andersen, Piterbarg (2007), "Moment explosions in stochastic
// volatility models", section 3.
func (m Heston) Variance(x0, v0, t float64) float64 {
	// D of Characteristic solves D' = 1 − b D + ½σ²D² with b = κ − 2ρσ, which is
	// bounded if its stable root is real and positive; else it explodes at t*.
	b := m.Kappa - 2*m.Rho*m.Sigma
	if t >= explosion(b, 2*m.Sigma*m.Sigma) {
		return math.Inf(1)
	}
	phi := real(m.Characteristic(-2i, v0, t))
	mean := x0 * math.Exp(m.Mu*t)
	return mean * mean * (phi - 1)
}

// explosion returns the time at which D' = 1 − b D + ¼ c D², D(0) = 0, is
// infinite.
func explosion(b, c float64) float64 {
	d := b*b - c
	switch {
	case d >= 0 && b > 0:
		return math.Inf(1)
	case d > 0:
		r := math.Sqrt(d)
		return math.Log((b-r)/(b+r)) / r
	case d == 0:
		return -2 / b
	default:
		r := math.Sqrt(-d)
		return 2 * math.Atan2(r, -b) / r
	}
}

// VarianceOfVariance returns Var v_t.
func (m Heston) VarianceOfVariance(v0, t float64) float64 { return m.variance().Variance(v0, t) }

// Characteristic returns E exp(iu (ln(x_t/x_0) − μt)) = exp(C θ + D v_0) for
// complex u, with b = κ − iρσu, d = √(b² + σ²u(u+i)), g = (b−d)/(b+d),
//
//	D = (b−d)/σ² (1−e^{−dt})/(1−g e^{−dt}),
//	C = κ/σ² ((b−d)t − 2 ln((1−g e^{−dt})/(1−g))),   the ratio being 1 + g (1−e^{−dt})/(1−g),
//
// the form without branch cuts. Albrecher, Mayer, Schoutens, Tistaert (2007),
// "The little Heston trap".
func (m Heston) Characteristic(u complex128, v0, t float64) complex128 {
	s2 := complex(m.Sigma*m.Sigma, 0)
	b := complex(m.Kappa, 0) - complex(0, m.Rho*m.Sigma)*u
	d := cmplx.Sqrt(b*b + s2*u*(u+1i))
	// (b−d) as −σ²u(u+i)/(b+d), without cancellation.
	minus := -s2 * u * (u + 1i) / (b + d)
	g := minus / (b + d)
	e := cmplx.Exp(-d * complex(t, 0))
	dd := minus / s2 * (1 - e) / (1 - g*e)
	c := complex(m.Kappa, 0) / s2 * (minus*complex(t, 0) - 2*log1p(g*(1-e)/(1-g)))
	return cmplx.Exp(c*complex(m.Theta, 0) + dd*complex(v0, 0))
}

// log1p returns ln(1+z) for small z too.
func log1p(z complex128) complex128 {
	x, y := real(z), imag(z)
	return complex(0.5*math.Log1p(x*(2+x)+y*y), math.Atan2(y, 1+x))
}

// Call returns E e^{−μt} (x_t − strike)⁺ to ten digits or so of x_0, by the
// integral of Lewis,
//
//	x_0 − (√(x_0 K) e^{−μt/2}/π) ∫_0^∞ Re(e^{iuk} φ(u − i/2)) du/(u² + ¼),
//
// k = ln(x_0/K) + μt and φ the Characteristic function, by Gauss and Legendre's
// rule on growing intervals until the rest is negligible. The error wraps
// ErrModel where the integral does not converge. Lewis (2001), "A simple option
// formula for general jump-diffusion and other exponential Lévy processes", eq. 3.11.
func (m Heston) Call(x0, v0, strike, t float64) (float64, error) {
	if err := errors.Join(m.Validate(), positive("price", x0), positive("strike", strike), positive("time", t)); err != nil {
		return 0, err
	}
	k := math.Log(x0/strike) + m.Mu*t
	f := func(u float64) float64 {
		phi := m.Characteristic(complex(u, -0.5), v0, t)
		return real(cmplx.Exp(complex(0, u*k))*phi) / (u*u + 0.25)
	}
	scale := math.Sqrt(x0*strike) * math.Exp(-m.Mu*t/2) / math.Pi
	sum := 0.0
	const nodes, most = 64, 4000
	lo, width := 0.0, 1.0
	for range most {
		hi := lo + width
		coarse := quad.Fixed(f, lo, hi, nodes, quad.Legendre{}, 0)
		fine := quad.Fixed(f, lo, hi, 2*nodes, quad.Legendre{}, 0)
		if !(math.Abs(fine-coarse) <= 1e-13) && width > 1e-3 {
			width /= 2
			continue
		}
		sum += fine
		// |φ(u − i/2)| falls, so the rest is at most |φ| ∫_hi^∞ u^−2 du.
		if cmplx.Abs(m.Characteristic(complex(hi, -0.5), v0, t))/hi < 1e-13 {
			return x0 - scale*sum, nil
		}
		lo, width = hi, 2*width
	}
	return 0, fmt.Errorf("%w: the integral of Heston.Call does not converge by u = %v; the time %v may be too short", ErrModel, lo, t)
}

func (m Heston) euler(y []float64, h, scale float64, z []float64) {
	growth, a, c := 1+m.Mu*h, m.Kappa*h, m.Kappa*h*m.Theta
	b1, b2 := m.Sigma*m.Rho, m.Sigma*m.other()
	z = z[:len(y)]
	done := eulerVectors(best, hestonKernel, y, z, &constants{growth, c, a, b1, b2, scale})
	for i := done; i+1 < len(y); i += 2 {
		v := truncate(y[i+1])
		root := math.Sqrt(v) * scale
		y[i] *= growth + float64(root*z[i])
		y[i+1] += c - float64(a*v) + float64(root*(float64(b1*z[i])+float64(b2*z[i+1])))
	}
}

package stochastic

import (
	"math"

	"github.com/ito-sde/ito/sde/noise"
)

// QUICSORT follows the Langevin equation of [Langevin] by a shifted ordinary
// differential equation between two kinks of the path. With ṽ = v + σ(H + 6K),
// ρ = σ(Δw − 12K), the nodes l, r = ½ ∓ √3/6 of Gauss and
//
//	β_s = e^(−γsh),   a_s = (1 − β_s)/γ,   b_s = (β_s + γsh − 1)/(γ²h),
//	x_l = x + a_l ṽ + b_l ρ,                       f_l = f(t + lh, x_l),
//	x_r = x + a_r ṽ + b_r ρ + a_⅓ h f_l,           f_r = f(t + rh, x_r),
//	x_1 = x + a_1 ṽ + b_1 ρ + ½h (a_r f_l + a_l f_r),
//	v_1 = β_1 ṽ + (a_1/h) ρ + ½h (β_r f_l + β_l f_r) − σ(H − 6K).
//
// Strong and weak order 3 for smooth forces, 2 or less for forces with few
// derivatives. Two evaluations of the force.
//
// Foster, Lyons, Oberhauser (2021), "The shifted ODE method for underdamped
// Langevin MCMC", definition 1.2, with the nodes and weights of Gauss's quadrature
// that diffrax gives it.
type QUICSORT struct{}

// Calculus returns Ito.
func (QUICSORT) Calculus() Calculus { return Ito }

// Structure returns Additive.
func (QUICSORT) Structure() Structure { return Additive }

// Orders returns 3 and 3.
func (QUICSORT) Orders(Structure) (strong, weak float64) { return 3, 3 }

// Needs returns SpaceTimeTime.
func (QUICSORT) Needs(Structure) noise.Functionals { return noise.SpaceTimeTime }

func (QUICSORT) fits(s *System) string { return BAOAB{}.fits(s) }

// Stepper returns a stepper for up to rows rows of s. It panics if s is not made
// by [Langevin].
func (QUICSORT) Stepper(s *System, rows int) Stepper {
	n := s.Dim / 2
	return &quicsort{splitting: newSplitting(s, rows), x: make([]float64, n), shifted: make([]float64, n), rho: make([]float64, n), fl: make([]float64, n), fr: make([]float64, n)}
}

type quicsort struct {
	splitting
	x, shifted, rho []float64 // x_l or x_r, ṽ and ρ of a row
	fl, fr          []float64
}

const (
	gaussLeft  = 0.21132486540518711775 // ½ − √3/6
	gaussRight = 1 - gaussLeft
)

// shares are β, a and b of a share of the step.
type shares struct{ beta, a, b float64 }

func newShares(gamma, h, share float64) shares {
	x := gamma * share * h
	return shares{math.Exp(-x), share * h * phi1(-x), share * share * h * phi2(-x)}
}

func (q *quicsort) Step(dst []float64, t, h float64, y, dw []float64) error {
	path := q.parts(noise.SpaceTimeTime, dst, y, dw)
	// Back in time, −v has the friction −γ and the noise −σ.
	sign, size := math.Copysign(1, h), math.Abs(h)
	gamma, sigma := sign*q.gamma, sign*q.sigma
	l, r, one := newShares(gamma, size, gaussLeft), newShares(gamma, size, gaussRight), newShares(gamma, size, 1)
	third := newShares(gamma, size, 1./3).a
	n := q.n
	for row := 0; row < len(y); row += 2 * n {
		x0, v0 := y[row:row+n], y[row+n:row+2*n]
		x1, v1 := dst[row:row+n], dst[row+n:row+2*n]
		w, hh, k := path.W[row/2:row/2+n], path.H[row/2:row/2+n], path.K[row/2:row/2+n]
		for i, x := range x0 {
			q.shifted[i] = sign*v0[i] + sigma*(hh[i]+6*k[i])
			q.rho[i] = sigma * (w[i] - 12*k[i])
			q.x[i] = x + l.a*q.shifted[i] + l.b*q.rho[i]
		}
		if err := q.force(q.fl, t+gaussLeft*h, q.x); err != nil {
			return err
		}
		for i, x := range x0 {
			q.x[i] = x + r.a*q.shifted[i] + r.b*q.rho[i] + third*size*q.fl[i]
		}
		if err := q.force(q.fr, t+gaussRight*h, q.x); err != nil {
			return err
		}
		for i, x := range x0 {
			x1[i] = x + one.a*q.shifted[i] + one.b*q.rho[i] + 0.5*size*(r.a*q.fl[i]+l.a*q.fr[i])
			v := one.beta*q.shifted[i] + one.a/size*q.rho[i] + 0.5*size*(r.beta*q.fl[i]+l.beta*q.fr[i])
			v1[i] = sign * (v - sigma*(hh[i]-6*k[i]))
		}
	}
	return nil
}

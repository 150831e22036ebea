package stochastic

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/sde/noise"
)

// Langevin returns the underdamped Langevin equation of unit masses,
//
//	dx = v dt,   dv = (f(t, x) − γ v) dt + σ dw,
//
// as a system of rows (x, v) of 2n numbers with n noises. With f = −∇U its
// stationary density is ∝ exp(−(U(x) + ½|v|²)/T), T = σ²/(2γ). Force writes f for
// rows of n numbers. All methods for additive noise take such a system; [BAOAB]
// and [OBABO] take no other, and go by f, γ and σ in the place of its fields. It
// panics if n < 1, f is nil, or γ or σ is negative.
func Langevin(n int, force integrators.Field, gamma, sigma float64) System {
	if n < 1 || force == nil || !(gamma >= 0) || !(sigma >= 0) {
		panic(fmt.Sprintf("stochastic: Langevin equation of %d coordinates with friction %v and noise %v", n, gamma, sigma))
	}
	return System{
		Dim: 2 * n, NoiseDim: n, Structure: Additive,
		Drift: func(dst []float64, t float64, y []float64) error {
			for r := 0; r < len(y); r += 2 * n {
				x, v := y[r:r+n], y[r+n:r+2*n]
				a := dst[r+n : r+2*n]
				if err := force(a, t, x); err != nil {
					return err
				}
				copy(dst[r:r+n], v)
				for i := range a {
					a[i] -= gamma * v[i]
				}
			}
			return nil
		},
		Diffusion: func(dst []float64, _ float64, _ []float64) error {
			clear(dst)
			for i := range n {
				dst[(n+i)*n+i] = sigma
			}
			return nil
		},
		langevin: &langevin{force, gamma, sigma},
	}
}

// langevin is what the splittings need to know of such a system.
type langevin struct {
	force        integrators.Field
	gamma, sigma float64
}

const langevinRemedy = "make the system by Langevin"

// BAOAB splits the Langevin equation of [Langevin] into kicks B, drifts A and
// the exact Ornstein–Uhlenbeck process O of the velocity,
//
//	B: v ← v + ½h f(t, x),   A: x ← x + ½h v,   O: v ← e^(−γh) v + σ √((1 − e^(−2γh))/2γ) Δw/√h,
//	A, and B at t+h.
//
// Its mean of functions of x in equilibrium is of order h² with a small constant,
// of order h⁴ for large γ, and exact at every h for a linear force. Two
// evaluations of the force.
//
// Strong order 1, weak order 2. Leimkuhler,
// Matthews (2013), "Rational construction of stochastic numerical methods for
// molecular sampling".
type BAOAB struct{}

// Calculus returns Ito.
func (BAOAB) Calculus() Calculus { return Ito }

// Structure returns Additive.
func (BAOAB) Structure() Structure { return Additive }

// Orders returns 1 and 2.
func (BAOAB) Orders(Structure) (strong, weak float64) { return 1, 2 }

func (BAOAB) fits(s *System) string {
	if s.langevin == nil {
		return langevinRemedy
	}
	return ""
}

// Stepper returns a stepper for up to rows rows of s. It panics if s is not made
// by [Langevin].
func (BAOAB) Stepper(s *System, rows int) Stepper { return &baoab{newSplitting(s, rows)} }

// OBABO splits as [BAOAB] does in the other order, with half an
// Ornstein–Uhlenbeck step at each end, of independent noises
//
//	(ΔW ± √12 H)/√(2h) ~ N(0, 1).
//
// In equilibrium its velocities are exact at every h for a linear force. Two
// evaluations of the force.
//
// Strong order 1, weak order 2. Bussi,
// Parrinello (2007), "Accurate sampling using Langevin dynamics".
type OBABO struct{}

// Calculus returns Ito.
func (OBABO) Calculus() Calculus { return Ito }

// Structure returns Additive.
func (OBABO) Structure() Structure { return Additive }

// Orders returns 1 and 2.
func (OBABO) Orders(Structure) (strong, weak float64) { return 1, 2 }

// Needs returns SpaceTime.
func (OBABO) Needs(Structure) noise.Functionals { return noise.SpaceTime }

func (OBABO) fits(s *System) string { return BAOAB{}.fits(s) }

// Stepper returns a stepper for up to rows rows of s. It panics if s is not made
// by [Langevin].
func (OBABO) Stepper(s *System, rows int) Stepper { return &obabo{newSplitting(s, rows)} }

type splitting struct {
	scratch
	*langevin
	n int
}

func newSplitting(s *System, rows int) splitting {
	c := newScratch(s, rows)
	if s.langevin == nil {
		panic("stochastic: not a Langevin equation; " + langevinRemedy)
	}
	return splitting{c, s.langevin, s.Dim / 2}
}

// kick is B, for a time.
func (l *splitting) kick(y []float64, t, time float64) error {
	n := l.n
	for r := 0; r < len(y); r += 2 * n {
		f := l.a[:n]
		if err := l.force(f, t, y[r:r+n]); err != nil {
			return err
		}
		for i, v := range f {
			y[r+n+i] += time * v
		}
	}
	return nil
}

// drift is A.
func (l *splitting) drift(y []float64, time float64) {
	for r := 0; r < len(y); r += 2 * l.n {
		x, v := y[r:r+l.n], y[r+l.n:r+2*l.n]
		for i := range x {
			x[i] += time * v[i]
		}
	}
}

// relax returns the factor e^(−γτ) of O over a time, and the standard deviation
// of its noise.
func (l *splitting) relax(time float64) (decay, sd float64) {
	if l.gamma == 0 {
		return 1, l.sigma * math.Sqrt(math.Abs(time))
	}
	return math.Exp(-l.gamma * time), l.sigma * math.Sqrt(math.Abs(math.Expm1(-2*l.gamma*time))/(2*l.gamma))
}

type baoab struct{ splitting }

func (l *baoab) Step(dst []float64, t, h float64, y, dw []float64) error {
	l.check(dst, y, dw)
	copy(dst, y)
	if err := l.kick(dst, t, h/2); err != nil {
		return err
	}
	l.drift(dst, h/2)
	decay, sd := l.relax(h)
	sd /= math.Sqrt(math.Abs(h))
	for i, w := range dw {
		v := &dst[i/l.n*2*l.n+l.n+i%l.n]
		*v = decay**v + sd*w
	}
	l.drift(dst, h/2)
	return l.kick(dst, t+h, h/2)
}

type obabo struct{ splitting }

func (l *obabo) Step(dst []float64, t, h float64, y, dw []float64) error {
	path := l.parts(noise.SpaceTime, dst, y, dw)
	copy(dst, y)
	decay, sd := l.relax(h / 2)
	sd /= math.Sqrt(2 * math.Abs(h))
	l.relaxAll(dst, decay, sd, path, math.Sqrt(12))
	if err := l.kick(dst, t, h/2); err != nil {
		return err
	}
	l.drift(dst, h)
	if err := l.kick(dst, t+h, h/2); err != nil {
		return err
	}
	l.relaxAll(dst, decay, sd, path, -math.Sqrt(12))
	return nil
}

// relaxAll is O with the noise sd (ΔW + share·H).
func (l *obabo) relaxAll(y []float64, decay, sd float64, path noise.Parts, share float64) {
	for i, w := range path.W {
		v := &y[i/l.n*2*l.n+l.n+i%l.n]
		*v = decay**v + sd*(w+share*path.H[i])
	}
}

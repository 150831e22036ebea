package esdirk

import (
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/internal/vec"
)

// newton solves the equations of the stages,
//
//	M x/(hγ) = f(t, y + (rise + x)),   x = hγ k,
//
// by the simplified method of Newton: J is that of an earlier point and W that of an
// earlier step h₀,
//
//	W Δ = f(t, y + (rise + x)) − M x/(hγ),   W = M/(h₀γ) − J,   x ← x + 2ρ/(1+ρ) Δ,   ρ = h/h₀.
//
// The factor halves the range of errors that W makes on components of which either
// side of it dominates, as in CVODE (Hindmarsh et al. 2005), where W is scaled by
// h₀γ. W is factored anew where |1/ρ − 1| exceeds drift, and J is evaluated anew
// where the worst contraction of the step before exceeded slow, where the state has
// come far, or where a stage fails to converge. drift is 0 and slow 0.01 for narrow patterns, of at most 16
// diagonals or unknowns, and 0.2 and 0.1 for others.
//
// With the contraction Θ = ‖Δ_m‖/‖Δ_{m−1}‖, iteration ends where
// Θ/(1−Θ)·‖Δ‖ ≤ kappa, the norm being that of the tolerances and kappa 0.1, or 0.01
// below 1e-12, where what thousands of steps leave to one side would add up; the first Δ is judged
// by the rates of the stages before, but never in the first stage of a step with an
// old J, or steps would pass without one rate being measured. It fails where at its
// rate it would not end within limit. An increment of at most stall, ten thousand
// units of rounding, that shrinks no more ends it too. Hairer, Wanner (1996),
// section IV.8.
//
// Sums are those of increments: rise is h Σ a_ij k_j and what the rounding of y left
// out, and y is added last, so that f alone feels the rounding of y, and tolerances
// below it keep their sense.
type newton struct {
	lin      *integrators.Linear
	lu, mass *jacobian.LU[float64] // mass is M itself; nil: the identity
	gamma    float64
	limit    int
	kappa    float64
	share    float64 // of a component in the mean square
	rounding bool    // no tolerances: the norm counts units of rounding
	stall    float64 // an increment that rounding alone may make
	drift    float64
	slow     float64

	t, shift, at float64 // shift is 1/(hγ), at that of the factorisation, 0: none
	have         bool    // J is set
	current      bool    // J is that at (t, y)
	changed      bool    // a component of J v by a tenth, when J was last evaluated
	eta, rate    float64 // Θ/(1−Θ) at last, worst Θ of the step

	y, rise, x, stage, r, mx, weight []float64
	origin, probe, image             []float64 // the state that J belongs to; a vector v and J v
	reach                            float64   // for far
	f0                               []float64 // f(t, y) where it is known
}

// resolution is the least tolerance that the norm knows, a thousandth of rounding.
const resolution = 0x1p-62

func (s *newton) reset(t float64) {
	s.t, s.at, s.eta, s.rate = t, 0, 1, 0
	s.have, s.current, s.reach = false, false, 8
	s.scale()
}

func (s *newton) accept(h float64) {
	s.t += h
	s.current = false
	s.scale()
}

// scale sets the weights of the norm at y.
func (s *newton) scale() {
	rtol, atol, least := math.Max(s.lin.RTol, resolution), s.lin.ATol, 0.0
	if s.rounding || atol == 0 {
		for _, v := range s.y[:len(s.weight)] {
			least = math.Max(least, math.Abs(v))
		}
		if least == 0 {
			least = 1
		}
	}
	if s.rounding {
		// Of a component much smaller than the others their rounding decides.
		rtol, least = 0x1p-52, 1e-3*least
	} else if atol > 0 {
		least = 0
	} else {
		least *= 0x1p-52 // lest a state of zeros weigh infinitely
	}
	for i, v := range s.y[:len(s.weight)] {
		if v = math.Abs(v); v < least {
			v = least
		}
		s.weight[i] = 1 / (atol + rtol*v)
	}
}

// solve finds x of a stage; where the iteration fails it tries again with what can
// be brought up to date.
func (s *newton) solve(predict *vec.Terms, k []float64, t float64) error {
	for {
		predict.Combine(s.x, nil, 1/s.shift, k)
		ok, err := s.iterate(t)
		if ok || err != nil {
			return err
		}
		if s.current && s.at == s.shift {
			s.rate = 0
			return integrators.ErrDiverged
		}
		if !s.current {
			if err := s.linearise(); err != nil {
				return err
			}
		}
		if err := s.factor(); err != nil {
			return err
		}
	}
}

// iterate takes x from its predicted value to the solution.
func (s *newton) iterate(t float64) (ok bool, err error) {
	rho := s.at / s.shift
	correction := 2 * rho / (1 + rho)
	// Rates of other stages count for less and less; to rounding, for nothing.
	eta, prev, theta := 1.0, 0.0, 0.0
	if !s.rounding {
		root := math.Sqrt(s.eta)
		eta = root * math.Sqrt(root)
	}
	stage := s.stage
	y, rise := s.y[:len(stage)], s.rise[:len(stage)]
	for i, v := range s.x[:len(stage)] {
		stage[i] = y[i] + (rise[i] + v)
	}
	for m := 1; m <= s.limit; m++ {
		if err := s.lin.Eval(s.r, t, s.stage); err != nil {
			return false, err
		}
		s.lin.Counts.Iterations++
		s.residual()
		s.lu.Solve(s.r)
		norm := s.update(correction)
		if m > 1 {
			theta = norm / prev
			if theta >= 0.5 && prev <= s.stall && s.current && s.at == s.shift {
				return true, nil
			}
			if norm > s.kappa && theta > s.rate {
				s.rate = theta
			}
			if !(theta < 1) {
				return false, nil
			}
			eta = theta / (1 - theta)
		} else if !(norm <= math.MaxFloat64) {
			return false, nil
		}
		left := eta * norm
		if left <= s.kappa || norm == 0 {
			if s.eta = eta; eta < 0x1p-14 {
				s.eta = 0x1p-14
			}
			return true, nil
		}
		if m > 1 {
			for range s.limit - m {
				left *= theta
			}
			if left > s.kappa {
				return false, nil
			}
		}
		prev = norm
	}
	return false, nil
}

// residual subtracts M x/(hγ) from r.
func (s *newton) residual() {
	r := s.r
	mx := s.x[:len(r)]
	if s.mass != nil {
		s.lin.Mass.MulVec(s.mx, mx)
		mx = s.mx[:len(r)]
	}
	for i, v := range mx {
		r[i] -= v * s.shift
	}
}

// update adds c r to x and to stage, and returns the norm of what it added.
func (s *newton) update(c float64) float64 {
	r := s.r
	x, stage, y, rise, weight := s.x[:len(r)], s.stage[:len(r)], s.y[:len(r)], s.rise[:len(r)], s.weight[:len(r)]
	sum := 0.0
	for i, v := range r {
		v *= c
		x[i] += v
		stage[i] = y[i] + (rise[i] + x[i])
		v *= weight[i]
		sum += v * v
	}
	return math.Sqrt(sum * s.share)
}

// filter sets dst = (M − h₀γJ)⁻¹ M e.
func (s *newton) filter(dst, e []float64) {
	r := s.r
	if s.mass != nil {
		s.lin.Mass.MulVec(r, e)
	} else {
		copy(r, e)
	}
	s.lu.Solve(r)
	for i, v := range r {
		dst[i] = v * s.at
	}
}

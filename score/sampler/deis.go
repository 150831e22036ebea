package sampler

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// Coordinate is that in which a multistep rule interpolates.
type Coordinate int

// The coordinates of DEIS.
const (
	InTime   Coordinate = iota // t
	InRho                      // ρ = σ/α
	InLambda                   // λ = ln(α/σ)
)

// DEIS is the Adams–Bashforth form of the diffusion exponential integrator
// sampler: with y = x/α the probability flow is dy = ε dρ, and
//
//	x_s = α_s (x_t/α_t + Σ_j C_j ε_j),   C_j = ∫_t^s ℓ_j(τ) (dρ/dτ) dτ,   j = 0 … Order,
//
// with ℓ_j the Lagrange polynomials over τ at this step and the Order steps
// before it, and τ = t (tAB), ρ (ρAB) or λ (λAB). In ρ and λ the integrals are in
// closed form, in t by Gauss–Legendre of 24 nodes. Order = 0 is DDIM; in ρ the
// rule of Order r is the linear multistep rule (LMS) of order r + 1.
//
// One evaluation a step. Order r + 1, once started; the orders grow from 1. In t
// digits are lost where dρ/dt grows manyfold within the Order steps, as at the
// noisy end of a rectified flow.
//
// Zhang, Chen (2023), "Fast sampling of diffusion models with exponential
// integrator", eqs. 14 and 15.
type DEIS struct {
	Order int
	In    Coordinate
}

// Memory is the order.
func (r DEIS) Memory() int { return min(max(r.Order, 0), 3) }

// Cost is one evaluation.
func (DEIS) Cost() Cost { return Cost{Evaluations: 1} }

// Apply makes one step.
func (r DEIS) Apply(s *Step) error {
	if err := orderWithin("DEIS.Order", r.Order, 0, 3); err != nil {
		return err
	}
	e, err := s.PredictedNoise()
	if err != nil {
		return err
	}
	var v [mostNodes][]float64
	var theta, m, w [mostNodes]float64
	n := past(s, e, r.Order+1, &v, &theta)
	scale := s.To.Alpha
	switch r.In {
	case InLambda:
		// dρ = −ρ dλ, and ρ = ρ_s e^((1−θ)h).
		moments(m[:n], s.H())
		scale *= -s.To.Rho() * s.H()
	case InRho:
		rho := s.From.Rho()
		dr := s.To.Rho() - rho
		for j := range n {
			m[j] = 1 / float64(j+1)
			if j > 0 {
				_, at, _ := s.Earlier(j)
				theta[j] = (at.Rho() - rho) / dr
			}
		}
		scale *= dr
	case InTime:
		dt := s.Next - s.Time
		for j := 1; j < n; j++ {
			theta[j] = (s.EarlierTime(j) - s.Time) / dt
		}
		timeMoments(s, m[:n])
	default:
		return fmt.Errorf("%w: DEIS in coordinate %d; want InTime, InRho or InLambda", ErrRule, r.In)
	}
	lagrange(w[:n], theta[:n], m[:n])
	for j := range n {
		w[j] *= scale
	}
	mix(s.X, s.To.Alpha/s.From.Alpha, s.X, w[:n], v[:n]...)
	return nil
}

// Nodes and weights of Gauss–Legendre on [0, 1].
var legendreAt, legendreWeight = func() (x, w [24]float64) {
	quad.Legendre{}.FixedLocations(x[:], w[:], 0, 1)
	return
}()

// timeMoments sets m_k = ∫ θ^k (dρ/dt) dt over the step, θ from 0 to 1, with
// dρ/dt = g²/(2 ρ α²).
func timeMoments(s *Step, m []float64) {
	clear(m)
	dt := s.Next - s.Time
	for i, u := range legendreAt {
		t := s.Time + u*dt
		at := s.Process.At(t)
		_, g := s.Process.Coefficients(t)
		v := legendreWeight[i] * dt * g * g / (2 * at.Sigma * at.Alpha)
		for k := range m {
			m[k] += v * math.Pow(u, float64(k))
		}
	}
}

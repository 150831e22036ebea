// Package gradientflow moves particles down a divergence from their law q_t to a
// target p: along the gradient of h(ln p/q_t), the flow behind generative
// adversarial networks, and along Stein's direction. The velocities are fields of
// all particles together, for the methods of package ode.
package gradientflow

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/rows"
	"github.com/ito-sde/ito/integrators"
)

// Ratio knows ln p/q for particles x, rows of q: it writes to log the ratio at each
// row, which may lack a constant where the doc says so, and to grad its gradient.
// Calls need not be safe for concurrent use.
type Ratio func(log, grad, x []float64) error

// Rate is h'(ln p/q), the slope of an increasing h at a log ratio: positive.
type Rate func(log float64) float64

// The rates of the Wasserstein gradient flows of f-divergences ∫ q f(p/q), whose
// velocity is ∇[u f'(u) − f(u)] = u² f″(u) ∇ ln u at u = p/q, so that
// h'(r) = e^{2r} f″(e^r); and those of the two losses of generators. Yi, Zhu, Liu
// (2023), "MonoFlow: rethinking divergence GANs via the perspective of Wasserstein
// gradient flows", table 1.
var (
	// ReverseKL descends KL(q‖p), f = −ln u: h' = 1.
	ReverseKL Rate = func(float64) float64 { return 1 }
	// ForwardKL descends KL(p‖q), f = u ln u: h' = u.
	ForwardKL Rate = math.Exp
	// Hellinger descends ½∫(√p − √q)², f = ½(√u − 1)²: h' = ¼√u.
	Hellinger Rate = func(r float64) float64 { return 0.25 * math.Exp(0.5*r) }
	// JensenShannon descends the Jensen–Shannon divergence: h' = ½u/(1+u).
	JensenShannon Rate = func(r float64) float64 { return 0.5 / (1 + math.Exp(-r)) }
	// NonSaturating is the generator's loss −ln σ(r): h' = 1/(1+u).
	NonSaturating Rate = func(r float64) float64 { return 1 / (1 + math.Exp(r)) }
)

// Field returns the velocity of all particles, a state of rows of dim numbers,
//
//	x' = ∇ h(ln p/q_t)(x) = h'(ln p/q_t) ∇ ln p/q_t.
//
// For h the identity it is the Wasserstein gradient flow of KL(q‖p), along which q_t
// obeys the Fokker–Planck equation of Langevin's dynamics (Jordan, Kinderlehrer,
// Otto 1998); from N(m_0, v_0) to N(0, 1) it has m = m_0 e^−t, v = 1 + (v_0 − 1)e^−2t.
// For any increasing h, KL(q‖p) decreases at the rate E_q h' |∇ ln p/q|².
//
// The field holds scratch and belongs to one goroutine. Its errors are those of r,
// and divergence.ErrNotFinite where a velocity is not finite. It panics if a state is
// no rows of dim numbers.
func Field(r Ratio, rate Rate, dim int) integrators.Field {
	var log []float64
	return func(dst []float64, _ float64, x []float64) error {
		if len(dst) != len(x) || len(x)%dim != 0 {
			panic(fmt.Sprintf("gradientflow: %d numbers to %d, in rows of %d", len(x), len(dst), dim))
		}
		log = resize(log, len(x)/dim)
		if err := r(log, dst, x); err != nil {
			return err
		}
		for i, l := range log {
			row := dst[i*dim:][:dim]
			floats.Scale(rate(l), row)
			for j, v := range row {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return fmt.Errorf("%w: velocity %v of particle %d, coordinate %d, at log ratio %v; bound the rate", divergence.ErrNotFinite, v, i, j, l)
				}
			}
		}
		return nil
	}
}

// Between returns the ratio of two densities: of the target p to the law q of the
// particles, each given by its logarithm. q is called first, and sees the particles.
func Between(p, q Density) Ratio {
	var log, grad []float64
	return func(dst, slope, x []float64) error {
		log, grad = resize(log, len(dst)), resize(grad, len(slope))
		if err := q(log, grad, x); err != nil {
			return err
		}
		if err := p(dst, slope, x); err != nil {
			return err
		}
		floats.Sub(dst, log)
		floats.Sub(slope, grad)
		return nil
	}
}

func resize(v []float64, n int) []float64 {
	if cap(v) < n {
		return make([]float64, n)
	}
	return v[:n]
}

// checkParticles accepts at least least finite rows.
func checkParticles(x []float64, dim, least int) error {
	if _, err := rows.Check(x, dim, least); err != nil {
		return fmt.Errorf("particles: %w", err)
	}
	return nil
}

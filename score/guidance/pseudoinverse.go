package guidance

import (
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// PseudoInverse is pseudoinverse-guided diffusion (ΠGDM): x_0 given x is taken for
// N(D, r² I), so that
//
//	D' = D + (σ²/α) Jᵀ Aᵀ (r² A Aᵀ + σ_y² I)⁻¹ (y − A D),   r² = vσ²/(α²v + σ²),
//
// r² being what N(0, v I) leaves open: σ²/(α² + σ²) for the source's v = 1. It
// costs an evaluation and a gradient through the model, and holds for exact
// observations.
//
// Exact for Gaussian data whose variance is v in every direction that is observed,
// these being axes of its covariance. For N(0, v') with another v' it ends, like
// DPS, at a law too narrow (v < v') or too wide.
//
// Song, Vahdat, Mardani, Kautz (2023), "Pseudoinverse-guided diffusion models for
// inverse problems", section 3.
//
// Errors: score.ErrObservation, [ErrConfig] unless v is positive, [ErrNoVJP]; of
// its Denoise also score.ErrLevel at α = 0, and at σ = 0 for an exact observation.
func PseudoInverse(m score.Model, o score.Observation, v float64) (score.Model, error) {
	if err := positive("variance of the data", v); err != nil {
		return nil, err
	}
	l, err := newLikelihood(m, o)
	if err != nil {
		return nil, err
	}
	l.weigh = func(r []float64, at sde.Level) {
		if at.Sigma == 0 {
			clear(r) // the factor σ²/α is 0: x_0 is known
			return
		}
		spread := v / (at.Alpha*at.Alpha*v/at.Sigma/at.Sigma + 1)
		for j, s := range l.s {
			r[j] /= s*s*spread + l.noise*l.noise
		}
	}
	return l, nil
}

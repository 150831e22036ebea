package variational

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/sde"
)

// Hierarchy is a diffusion as a hierarchical variational autoencoder with a fixed
// encoder: latents x_T ... x_0 at levels of less and less noise, encoded by the forward
// process and decoded by p(x_s|x_t), the Gaussian posterior of x_s given x_t with the
// denoiser D(x_t) for the data.
type Hierarchy struct {
	// Levels go from the prior's to the last latent's. If the last has σ = 0 it is the
	// data itself.
	Levels []sde.Level
	// Prior is the variance of the prior N(0, Prior·I); 0 means σ² of the first level.
	Prior float64
	// Forward takes the forward step's variance β² = σ_t² − (α_t/α_s)²σ_s² for the
	// decoder's, which is right for data N(0, I) of a process that preserves it, in
	// place of the posterior's β²σ_s²/σ_t², which is right for one point.
	Forward bool
	// Values, if not nil, are those that a coordinate of the data can take, ascending:
	// the last decoder then gives probabilities to them, see [Hierarchy.Bound].
	Values []float64
	// Progress is told how many steps are done.
	Progress func(done, total int)
}

// Bound returns the terms of the negative evidence lower bound of rows x of data,
//
//	−ln p(x) ≤ KL(q(x_T|x)‖p(x_T)) + Σ E KL(q(x_s|x_t, x)‖p(x_s|x_t)) − E ln p(x|x_0),
//
// each step with one noise a row. A step's divergence is, with w the decoder's variance
// and b = β²σ_s²/σ_t² the posterior's,
//
//	½dim (b/w − 1 − ln(b/w)) + (α_s β²/σ_t²)² |x − D(x_t)|²/(2w),
//
// which is ½(SNR_s − SNR_t)|x − D|² for w = b. The last term is that of N(D(x_1), w) where
// the last level is the data, and of N(x_0/α_0, ρ² I), ρ = σ_0/α_0, otherwise. With Values
// it is, for each coordinate,
//
//	P(v | x_0) ∝ exp(−(x_0/α_0 − v)²/(2ρ²)),
//
// and the bound one of −ln P(x).
//
// Errors: [score.ErrLevel] unless there are two levels of less and less noise and α > 0
// at the last, or where the data is a level and Forward is not set: the posterior's
// variance is 0 there; those of the model and of [matching.Errors].
//
// Ho, Jain, Abbeel (2020), eq. 5; Kingma, Salimans, Poole, Ho (2021), eqs. 11 to 14.
func (h Hierarchy) Bound(ctx context.Context, m score.Model, x []float64, c matching.Config) (Terms, error) {
	if err := h.check(); err != nil {
		return Terms{}, err
	}
	dim := m.Dim()
	t, err := newTerms(x, dim, h.Levels[0], h.Prior)
	if err != nil {
		return Terms{}, err
	}
	d, total, term := float64(dim), t.Rows, make([]float64, len(t.Rows))
	for k, to := range h.Levels[1:] {
		from := h.Levels[k]
		c := c
		c.Step += uint64(k)
		if err := matching.Errors(ctx, term, m, x, from, c); err != nil {
			return Terms{}, fmt.Errorf("step %d of %d: %w", k+1, len(h.Levels)-1, err)
		}
		scale := from.Alpha / to.Alpha
		beta := from.Sigma*from.Sigma - scale*scale*to.Sigma*to.Sigma // β²
		share := to.Sigma / from.Sigma
		posterior := beta * share * share
		width := posterior
		if h.Forward {
			width = beta
		}
		weight := to.Alpha * beta / (from.Sigma * from.Sigma)
		constant := 0.5 * d * math.Log(2*math.Pi*width)
		if to.Sigma > 0 {
			constant = 0.5 * d * (posterior/width - 1 - math.Log(posterior/width))
		}
		for i, square := range term {
			term[i] = constant + weight*weight*square/(2*width)
		}
		floats.Add(total, term)
		if mean := stat.Mean(term, nil); to.Sigma > 0 {
			t.Steps = append(t.Steps, mean)
		} else {
			t.Decoder = mean
		}
		if h.Progress != nil {
			h.Progress(k+1, len(h.Levels)-1)
		}
	}
	if last := h.Levels[len(h.Levels)-1]; last.Sigma > 0 {
		c.Step += uint64(len(h.Levels))
		if err := t.decode(ctx, x, dim, last, h.Values, c); err != nil {
			return Terms{}, err
		}
	}
	t.finish()
	return t, nil
}

func (h Hierarchy) check() error {
	if len(h.Levels) < 2 {
		return fmt.Errorf("%w: %d levels; want at least two", score.ErrLevel, len(h.Levels))
	}
	last := len(h.Levels) - 1
	for i, l := range h.Levels {
		switch {
		case !(l.Alpha >= 0) || !(l.Sigma >= 0) || math.IsInf(l.Alpha+l.Sigma, 1) || l.Sigma == 0 && i < last || l.Alpha == 0 && i > 0:
			return fmt.Errorf("%w: level %d has α = %v, σ = %v", score.ErrLevel, i, l.Alpha, l.Sigma)
		case i > 0 && !(l.Rho() < h.Levels[i-1].Rho()):
			return fmt.Errorf("%w: level %d has σ/α = %v after %v; it must fall", score.ErrLevel, i, l.Rho(), h.Levels[i-1].Rho())
		}
	}
	if h.Levels[last].Sigma == 0 && h.Values != nil {
		return fmt.Errorf("%w: the last level is the data, whose density is Gaussian; Values need σ > 0 there", score.ErrLevel)
	}
	if h.Levels[last].Sigma == 0 && !h.Forward {
		return fmt.Errorf("%w: a decoder of variance 0 at σ = 0; end at σ > 0, or set Forward", score.ErrLevel)
	}
	return nil
}

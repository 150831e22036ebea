package variational

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/statistics"
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
}

// Terms of a negative evidence lower bound, in nats a row; flow.BitsPerDim of less the
// total is in bits a coordinate.
type Terms struct {
	Prior   float64   // KL(q(x_T|x)‖p(x_T))
	Steps   []float64 // E KL(q(x_s|x_t, x)‖p(x_s|x_t)) of each step
	Decoder float64   // −E ln p(x|x_0)
	Total   statistics.Estimate
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
// the last level is the data, and of N(x_0/α_0, σ_0²/α_0² I) otherwise.
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
	if len(x) == 0 || len(x)%dim != 0 {
		return Terms{}, fmt.Errorf("%w: %d numbers are not rows of %d", score.ErrDimension, len(x), dim)
	}
	n, d := len(x)/dim, float64(dim)
	total, term := make([]float64, n), make([]float64, n)
	var t Terms
	first, prior := h.Levels[0], h.Prior
	if prior == 0 {
		prior = first.Sigma * first.Sigma
	}
	ratio := first.Sigma * first.Sigma / prior
	for i := range n {
		norm := floats.Norm(x[i*dim:][:dim], 2) * first.Alpha
		total[i] = 0.5*d*(ratio-1-math.Log(ratio)) + 0.5*norm*norm/prior
	}
	t.Prior = stat.Mean(total, nil)
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
	}
	if last := h.Levels[len(h.Levels)-1]; last.Sigma > 0 {
		t.Decoder = 0.5 * d * math.Log(2*math.Pi*math.E*last.Rho()*last.Rho())
		floats.AddConst(t.Decoder, total)
	}
	mean, sd := stat.MeanStdDev(total, nil)
	t.Total = statistics.Estimate{Value: mean, Error: sd / math.Sqrt(float64(n))}
	return t, nil
}

func (h Hierarchy) check() error {
	if len(h.Levels) < 2 {
		return fmt.Errorf("%w: %d levels; want at least two", score.ErrLevel, len(h.Levels))
	}
	if !(h.Prior >= 0) || math.IsInf(h.Prior, 1) {
		return fmt.Errorf("%w: prior of variance %v", score.ErrConfig, h.Prior)
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
	if h.Levels[last].Sigma == 0 && !h.Forward {
		return fmt.Errorf("%w: a decoder of variance 0 at σ = 0; end at σ > 0, or set Forward", score.ErrLevel)
	}
	return nil
}

// Information returns the mutual information of data and noisy data in nats by the
// I-MMSE identity,
//
//	I(x_0; αx_0 + σε) = ½ ∫₀^SNR MMSE(γ) dγ,   MMSE(γ) = E|x_0 − E[x_0 | √γ x_0 + ε]|²,
//
// from any model's errors on rows x of data: for the true denoiser it is the
// information, for others an upper bound but for chance, and the continuous limit of
// the steps of [Hierarchy.Bound]. The integral is by Gauss–Legendre quadrature with
// nodes points in ln(1 + γv), v the data's mean variance, in which a Gaussian's is nearly
// constant; each node has noise of its own.
//
// Errors: [score.ErrConfig] unless nodes > 0, [score.ErrLevel] unless σ > 0; those of
// [matching.Errors]. Guo, Shamai, Verdú (2005), theorem 1.
func Information(ctx context.Context, m score.Model, x []float64, at sde.Level, nodes int, c matching.Config) (statistics.Estimate, error) {
	if nodes < 1 {
		return statistics.Estimate{}, fmt.Errorf("%w: %d nodes", score.ErrConfig, nodes)
	}
	if !(at.Sigma > 0) || !(at.Alpha >= 0) || math.IsInf(at.Alpha+at.Sigma, 1) {
		return statistics.Estimate{}, fmt.Errorf("%w: α = %v, σ = %v; want σ > 0", score.ErrLevel, at.Alpha, at.Sigma)
	}
	g, err := score.FitGaussian(x, m.Dim())
	if err != nil {
		return statistics.Estimate{}, err
	}
	n, v := len(x)/m.Dim(), 0.0
	for i := range m.Dim() {
		v += g.Cov().At(i, i) / float64(m.Dim())
	}
	if v == 0 {
		return statistics.Estimate{}, nil // one point: nothing to know
	}
	top := math.Log1p(v * math.Exp(2*at.Lambda()))
	if at.Alpha == 0 {
		return statistics.Estimate{}, nil
	}
	where, weight := make([]float64, nodes), make([]float64, nodes)
	quad.Legendre{}.FixedLocations(where, weight, 0, top)
	total, term := make([]float64, n), make([]float64, n)
	for i, w := range where {
		gamma := math.Expm1(w) / v
		c := c
		c.Step += uint64(i)
		level := sde.Level{Alpha: math.Sqrt(gamma / (1 + gamma)), Sigma: math.Sqrt(1 / (1 + gamma))}
		if err := matching.Errors(ctx, term, m, x, level, c); err != nil {
			return statistics.Estimate{}, err
		}
		floats.AddScaled(total, 0.5*weight[i]*(1+gamma*v)/v, term)
	}
	mean, sd := stat.MeanStdDev(total, nil)
	return statistics.Estimate{Value: mean, Error: sd / math.Sqrt(float64(n))}, nil
}

package flow

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// Dequantisation says how rows of data, which have no noise, are brought to the level
// (α, σ) at which the flow begins, as x_t = α(x + u). With ρ = σ/α:
type Dequantisation uint8

const (
	// Truncated takes u ~ N(0, ρ²), for continuous data: the bound of a last decoder
	// N(x; x_t/α, ρ²), whose width is that of u, so that the noise itself costs nothing.
	Truncated Dequantisation = iota
	// Uniform takes u ~ U(−Δ/2, Δ/2), for data in steps of Δ. Theis, van den Oord, Bethge
	// (2016), section 3.1.
	Uniform
	// TruncatedNormal takes u ~ N(0, ρ²) within ±Δ/2, for data in steps of Δ: that is
	// what the model has seen at this level where ρ ≪ Δ. Zheng, Lu, Chen, Zhu (2023),
	// "Improved techniques for maximum likelihood estimation for diffusion ODEs",
	// section 3.2.
	TruncatedNormal
)

// Quantised says what rows of data are. The zero value is continuous data.
type Quantised struct {
	Noise Dequantisation
	Width []float64 // Δ in the units of the rows, one number or one for each coordinate; nil with Truncated
	Draws int       // of u for each row; 0 means 1
	Seed  uint64
}

// LogTerms are the terms of [LogProbability], in nats. The slice has a number for each
// row, the others are means over rows with their standard errors; BitsPerDim of any of
// them with offset 0 is its share of the bits.
type LogTerms struct {
	Rows           []float64
	Prior          statistics.Estimate // ln p_T(x_T)
	Volume         statistics.Estimate // ∫∇·v dt
	Truncation     float64             // dim ln α: the flow ends at x_t, not x_t/α
	Dequantisation float64             // Σ H(u_j), the entropy of the noise
	Total          statistics.Estimate
	Evaluations    int
}

// LogProbability returns a lower bound of the log probability that a model gives to rows
// of quantised data, or of the log density of continuous ones, by the flow from the
// level of Config.From:
//
//	ln P(x) = ln ∫ p(x + u) du ≥ E[ln p_t(α(x + u))] + dim ln α + Σ_j H(u_j),
//
// the integral being over the cell of widths Δ about x, and E over u. For Uniform
// H = ln Δ; for TruncatedNormal, with τ = Δ/(2ρ) and Z = 2Φ(τ) − 1,
// H = ln(√(2πe) ρ Z) − τ φ(τ)/Z. For Truncated the bound is that of
// ln ∫ p_t(x_t) N(x; x_t/α, ρ²I) dx_t, and has no H. Draws are averaged row by row;
// errors are those of the rows' mean, with what draws and probes add.
//
// Errors: those of [LogLikelihood]; [ErrConfig] for a width that does not fit, or at
// σ = 0 where noise needs it. It panics as LogLikelihood does.
func LogProbability(ctx context.Context, p sde.Process, m score.Model, x []float64, q Quantised, c Config) (LogTerms, error) {
	c, err := c.way(p)
	if err != nil {
		return LogTerms{}, err
	}
	at := p.At(c.From)
	dim := m.Dim()
	if err := q.check(at, dim); err != nil {
		return LogTerms{}, err
	}
	if len(x) == 0 {
		return LogTerms{}, fmt.Errorf("%w: no rows", ErrConfig)
	}
	rows, draws := len(x)/dim, max(1, q.Draws)
	noisy := make([]float64, len(x))
	prior, volume := make([]float64, rows), make([]float64, rows)
	var t LogTerms
	for k := range draws {
		q.perturb(noisy, x, dim, at, k, c.First)
		each := c
		each.First += uint64(k) << 32 // other probes
		if c.Progress != nil {
			each.Progress = func(done, _ int) { c.Progress(k*rows+done, draws*rows) }
		}
		l, err := LogLikelihood(ctx, p, m, noisy, each)
		if err != nil {
			return LogTerms{}, err
		}
		floats.AddScaled(prior, 1/float64(draws), l.Prior)
		floats.AddScaled(volume, 1/float64(draws), l.Volume)
		t.Evaluations += l.Evaluations
	}
	d := float64(dim)
	t.Truncation, t.Dequantisation = d*math.Log(at.Alpha), q.entropy(at, dim)
	t.Rows = make([]float64, rows)
	floats.AddTo(t.Rows, prior, volume)
	floats.AddConst(t.Truncation+t.Dequantisation, t.Rows)
	t.Prior, t.Volume, t.Total = mean(prior), mean(volume), mean(t.Rows)
	return t, nil
}

func mean(x []float64) statistics.Estimate {
	mean, sd := stat.MeanStdDev(x, nil)
	return statistics.Estimate{Value: mean, Error: sd / math.Sqrt(float64(len(x)))}
}

func (q Quantised) check(at sde.Level, dim int) error {
	switch {
	case !(at.Alpha > 0):
		return fmt.Errorf("%w: α = %v at From; there is nothing of the data there", ErrConfig, at.Alpha)
	case q.Noise > TruncatedNormal:
		return fmt.Errorf("%w: no dequantisation %d", ErrConfig, q.Noise)
	case q.Noise == Truncated && q.Width != nil:
		return fmt.Errorf("%w: width %v for continuous data; take Uniform or TruncatedNormal", ErrConfig, q.Width)
	case q.Noise == TruncatedNormal && !(at.Sigma > 0):
		return fmt.Errorf("%w: σ = %v at From; there is no noise to truncate, take Uniform", ErrConfig, at.Sigma)
	case q.Noise != Truncated && len(q.Width) != 1 && len(q.Width) != dim:
		return fmt.Errorf("%w: %d widths of the quantisation for %d coordinates; want one, or one for each", ErrConfig, len(q.Width), dim)
	}
	for _, w := range q.Width {
		if !(w > 0) || math.IsInf(w, 1) {
			return fmt.Errorf("%w: width %v of the quantisation; want it positive", ErrConfig, w)
		}
	}
	return nil
}

func (q Quantised) width(j int) float64 {
	if len(q.Width) == 1 {
		return q.Width[0]
	}
	return q.Width[j]
}

// entropy is Σ H(u_j), 0 for Truncated.
func (q Quantised) entropy(at sde.Level, dim int) (sum float64) {
	for j := range dim {
		switch q.Noise {
		case Uniform:
			sum += math.Log(q.width(j))
		case TruncatedNormal:
			tau := q.width(j) / (2 * at.Rho())
			z := math.Erf(tau / math.Sqrt2)
			sum += 0.5*math.Log(2*math.Pi*math.E) + math.Log(at.Rho()*z) - tau*distuv.UnitNormal.Prob(tau)/z
		}
	}
	return sum
}

// perturb writes α(x + u) for one draw. Row i is a function of first + i and the draw.
func (q Quantised) perturb(dst, x []float64, dim int, at sde.Level, draw int, first uint64) {
	if q.Noise == Truncated {
		sde.Perturb(dst, x, dim, at, noise.Gaussian{}, noise.Address{Seed: q.Seed, Use: noise.Data, Row: first, Step: uint64(draw)})
		return
	}
	for i := 0; i < len(x); i += dim {
		s := noise.NewStream(noise.Address{Seed: q.Seed, Use: noise.Data, Step: uint64(draw), Stage: first + uint64(i/dim)})
		for j, v := range x[i : i+dim] {
			u := s.Uniform() - 0.5
			if q.Noise == Uniform {
				u *= q.width(j)
			} else {
				inside := math.Erf(q.width(j) / (2 * at.Rho() * math.Sqrt2))
				u = at.Rho() * math.Sqrt2 * math.Erfinv(2*u*inside)
			}
			dst[i+j] = at.Alpha * (v + u)
		}
	}
}

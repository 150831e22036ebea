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
	Width float64 // Δ, in the units of the rows; none with Truncated
	Draws int     // of u for each row; 0 means 1
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
	Dequantisation float64             // dim H(u), the entropy of the noise
	Total          statistics.Estimate
	Evaluations    int
}

// LogProbability returns a lower bound of the log probability that a model gives to rows
// of quantised data, or of the log density of continuous ones, by the flow from the
// level of Config.From:
//
//	ln P(x) = ln ∫ p(x + u) du ≥ E[ln p_t(α(x + u))] + dim ln α + dim H(u),
//
// the integral being over the cell of width Δ about x, and E over u. For Uniform
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
	if err := q.check(at); err != nil {
		return LogTerms{}, err
	}
	if len(x) == 0 {
		return LogTerms{}, fmt.Errorf("%w: no rows", ErrConfig)
	}
	dim := m.Dim()
	rows, draws := len(x)/dim, max(1, q.Draws)
	noisy := make([]float64, len(x))
	prior, volume := make([]float64, rows), make([]float64, rows)
	var t LogTerms
	for k := range draws {
		q.perturb(noisy, x, dim, at, k, c.First)
		each := c
		each.First += uint64(k) << 32 // other probes
		l, err := LogLikelihood(ctx, p, m, noisy, each)
		if err != nil {
			return LogTerms{}, err
		}
		floats.AddScaled(prior, 1/float64(draws), l.Prior)
		floats.AddScaled(volume, 1/float64(draws), l.Volume)
		t.Evaluations += l.Evaluations
	}
	d := float64(dim)
	t.Truncation, t.Dequantisation = d*math.Log(at.Alpha), d*q.entropy(at)
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

func (q Quantised) check(at sde.Level) error {
	switch {
	case !(at.Alpha > 0):
		return fmt.Errorf("%w: α = %v at From; there is nothing of the data there", ErrConfig, at.Alpha)
	case q.Noise > TruncatedNormal:
		return fmt.Errorf("%w: no dequantisation %d", ErrConfig, q.Noise)
	case q.Noise == Truncated && q.Width != 0:
		return fmt.Errorf("%w: width %v for continuous data; take Uniform or TruncatedNormal", ErrConfig, q.Width)
	case q.Noise != Truncated && (!(q.Width > 0) || math.IsInf(q.Width, 1)):
		return fmt.Errorf("%w: width %v of the quantisation; want it positive", ErrConfig, q.Width)
	case q.Noise == TruncatedNormal && !(at.Sigma > 0):
		return fmt.Errorf("%w: σ = %v at From; there is no noise to truncate, take Uniform", ErrConfig, at.Sigma)
	}
	return nil
}

// entropy is H(u), 0 for Truncated.
func (q Quantised) entropy(at sde.Level) float64 {
	switch q.Noise {
	case Uniform:
		return math.Log(q.Width)
	case TruncatedNormal:
		tau := q.Width / (2 * at.Rho())
		z := math.Erf(tau / math.Sqrt2)
		return 0.5*math.Log(2*math.Pi*math.E) + math.Log(at.Rho()*z) - tau*distuv.UnitNormal.Prob(tau)/z
	}
	return 0
}

// perturb writes α(x + u) for one draw. Row i is a function of first + i and the draw.
func (q Quantised) perturb(dst, x []float64, dim int, at sde.Level, draw int, first uint64) {
	if q.Noise == Truncated {
		sde.Perturb(dst, x, dim, at, noise.Gaussian{}, noise.Address{Seed: q.Seed, Use: noise.Data, Row: first, Step: uint64(draw)})
		return
	}
	z := math.Erf(q.Width / (2 * at.Rho() * math.Sqrt2))
	for i := 0; i < len(x); i += dim {
		s := noise.NewStream(noise.Address{Seed: q.Seed, Use: noise.Data, Step: uint64(draw), Stage: first + uint64(i/dim)})
		for j, v := range x[i : i+dim] {
			u := q.Width * (s.Uniform() - 0.5)
			if q.Noise == TruncatedNormal {
				u = at.Rho() * math.Sqrt2 * math.Erfinv(z*2*u/q.Width)
			}
			dst[i+j] = at.Alpha * (v + u)
		}
	}
}

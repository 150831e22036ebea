// Package matching is about how far a model's score is from the true one: the losses of
// score matching, models that have their minimum in closed form, the local Lipschitz
// constant of a score, and the bound on W2 that they add up to.
package matching

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// Config says how the noise of a loss is drawn. Losses of equal Config and data see the
// same noise, so that their differences are known far better than either.
type Config struct {
	Seed    uint64
	Step    uint64       // of the noise's address: another one is other noise
	Source  noise.Source // nil: noise.Gaussian
	Workers int          // goroutines; 0: GOMAXPROCS. The result is the same bits for any number
}

// Denoising returns the denoising loss of a model's score s at a level,
//
//	E |s(αx_0 + σε) + ε/σ|²,   ε ~ N(0, I),
//
// with one ε for each row x_0 of data. It is the explicit loss plus the constant
// E|ε/σ − E[ε/σ | x]|², which no model changes: for Gaussian data dim/σ² − tr(α²Σ + σ²I)⁻¹.
// With a Source that repeats itself for repeated rows it is an expectation over several
// ε.
//
// Errors: those of the model, [score.ErrDimension], [score.ErrSamples] for fewer than 2
// rows, [score.ErrNotFinite], [score.ErrLevel] unless σ > 0; that of ctx.
//
// Vincent (2011), "A connection between score matching and denoising autoencoders",
// eq. 11.
func Denoising(ctx context.Context, m score.Model, x []float64, at sde.Level, c Config) (statistics.Estimate, error) {
	return c.mean(ctx, m, x, at, func(loss, s, x0, noised []float64) error {
		dim := m.Dim()
		for i := range loss {
			for j, v := range s[i*dim:][:dim] {
				e := (noised[i*dim+j] - at.Alpha*x0[i*dim+j]) / at.Sigma
				v += e / at.Sigma
				loss[i] += v * v
			}
		}
		return nil
	})
}

// Explicit returns the explicit loss of a model's score s against the truth's,
//
//	E |s(x) − ∇ ln p(x)|²,   x = αx_0 + σε,
//
// on the same x as Denoising. Errors: as for Denoising, and those of the truth.
func Explicit(ctx context.Context, m, truth score.Model, x []float64, at sde.Level, c Config) (statistics.Estimate, error) {
	if truth.Dim() != m.Dim() {
		return statistics.Estimate{}, fmt.Errorf("%w: models of %d and %d coordinates", score.ErrDimension, m.Dim(), truth.Dim())
	}
	return c.mean(ctx, m, x, at, func(loss, s, _, noised []float64) error {
		dim, want := m.Dim(), make([]float64, len(s))
		if err := score.Of(want, truth, noised, at); err != nil {
			return fmt.Errorf("truth: %w", err)
		}
		for i := range loss {
			d := floats.Distance(s[i*dim:][:dim], want[i*dim:][:dim], 2)
			loss[i] = d * d
		}
		return nil
	})
}

// Implicit returns the implicit loss of a model's score s,
//
//	E [ |s(x)|² + 2 ∇·s(x) ],   x = αx_0 + σε,
//
// on the same x as Denoising: the explicit loss less E|∇ ln p|², by parts. It needs the
// trace of a [score.Tracer], but neither ε nor the truth. Errors: as for Denoising, and
// [score.ErrConfig] for a model without traces.
//
// Hyvärinen (2005), "Estimation of non-normalized statistical models by score
// matching", eq. 4.
func Implicit(ctx context.Context, m score.Model, x []float64, at sde.Level, c Config) (statistics.Estimate, error) {
	tracer, ok := m.(score.Tracer)
	if !ok {
		return statistics.Estimate{}, fmt.Errorf("%w: %T has no trace; take Denoising", score.ErrConfig, m)
	}
	return c.mean(ctx, m, x, at, func(loss, s, _, noised []float64) error {
		dim := m.Dim()
		if err := tracer.TraceDenoise(loss, noised, at); err != nil {
			return err
		}
		for i, trace := range loss {
			norm := floats.Norm(s[i*dim:][:dim], 2)
			loss[i] = norm*norm + 2*(at.Alpha*trace-float64(dim))/(at.Sigma*at.Sigma)
		}
		return nil
	})
}

// Errors writes |x_0 − D(αx_0 + σε)|² for each row of data to dst, with the noise of
// Denoising: |s + ε/σ|² is α²/σ⁴ of it. Its mean for the true denoiser is the least mean
// square error (MMSE). σ may be 0. It panics unless x is len(dst) rows; errors as for
// Denoising.
func Errors(ctx context.Context, dst []float64, m score.Model, x []float64, at sde.Level, c Config) error {
	dim := m.Dim()
	if len(x) != len(dst)*dim {
		panic(fmt.Sprintf("matching: %d numbers are not %d rows of %d", len(x), len(dst), dim))
	}
	if _, err := checkRows(x, dim, 1); err != nil {
		return err
	}
	return c.tiles(ctx, dim, x, at, func(lo int, x0, noised []float64) error {
		d := make([]float64, len(x0))
		if err := m.Denoise(d, noised, at); err != nil {
			return err
		}
		for i := range len(d) / dim {
			e := floats.Distance(d[i*dim:][:dim], x0[i*dim:][:dim], 2)
			dst[lo+i] = e * e
		}
		return nil
	})
}

// tileRows is the number of rows that are looked at together.
const tileRows = 3 * noise.BlockRows

// tiles noises the data and shows it, tile by tile.
func (c Config) tiles(ctx context.Context, dim int, x []float64, at sde.Level, do func(lo int, x0, noised []float64) error) error {
	if c.Source == nil {
		c.Source = noise.Gaussian{}
	}
	n := len(x) / dim
	return par.For(ctx, c.Workers, (n+tileRows-1)/tileRows, func(_, tile int) error {
		lo, hi := tile*tileRows, min((tile+1)*tileRows, n)
		noised := make([]float64, (hi-lo)*dim)
		sde.Perturb(noised, x[lo*dim:hi*dim], dim, at, c.Source, noise.Address{Seed: c.Seed, Use: noise.Train, Row: uint64(lo), Step: c.Step})
		return do(lo, x[lo*dim:hi*dim], noised)
	})
}

// mean returns the mean of a loss, which is told the score, the data and the noised
// data of a tile.
func (c Config) mean(ctx context.Context, m score.Model, x []float64, at sde.Level, loss func(loss, s, x0, noised []float64) error) (statistics.Estimate, error) {
	n, err := checkRows(x, m.Dim(), 2)
	if err != nil {
		return statistics.Estimate{}, err
	}
	if !(at.Alpha >= 0) || !(at.Sigma > 0) || math.IsInf(at.Alpha+at.Sigma, 1) {
		return statistics.Estimate{}, fmt.Errorf("%w: α = %v, σ = %v; want α ≥ 0 and σ > 0", score.ErrLevel, at.Alpha, at.Sigma)
	}
	values := make([]float64, n)
	err = c.tiles(ctx, m.Dim(), x, at, func(lo int, x0, noised []float64) error {
		s := make([]float64, len(x0))
		if err := score.Of(s, m, noised, at); err != nil {
			return err
		}
		return loss(values[lo:lo+len(x0)/m.Dim()], s, x0, noised)
	})
	if err != nil {
		return statistics.Estimate{}, err
	}
	mean, sd := stat.MeanStdDev(values, nil)
	return statistics.Estimate{Value: mean, Error: sd / math.Sqrt(float64(n))}, nil
}

// checkRows accepts at least least finite rows of dim numbers.
func checkRows(x []float64, dim, least int) (int, error) {
	if dim < 1 || len(x)%dim != 0 {
		return 0, fmt.Errorf("%w: %d numbers are not rows of %d", score.ErrDimension, len(x), dim)
	}
	n := len(x) / dim
	if n < least {
		return 0, fmt.Errorf("%w: %d rows; at least %d are needed", score.ErrSamples, n, least)
	}
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, fmt.Errorf("%w: row %d, column %d is %v", score.ErrNotFinite, i/dim, i%dim, v)
		}
	}
	return n, nil
}

package score

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// Langevin returns the equation that keeps the density p of a level,
//
//	dx = ½ ∇ ln p(x) dt + dw,
//
// for rows of x and any method of [sde.Solve]. Euler's and Maruyama's step is the
// unadjusted Langevin algorithm x + ½h s + √h z, whose stationary variance for
// N(0, v) is v/(1 − h/(4v)) instead of v (Roberts, Tweedie 1996).
//
// The score is that of [Of], with its errors.
func Langevin(m Model, at sde.Level) sde.System {
	return sde.System{
		Dim: m.Dim(), Structure: sde.AdditiveDiagonal,
		Drift: func(dst []float64, _ float64, x []float64) error {
			if err := Of(dst, m, x, at); err != nil {
				return err
			}
			floats.Scale(0.5, dst)
			return nil
		},
		Diffusion: func(dst []float64, _ float64, _ []float64) error {
			for i := range dst {
				dst[i] = 1
			}
			return nil
		},
	}
}

// Annealing says how [Anneal] samples.
type Annealing struct {
	Levels []sde.Level // from the noisiest to the last, all with σ > 0
	Steps  int         // at each level
	// Step is h as a fraction of σ², the same at every level: Euler's map is stable
	// below 4(1 + v α²/σ²) for data of variance v, and useful far below.
	Step    float64
	Seed    uint64
	Source  noise.Source // nil: noise.Gaussian
	Workers int          // goroutines; 0: GOMAXPROCS
}

// Anneal fills dst, rows of samples, by annealed Langevin dynamics: from σz at the
// first level, at each level Steps steps of
//
//	x ← x + ½h ∇ ln p(x) + √h z,   h = Step·σ²,
//
// a factor of α_next/α to the next, and D(x) of the last one's in the end. Rows are the
// same bits for any number of workers.
//
// Errors: [ErrConfig], [ErrLevel], those of the model and of [sde.Solve].
//
// Song, Ermon (2019), algorithm 1, whose ε is Step·σ_L²; Jolicoeur-Martineau et al.
// (2021) for the denoising at the end.
func Anneal(ctx context.Context, dst []float64, m Model, c Annealing) error {
	dim := m.Dim()
	if len(dst)%dim != 0 || len(c.Levels) == 0 || c.Steps < 1 || !(c.Step > 0) || math.IsInf(c.Step, 1) {
		return fmt.Errorf("%w: %d numbers in rows of %d, %d levels of %d steps of %v; want whole rows and all positive", ErrConfig, len(dst), dim, len(c.Levels), c.Steps, c.Step)
	}
	for i, l := range c.Levels {
		if err := checkLevel(l); err != nil {
			return fmt.Errorf("level %d: %w", i, err)
		}
		if l.Sigma == 0 || l.Alpha == 0 || i > 0 && l.Rho() > c.Levels[i-1].Rho() {
			return fmt.Errorf("%w: level %d has α = %v, σ = %v; want both positive and no more noise than the level before", ErrLevel, i, l.Alpha, l.Sigma)
		}
	}
	if c.Source == nil {
		c.Source = noise.Gaussian{}
	}
	c.Source.Normal(dst, dim, noise.Address{Seed: c.Seed, Use: noise.Prior})
	x := append([]float64(nil), dst...)
	floats.Scale(c.Levels[0].Sigma, x)
	for i, l := range c.Levels {
		if i > 0 {
			floats.Scale(l.Alpha/c.Levels[i-1].Alpha, x)
		}
		end := c.Step * l.Sigma * l.Sigma * float64(c.Steps)
		r, err := sde.Solve(ctx, stochastic.EulerMaruyama{}, Langevin(m, l), 0, end, x, sde.Config{
			Steps: c.Steps, Source: c.Source, Workers: c.Workers,
			Address: noise.Address{Seed: c.Seed, Step: uint64(i * c.Steps)},
		})
		if err != nil {
			return fmt.Errorf("level %d of %d: %w", i+1, len(c.Levels), err)
		}
		x = r.Y
	}
	return m.Denoise(dst, x, c.Levels[len(c.Levels)-1])
}

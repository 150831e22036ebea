package tune

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// Paths is an objective for deterministic rules on any model: the root mean
// square distance between where a sampler and where the probability flow takes
// the same starts,
//
//	E = (1/n Σ |x̂_i − x_i|²)^½,
//
// in the data's units. Starts and ends so paired are a coupling of the two output
// laws, whence E² is an upper bound for the squared W2 between them, in
// expectation over the starts. On a Gaussian, where both maps are linear along the
// same axes, it is W2 itself.
//
// The flow is UniPC of order 3 in many steps, uniform in λ.
type Paths struct {
	process sde.Process
	model   score.Model
	seed    uint64
	ends    []float64
	slack   float64
}

var _ Objective = (*Paths)(nil)

// PathsConfig says how many paths to compare. Process and Model are required.
type PathsConfig struct {
	Process sde.Process
	Model   score.Model
	Rows    int    // 0: 256
	Steps   int    // of the flow, even; 0: 200
	Seed    uint64 // of the starts
	Workers int
}

// NewPaths follows the flow, at the cost of 3/2 Steps evaluations a row.
func NewPaths(ctx context.Context, c PathsConfig) (*Paths, error) {
	if c.Process == nil || c.Model == nil {
		return nil, fmt.Errorf("%w: paths need a Process and a Model", ErrConfig)
	}
	if c.Rows == 0 {
		c.Rows = 256
	}
	if c.Steps == 0 {
		c.Steps = 200
	}
	if c.Rows < 2 || c.Steps < 20 || c.Steps%2 != 0 {
		return nil, fmt.Errorf("%w: %d paths of %d steps; want two or more, of 20 or more steps, an even number", ErrConfig, c.Rows, c.Steps)
	}
	p := &Paths{process: c.Process, model: c.Model, seed: c.Seed}
	follow := func(steps int) ([]float64, error) {
		g, err := sampler.Times(c.Process, sampler.UniformLambda{}, steps, true)
		if err != nil {
			return nil, err
		}
		return p.sample(ctx, sampler.Config{Rule: sampler.UniPC{Order: 3}, Grid: g, Workers: c.Workers}, c.Rows)
	}
	half, err := follow(c.Steps / 2)
	if err != nil {
		return nil, fmt.Errorf("tune: the flow: %w", err)
	}
	if p.ends, err = follow(c.Steps); err != nil {
		return nil, fmt.Errorf("tune: the flow: %w", err)
	}
	p.slack, _ = rms(half, p.ends, c.Model.Dim())
	return p, nil
}

// Slack is the distance between the ends of the flow and those in half as many
// steps: far above what the ends err by, save for paths near the border between
// two modes.
func (p *Paths) Slack() float64 { return p.slack }

func (p *Paths) sample(ctx context.Context, c sampler.Config, rows int) ([]float64, error) {
	c.Process, c.Model, c.Seed, c.FirstRow, c.Source, c.Start, c.Progress = p.process, p.model, p.seed, 0, nil, nil, nil
	x := make([]float64, rows*p.model.Dim())
	_, err := sampler.Sample(ctx, x, c)
	return x, err
}

// Estimate returns E and its standard error over the starts.
func (p *Paths) Estimate(ctx context.Context, c sampler.Config) (e, se float64, err error) {
	if c.Rule == nil || c.Rule.Cost().Noises > 0 {
		return 0, 0, fmt.Errorf("%w: paths are for rules without noise; tune a stochastic one by a Surrogate or by Moments", ErrConfig)
	}
	x, err := p.sample(ctx, c, len(p.ends)/p.model.Dim())
	if err != nil {
		return 0, 0, err
	}
	e, se = rms(x, p.ends, p.model.Dim())
	return e, se, nil
}

// Error returns E.
func (p *Paths) Error(ctx context.Context, c sampler.Config) (float64, error) {
	e, _, err := p.Estimate(ctx, c)
	return e, err
}

// rms is the root mean square distance of rows, with its standard error by the
// delta method.
func rms(a, b []float64, dim int) (e, se float64) {
	d := make([]float64, len(a)/dim)
	for i := range a {
		d[i/dim] += (a[i] - b[i]) * (a[i] - b[i])
	}
	mean, sd := stat.MeanStdDev(d, nil)
	if mean == 0 {
		return 0, 0
	}
	e = math.Sqrt(mean)
	return e, sd / math.Sqrt(float64(len(d))) / (2 * e)
}

// Moments returns the W2 between the Gaussians of the means and covariances of
// the sampler's and the flow's ends: in the limit of many rows a lower bound for
// the W2 between the two laws. Gelbrich (1990).
func (p *Paths) Moments(ctx context.Context, c sampler.Config) (float64, error) {
	x, err := p.sample(ctx, c, len(p.ends)/p.model.Dim())
	if err != nil {
		return 0, err
	}
	a, err := divergence.Fit(x, p.model.Dim())
	if err != nil {
		return 0, err
	}
	b, err := divergence.Fit(p.ends, p.model.Dim())
	if err != nil {
		return 0, err
	}
	return divergence.W2(a, b)
}

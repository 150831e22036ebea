package tune

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
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
// The flow is UniPC of order 3 in many steps, uniform in λ, and the denoising after
// them. From starts of the data's own law (see PathsConfig.Data) its ends are so
// distributed but for the cut-off, which moves them by σ√dim/α or less in W2.
type Paths struct {
	process sde.Process
	model   score.Model
	seed    uint64
	ends    []float64
	slack   float64
}

var _ Residual = (*Paths)(nil)

// PathsConfig says how many paths to compare. Process and Model are required.
type PathsConfig struct {
	Process sde.Process
	Model   score.Model
	Rows    int    // 0: 256
	Steps   int    // of the flow, even; 0: 200
	Seed    uint64 // of the starts
	// Data holds Rows draws of the data. With them the flow starts from α x_0 + σ z,
	// where the data's own law is at the process's end, and samplers from their prior
	// σ z: E then counts the prior's error too. nil: both start from σ z.
	Data    []float64
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
	start, err := c.start()
	if err != nil {
		return nil, err
	}
	follow := func(steps int) ([]float64, error) {
		g, err := sampler.Times(c.Process, sampler.UniformLambda{}, steps, true)
		if err != nil {
			return nil, err
		}
		return p.sample(ctx, sampler.Config{Rule: sampler.UniPC{Order: 3}, Grid: g, Start: start, Workers: c.Workers}, c.Rows)
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

// start returns α x_0 + σ z, or nil where there is no Data. z are the normal
// numbers that a sampler draws its own start from.
func (c PathsConfig) start() ([]float64, error) {
	if c.Data == nil {
		return nil, nil
	}
	dim := c.Model.Dim()
	if len(c.Data) != c.Rows*dim {
		return nil, fmt.Errorf("%w: %d numbers of Data; want %d rows of %d", ErrConfig, len(c.Data), c.Rows, dim)
	}
	_, end := c.Process.Horizon()
	at := c.Process.At(end)
	x := make([]float64, len(c.Data))
	noise.Gaussian{}.Normal(x, dim, noise.Address{Seed: c.Seed, Use: noise.Prior})
	floats.Scale(at.Sigma, x)
	floats.AddScaled(x, at.Alpha, c.Data)
	return x, nil
}

// Slack is the distance between the ends of the flow and those in half as many
// steps: far above what the ends err by, save for paths near the border between
// two modes.
func (p *Paths) Slack() float64 { return p.slack }

func (p *Paths) sample(ctx context.Context, c sampler.Config, rows int) ([]float64, error) {
	c.Process, c.Model, c.Seed, c.FirstRow, c.Source, c.Progress = p.process, p.model, p.seed, 0, nil, nil
	x := make([]float64, rows*p.model.Dim())
	_, err := sampler.Sample(ctx, x, c)
	return x, err
}

// ended returns where c takes the starts.
func (p *Paths) ended(ctx context.Context, c sampler.Config) ([]float64, error) {
	if c.Rule == nil || c.Rule.Cost().Noises > 0 {
		return nil, fmt.Errorf("%w: paths are for rules without noise; tune a stochastic one by a Surrogate or by Moments", ErrConfig)
	}
	c.Start = nil
	return p.sample(ctx, c, len(p.ends)/p.model.Dim())
}

// Estimate returns E and its standard error over the starts.
func (p *Paths) Estimate(ctx context.Context, c sampler.Config) (e, se float64, err error) {
	x, err := p.ended(ctx, c)
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

// Residuals returns (x̂_i − x_i)/√n, whose squares add up to E².
func (p *Paths) Residuals(ctx context.Context, c sampler.Config) ([]float64, error) {
	x, err := p.ended(ctx, c)
	if err != nil {
		return nil, err
	}
	floats.Sub(x, p.ends)
	floats.Scale(1/math.Sqrt(float64(len(x)/p.model.Dim())), x)
	return x, nil
}

// rms is the root mean square distance of rows, with its standard error by the
// delta method.
func rms(a, b []float64, dim int) (e, se float64) {
	d := squares(a, b, dim)
	mean, sd := stat.MeanStdDev(d, nil)
	if mean == 0 {
		return 0, 0
	}
	e = math.Sqrt(mean)
	return e, sd / math.Sqrt(float64(len(d))) / (2 * e)
}

// squares are the squared distances of rows.
func squares(a, b []float64, dim int) []float64 {
	d := make([]float64, len(a)/dim)
	for i := range a {
		d[i/dim] += (a[i] - b[i]) * (a[i] - b[i])
	}
	return d
}

package tune

import (
	"context"
	"fmt"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
)

// Moments is an objective for any rule on any model: the W2 between the Gaussians
// of the samples' and the data's means and covariances, the square root of the
// Fréchet distance. All calls draw the same noise, so that it is a function of the
// sampler that the draw does not roughen. Samples of the data's own law have a
// Fréchet distance of Σ λ_i/n + Σ_ij λ_i λ_j/(2n (λ_i + λ_j)) and a little, at most
// tr Σ (dim + 5)/(4n), in expectation.
//
// It judges a sampler and its model together: a grid may owe its rank to errors
// of the sampler that make up for errors of the model.
type Moments struct {
	Model score.Model
	Data  *divergence.Gaussian
	Rows  int // n
	Seed  uint64
}

var _ Objective = Moments{}

// Error returns W2.
func (m Moments) Error(ctx context.Context, c sampler.Config) (float64, error) {
	if m.Model == nil || m.Data == nil || m.Model.Dim() != m.Data.Dim() {
		return 0, fmt.Errorf("%w: moments need a Model and Data of one dimension", ErrConfig)
	}
	if m.Rows < 2 {
		return 0, fmt.Errorf("%w: moments of %d rows; want two or more", ErrConfig, m.Rows)
	}
	c.Model, c.Seed, c.FirstRow, c.Source, c.Start, c.Progress = m.Model, m.Seed, 0, nil, nil, nil
	x := make([]float64, m.Rows*m.Model.Dim())
	if _, err := sampler.Sample(ctx, x, c); err != nil {
		return 0, err
	}
	g, err := divergence.Fit(x, m.Model.Dim())
	if err != nil {
		return 0, err
	}
	return divergence.W2(g, m.Data)
}

package validation

import (
	"context"
	"errors"
	"math"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/tune"
)

// tunedError is the sampler's exact W2 to the surrogate on a grid that was tuned
// for it; 0 where the sampler runs away on every standard grid, or the process has
// no λ to begin with.
func (j *judge) tunedError(ctx context.Context, run job) (float64, error) {
	// What the time of a comparison allows: the figures of ito tune are a little lower.
	const starts, calls = 4, 120
	if _, end := run.config.Process.Horizon(); math.IsInf(run.config.Process.At(end).Lambda(), -1) {
		return 0, nil
	}
	r, err := tune.Grid(ctx, tune.Config{
		Process: run.config.Process, Rule: run.config.Rule, NFE: run.nfe, Objective: tune.Surrogate{Data: j.surrogate},
		Starts: starts, Evaluations: calls * run.config.Grid.Steps(), Workers: j.c.Workers,
	})
	if errors.Is(err, sampler.ErrNotFinite) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return r.Error * j.c.Unit, nil
}

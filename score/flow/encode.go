package flow

import (
	"context"
	"fmt"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// encodeRows is how many rows take fixed steps together.
const encodeRows = 64

// Encode follows the probability flow with every row of x from the level of
// c.From (data) to that of c.To (noise), and writes where it ends to dst, which
// may be x. So a row gets its one latent, close to N(0, σ_T² I) over the data
// (Song et al. 2021, section 4.3; Song, Meng, Ermon 2021, section 5.4), and
// [Decode] takes it back. With tolerances every row is a solve of its own, with
// its own steps; with a fixed step of an
// explicit method rows share their evaluations. Either way a row
// does not depend on the others or on the workers.
//
// It returns the number of evaluations of a row by the model, added up. Errors:
// [ErrConfig], also for a Trace, a Prior, a First, a Progress or Global, which a path has no use for;
// those of package ode and of the model, with the row; dst then holds the rows
// that were done, and those in progress are as they were. It panics if the
// lengths differ or are no rows of the model's dimension.
func Encode(ctx context.Context, dst []float64, p sde.Process, m score.Model, x []float64, c Config) (evaluations int, err error) {
	return follow(ctx, dst, p, m, x, c, false)
}

// Decode follows the probability flow with every row of z from the level of c.To
// (noise) to that of c.From (data): the way back of [Encode], and otherwise like
// it.
func Decode(ctx context.Context, dst []float64, p sde.Process, m score.Model, z []float64, c Config) (evaluations int, err error) {
	return follow(ctx, dst, p, m, z, c, true)
}

func follow(ctx context.Context, dst []float64, p sde.Process, m score.Model, x []float64, c Config, back bool) (int, error) {
	dim := m.Dim()
	if len(x)%dim != 0 || len(dst) != len(x) {
		panic(fmt.Sprintf("flow: len(dst) = %d and len(x) = %d, want equal multiples of %d", len(dst), len(x), dim))
	}
	if c.Trace != nil || c.Prior != nil || c.First != 0 || c.Progress != nil || c.Global {
		return 0, fmt.Errorf("%w: Trace, Prior, First, Progress and Global are for likelihoods; leave them out", ErrConfig)
	}
	c, err := c.way(p)
	if err != nil {
		return 0, err
	}
	from, to := c.From, c.To
	if back {
		from, to = to, from
	}
	size := dim
	// Rows of an explicit method know nothing of each other.
	if _, explicit := c.Method.(*integrators.Tableau); explicit && c.Solve.Step > 0 && c.Solve.Events == nil {
		size *= encodeRows
	}
	tiles := (len(x) + size - 1) / size
	evaluations := make([]int, tiles)
	field := Field(p, m)
	err = par.For(ctx, c.Workers, tiles, func(_, i int) error {
		lo, hi := i*size, min((i+1)*size, len(x))
		end, err := ode.Solve(ctx, c.Method, field, from, to, x[lo:hi], c.Solve)
		evaluations[i] = end.Stats.Evaluations * ((hi - lo) / dim)
		if err != nil {
			return fmt.Errorf("flow: row %d: %w", lo/dim, err)
		}
		copy(dst[lo:hi], end.Y)
		return nil
	})
	total := 0
	for _, n := range evaluations {
		total += n
	}
	return total, err
}

// way checks and completes what all that follow the flow need of a Config.
func (c Config) way(p sde.Process) (Config, error) {
	if c.Solve.At != nil || c.Solve.Observer != nil {
		return c, fmt.Errorf("%w: rows are solved one by one, so Solve.At and Solve.Observer must be empty", ErrConfig)
	}
	if c.From == 0 && c.To == 0 {
		c.From, c.To = p.Horizon()
	}
	if !(c.From < c.To) {
		return c, fmt.Errorf("%w: From %v is not before To %v", ErrConfig, c.From, c.To)
	}
	if c.Method == nil {
		c.Method = integrators.DormandPrince
	}
	return c, nil
}

package multilevel

import (
	"context"
	"fmt"
	"math/bits"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

var _ Quasi = (*Paths)(nil)

// Points is that of Quasi: sequence r of a level is noise.Sobol's of Randomisation
// level·2³² + r, in the order of noise.Bridged, so that coarse and fine path of a
// point are of one Brownian path. It takes Seed and Use of Address alone; a Source of
// one's own cannot be asked for points.
//
// The errors are those of Sample, and ErrConfig where a path has more numbers than
// noise.SobolDimensions.
func (p *Paths) Points(ctx context.Context, into []*statistics.Moments, level int, first, n uint64) error {
	if err := p.validatePoints(level); err != nil {
		return err
	}
	workers := make([]*worker, par.Workers(p.Workers, len(into)))
	for i := range workers {
		workers[i] = newWorker(p, level)
	}
	return par.For(ctx, p.Workers, len(into), func(k, r int) error {
		w := workers[k]
		w.sequence(r, int(min(n, tile)))
		for lo := first; lo < first+n; lo += tile {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := w.tile(into[r], lo, int(min(first+n-lo, tile))); err != nil {
				return fmt.Errorf("level %d, sequence %d: %w", level, r, err)
			}
		}
		return nil
	})
}

func (p *Paths) validatePoints(level int) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if p.Source != nil {
		return fmt.Errorf("%w: quasi-random points with a Source of its own, %T; leave it nil", ErrConfig, p.Source)
	}
	if a := p.Address; a.Row != 0 || a.Step != 0 {
		return fmt.Errorf("%w: quasi-random points from row %d, step %d; sequences begin at 0, take another Seed", ErrConfig, a.Row, a.Step)
	}
	needs := stochastic.Needs(p.Method, p.System.Structure)
	if d := p.sobol(level).Dimensions(needs, p.System.Noises()); d > noise.SobolDimensions {
		return fmt.Errorf("%w: %d steps of level %d take %d dimensions; quasi-random points have %d, so allow a larger RMSE or fewer levels",
			ErrConfig, p.steps(level), level, d, noise.SobolDimensions)
	}
	return nil
}

// sobol has the points of a level: of one dimension per node of the bridge's tree.
func (p *Paths) sobol(level int) noise.Sobol {
	return noise.Sobol{Steps: 1 << bits.Len(uint(p.steps(level)-1))}
}

// points is a Source of the points of one sequence, whose increments are made for a
// tile at once.
type points struct {
	noise.Bridged
	increments []float64
}

// sequence makes the worker draw the points of a sequence, up to rows at a time.
func (w *worker) sequence(r, rows int) {
	steps, noises := w.steps(w.level), w.System.Noises()
	if w.points == nil {
		w.points = &points{increments: make([]float64, steps*noises*rows)}
		w.source = w.points
		w.at.Stage = 0
	}
	s := w.sobol(w.level)
	s.Randomisation = uint64(w.level)<<32 | uint64(r)
	w.points.Bridged = noise.Bridged{Source: s, Steps: steps}
}

// take makes the increments of rows points from the first on.
func (p *points) take(at noise.Address, rows, dim int) {
	p.increments = p.increments[:p.Steps*rows*dim]
	p.All(p.increments, dim, at)
}

// Normal copies the increments of a step.
func (p *points) Normal(dst []float64, dim int, at noise.Address) {
	if at.Stage != 0 {
		p.Bridged.Normal(dst, dim, at)
		return
	}
	copy(dst, p.increments[int(at.Step)*len(dst):])
}

package sampler

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// Adaptive is a rule whose steps carry an estimate of their error.
type Adaptive interface {
	// Cost tells what a trial consumes; a trial after a rejected one is spared the
	// evaluation at x_t.
	Cost() Cost
	// Control returns the coordinate in which steps are measured, InTime or
	// InLambda, and the power of the error by which their length is corrected.
	Control() (in Coordinate, power float64)
	// Try replaces s.X = x_t by x_s, and writes the x_s of a lower order to low.
	Try(s *Step, low []float64) error
}

// AdaptiveConfig says how to sample with steps that every row chooses for itself.
// Process, Model, Rule and a tolerance are required.
type AdaptiveConfig struct {
	Process sde.Process
	Model   score.Model
	Rule    Adaptive
	// A step is accepted if ‖(x_s − low)/δ‖ ≤ √dim, δ = max(ATol, RTol |x|), with
	// |x| the larger of |low| and that of the step before.
	ATol, RTol float64
	// Step is the length of the first step, in λ or in t; 0: a hundredth of the way.
	Step float64
	// Safety is the share of the step that the error would allow; 0: 0.9.
	Safety float64
	// Denoise replaces the state at the cut-off by D.
	Denoise bool
	// Trials bounds the trials of a row; 0: 10000.
	Trials int

	// Seed, FirstRow, Start and Workers are those of Config. The noise of a row is
	// one Brownian path, addressed by seed and row: rejected steps leave it as it is.
	Seed, FirstRow uint64
	Start          []float64
	Workers        int
}

// AdaptiveStats counts what the rows of a run did.
type AdaptiveStats struct {
	NFE                       float64 // mean evaluations of a row
	Least, Most               int     // evaluations of the cheapest and the dearest row
	Accepted, Rejected, Total int64   // trials and evaluations of all rows together
}

// ErrTolerance is wrapped by the error about tolerances that no step could keep.
var ErrTolerance = errors.New("sampler: the tolerances cannot be kept")

// SampleAdaptive fills dst, rows of Model.Dim numbers, with samples by steps whose
// estimated error stays within tolerances. After a trial of length h and error E
// (1: just accepted) the next is of length
//
//	Safety · h · E^(−power).
//
// Every row has its own steps, and is the same bits alone or in a batch; the model
// is called for one row at a time, since no two are at the same level. Errors are
// those of Sample, and one that wraps ErrTolerance where a row runs out of trials
// or its steps out of digits.
//
// Jolicoeur-Martineau et al. (2021), "Gotta go fast when generating data with
// score-based models", algorithm 1; Lu, Zhou, Bao, Chen,
// Li, Zhu (2022), "DPM-Solver", appendix C. The sources take the error's largest
// over the batch, so that samples depend on their company, and draw new noise after a
// rejection, which prefers small noise.
func SampleAdaptive(ctx context.Context, dst []float64, c AdaptiveConfig) (AdaptiveStats, error) {
	if err := c.check(dst); err != nil {
		return AdaptiveStats{}, err
	}
	dim := c.Model.Dim()
	rows := len(dst) / dim
	runs := make([]*adaptive, par.Workers(c.Workers, rows))
	evaluations := make([]int, rows)
	err := par.For(ctx, c.Workers, rows, func(worker, row int) error {
		if runs[worker] == nil {
			r, err := newAdaptive(&c)
			if err != nil {
				return err
			}
			runs[worker] = r
		}
		r := runs[worker]
		if err := r.row(ctx, dst[row*dim:(row+1)*dim], row); err != nil {
			return fmt.Errorf("row %d: %w", row, err)
		}
		evaluations[row] = r.evaluations
		return nil
	})
	if err != nil {
		clear(dst)
		return AdaptiveStats{}, fmt.Errorf("sampler: %w", err)
	}
	stats := AdaptiveStats{Least: evaluations[0], Most: evaluations[0]}
	for _, n := range evaluations {
		stats.Total += int64(n)
		stats.Least, stats.Most = min(stats.Least, n), max(stats.Most, n)
	}
	stats.NFE = float64(stats.Total) / float64(rows)
	for _, r := range runs {
		if r != nil {
			stats.Accepted += r.accepted
			stats.Rejected += r.rejected
		}
	}
	return stats, nil
}

func (c *AdaptiveConfig) check(dst []float64) error {
	if c.Process == nil || c.Model == nil || c.Rule == nil {
		return errors.New("sampler: Process, Model and Rule are required")
	}
	dim := c.Model.Dim()
	if dim < 1 || len(dst) == 0 || len(dst)%dim != 0 {
		return fmt.Errorf("sampler: %d numbers are no rows of the model's %d", len(dst), dim)
	}
	if c.Start != nil && len(c.Start) != len(dst) {
		return fmt.Errorf("sampler: Start has %d numbers, want %d", len(c.Start), len(dst))
	}
	for _, v := range []float64{c.ATol, c.RTol, c.Step} {
		if !(v >= 0) || math.IsInf(v, 1) {
			return fmt.Errorf("%w: ATol %v, RTol %v, Step %v; want them finite and not negative", ErrTolerance, c.ATol, c.RTol, c.Step)
		}
	}
	if c.ATol == 0 && c.RTol == 0 {
		return fmt.Errorf("%w: ATol and RTol are both 0; 0.0078 and 0.05 are usual for pictures in [−1, 1]", ErrTolerance)
	}
	if c.Safety == 0 {
		c.Safety = 0.9
	}
	if c.Trials == 0 {
		c.Trials = 10_000
	}
	if !(c.Safety > 0 && c.Safety < 1) || c.Trials < 1 {
		return fmt.Errorf("%w: Safety %v and Trials %d; want a share below 1 and at least one", ErrTolerance, c.Safety, c.Trials)
	}
	_, end := c.Process.Horizon()
	if c.Process.At(end).Alpha == 0 {
		return fmt.Errorf("%w: the process ends in pure noise, λ = −∞, from where no step has an error", ErrGrid)
	}
	return nil
}

// adaptive is one worker's memory.
type adaptive struct {
	*run
	c                  *AdaptiveConfig
	in                 Coordinate
	power              float64
	tree               *noise.Tree // nil: the rule draws nothing
	x, low, before     []float64
	accepted, rejected int64
}

func newAdaptive(c *AdaptiveConfig) (*adaptive, error) {
	cutoff, end := c.Process.Horizon()
	dim := c.Model.Dim()
	shape := &Config{Process: c.Process, Model: c.Model, Rule: trial{c.Rule.Cost()}, Source: noise.Gaussian{}, Seed: c.Seed, FirstRow: c.FirstRow, Start: c.Start,
		Grid: Grid{times: []float64{end, cutoff}, levels: []sde.Level{c.Process.At(end), c.Process.At(cutoff)}}}
	r := &adaptive{run: newRun(shape, dim), c: c, x: make([]float64, dim), low: make([]float64, dim), before: make([]float64, dim)}
	r.in, r.power = c.Rule.Control()
	if c.Rule.Cost().Noises == 0 {
		return r, nil
	}
	var err error
	if r.tree, err = noise.NewTree(c.Seed, c.FirstRow, dim, cutoff, end, 0); err != nil {
		return nil, err
	}
	s := &r.step
	s.draw = func(k int) {
		r.tree.Increment(s.noise[k], s.Next, s.Time)
		h := 1 / math.Sqrt(s.Time-s.Next)
		for i := range s.noise[k] {
			s.noise[k][i] *= h
		}
	}
	return r, nil
}

// trial stands for an adaptive rule where memory is allotted.
type trial struct{ cost Cost }

func (trial) Memory() int       { return 0 }
func (t trial) Cost() Cost      { return t.cost }
func (trial) Apply(*Step) error { return nil }

// at is where a coordinate stands for a time.
func (r *adaptive) at(u float64) float64 {
	if r.in == InLambda {
		return r.c.Process.TimeOf(u)
	}
	return u
}

// row carries one row from the prior to the cut-off.
func (r *adaptive) row(ctx context.Context, x []float64, row int) error {
	p, s := r.c.Process, &r.step
	cutoff, end := p.Horizon()
	r.begin(r.x, row)
	if r.tree != nil {
		r.tree.Reset(r.c.FirstRow + uint64(row))
	}
	copy(r.before, r.x)
	copy(x, r.x)
	// u runs from 0 to length in the coordinate, up in λ and down in t.
	first, length, sign := end, end-cutoff, -1.0
	if r.in == InLambda {
		first = p.At(end).Lambda()
		length, sign = p.At(cutoff).Lambda()-first, 1
	}
	h := r.c.Step
	if h == 0 {
		h = 0.01 * length
	}
	s.Time, s.From, s.First = end, p.At(end), true
	for u, trials := 0.0, 0; u < length; trials++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if trials == r.c.Trials || !(h > 1e-14*length) {
			return fmt.Errorf("%w: after %d trials at t = %v the next step would be of %v; loosen ATol and RTol, or raise Trials", ErrTolerance, trials, s.Time, h)
		}
		next := length
		if u+h < length*(1-1e-12) {
			next = u + h
		}
		s.Next, s.To = cutoff, p.At(cutoff)
		if next < length {
			s.Next = r.at(first + sign*next)
			s.To = p.At(s.Next)
		}
		clear(s.drawn)
		if err := r.c.Rule.Try(s, r.low); err != nil {
			return err
		}
		if err := r.finite(); err != nil {
			return err
		}
		e := r.err()
		taken := next - u
		if e <= 1 {
			copy(x, r.x)
			copy(r.before, r.low)
			u, s.Time, s.From, s.First, s.fresh = next, s.Next, s.To, false, false
			s.Index++
			r.accepted++
		} else {
			copy(r.x, x)
			r.rejected++
		}
		h = r.c.Safety * taken * math.Pow(e, -r.power)
	}
	if !r.c.Denoise {
		return nil
	}
	d := r.denoise
	if err := s.eval(d, r.x, s.From); err != nil {
		return err
	}
	copy(x, d)
	copy(r.x, d)
	return r.finite()
}

// err is the root mean square of (x − low)/δ.
func (r *adaptive) err() float64 {
	var sum float64
	for i, v := range r.low {
		d := (r.x[i] - v) / max(r.c.ATol, r.c.RTol*max(math.Abs(v), math.Abs(r.before[i])))
		if r.x[i] != v {
			sum += d * d
		}
	}
	return math.Sqrt(sum / float64(len(r.low)))
}

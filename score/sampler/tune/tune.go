package tune

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// ErrConfig is wrapped by every error about what cannot be tuned.
var ErrConfig = errors.New("tune: bad configuration")

// ErrBudget is wrapped by the error about too few evaluations for the rule.
var ErrBudget = fmt.Errorf("%w: too few evaluations", ErrConfig)

// Config says what to tune. Process, NFE, Objective, and Rule or Knob are
// required.
type Config struct {
	Process   sde.Process
	Rule      sampler.Rule
	Knob      *Knob // in place of Rule: its value is tuned as well
	NFE       int   // model evaluations per sample, the final denoising one of them
	Objective Objective
	// Validate judges the grids that the starts end in: the one with the least
	// error is taken. nil: Objective does.
	Validate Objective
	// First and Last bound λ of the grid's first and last level; Lo = Hi fixes
	// one. The zero value of First is the process's end, where noise is pure, that
	// of Last from about the earliest end of the standard grids to the cut-off.
	First, Last Range
	// Smoothness is what a unit of roughness costs, the mean square second
	// difference of the logarithms of the steps in λ, as a fraction of the least
	// error of the standard grids. 0: 0.1.
	Smoothness float64
	// Starts is the number of starts, from the best standard grids and from
	// random steps in turn. 0: 8.
	Starts int
	// Evaluations bounds the number of calls of Objective from one start.
	// 0: 300 for every number that is sought.
	Evaluations int
	Seed        uint64 // of the random starts
	Workers     int    // goroutines; 0: GOMAXPROCS
	// Progress is told how many of all evaluations are done, from any
	// goroutine.
	Progress func(done, total int)
}

// Judged is a grid with its errors.
type Judged struct {
	NamedGrid
	Error    float64 // by Config.Objective
	Validate float64 // by Config.Validate; the same as Error without one
}

// Result is a tuned sampler, and what it is better than.
type Result struct {
	Judged                 // the tuned grid, Name "tuned"
	Rule      sampler.Rule // with the knob set
	Knob      float64      // its value
	Roughness float64
	Standard  []Judged // the standard grids with the same rule (the knob in the middle of its range), best Error first
	Starts    []Judged // where the starts ended, best Validate first
	NFE       int      // spent, at most the budget
}

// failed is the error of a sampler that cannot run on a grid, in units of the
// best standard grid: beyond what any useful one has.
const failed = 1e6

// Grid tunes a grid. The result is a function of the configuration, but not of
// Workers. No start ends in a grid that is worse, by Objective and roughness,
// than it began with, and the first begins with the steps and the end of the best
// of the standard grids, as far as First and Last allow it.
//
// Errors wrap ErrConfig, or come from the objective. When ctx ends Grid returns
// its error.
func Grid(ctx context.Context, c Config) (*Result, error) {
	p, err := c.path()
	if err != nil {
		return nil, err
	}
	r := &Result{}
	if r.Standard, err = c.standard(ctx, p); err != nil {
		return nil, err
	}
	unit := r.Standard[0].Error
	if unit == 0 {
		unit = 1
	}
	starts := c.starts(p, r.Standard)
	ends := make([]Judged, len(starts))
	at := make([][]float64, len(starts))
	total := len(starts) * c.Evaluations
	var done atomic.Int64
	err = par.For(ctx, c.Workers, len(starts), func(_, k int) error {
		calls := 0
		tick := func(n int) {
			calls += n
			if c.Progress != nil {
				c.Progress(int(done.Add(int64(n))), total)
			}
		}
		var err error
		if r, ok := c.Objective.(Residual); ok {
			at[k], err = c.slide(ctx, r, p, unit, starts[k], tick)
		} else {
			at[k], err = descend(ctx, &c, p, unit, starts[k], tick)
		}
		if err != nil {
			return err
		}
		tick(c.Evaluations - calls) // of a start that ended early
		ends[k], err = c.judge(ctx, p, fmt.Sprintf("start %d", k+1), at[k])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("tune: %w", err)
	}
	best := 0
	for k, e := range ends {
		if c.score(p, e, unit, at[k]) < c.score(p, ends[best], unit, at[best]) {
			best = k
		}
	}
	r.Judged = ends[best]
	r.Name, r.Roughness = "tuned", p.roughness(at[best])
	tuned, value, err := p.config(at[best])
	if err != nil {
		return nil, err
	}
	r.Rule, r.Knob = tuned.Rule, value
	r.NFE = tuned.Grid.Evaluations(tuned.Rule.Cost())
	slices.SortStableFunc(ends, func(a, b Judged) int { return compare(a.Validate, b.Validate) })
	r.Starts = ends
	return r, nil
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// score decides between starts.
func (c *Config) score(p *path, j Judged, unit float64, x []float64) float64 {
	if c.Validate != nil {
		return j.Validate
	}
	return j.Error/unit + c.Smoothness*p.roughness(x)
}

// path checks the configuration and fills in its defaults.
func (c *Config) path() (*path, error) {
	if c.Process == nil || c.Objective == nil || (c.Rule == nil) == (c.Knob == nil) {
		return nil, fmt.Errorf("%w: Process, Objective and one of Rule and Knob are required", ErrConfig)
	}
	rule := c.Rule
	if c.Knob != nil {
		if err := c.Knob.Range.check("the knob " + c.Knob.Name); err != nil {
			return nil, err
		}
		rule = c.Knob.Rule(0.5 * (c.Knob.Range.Lo + c.Knob.Range.Hi))
	}
	steps := sampler.StepsFor(rule.Cost(), c.NFE, true)
	if steps < 1 {
		return nil, fmt.Errorf("%w: %d do not pay for the steps that the rule needs and the final denoising", ErrBudget, c.NFE)
	}
	_, end := c.Process.Horizon()
	if c.First == (Range{}) {
		c.First = fixed(c.Process.At(end).Lambda())
		if math.IsInf(c.First.Lo, -1) {
			return nil, fmt.Errorf("%w: the process ends at pure noise, λ = −∞; bound the first level, for example by −6", ErrConfig)
		}
	}
	if c.Last == (Range{}) {
		var err error
		if c.Last, err = lastOf(c.Process, steps); err != nil {
			return nil, err
		}
	}
	if err := c.First.check("λ of the first level"); err != nil {
		return nil, err
	}
	if err := c.Last.check("λ of the last level"); err != nil {
		return nil, err
	}
	if lowest := c.Process.At(end).Lambda(); c.First.Lo < lowest-1e-9*math.Abs(lowest) {
		return nil, fmt.Errorf("%w: the first level may have λ = %v, the process begins at %v", ErrConfig, c.First.Lo, lowest)
	}
	if c.First.Hi >= c.Last.Lo {
		return nil, fmt.Errorf("%w: the first level may reach λ = %v, the last begins at %v; want them apart", ErrConfig, c.First.Hi, c.Last.Lo)
	}
	if !(c.Smoothness >= 0) || math.IsInf(c.Smoothness, 1) || c.Starts < 0 || c.Evaluations < 0 {
		return nil, fmt.Errorf("%w: smoothness %v, starts %d, evaluations %d; none may be negative or not finite", ErrConfig, c.Smoothness, c.Starts, c.Evaluations)
	}
	p := &path{process: c.Process, steps: steps, first: c.First, last: c.Last, knob: c.Knob, rule: rule}
	if c.Smoothness == 0 {
		c.Smoothness = 0.1
	}
	if c.Starts == 0 {
		c.Starts = 8
	}
	if c.Evaluations == 0 {
		c.Evaluations = 300 * p.dim()
	}
	return p, nil
}

func fixed(v float64) Range { return Range{v, v} }

// lastOf is from the earliest end of the standard grids, and some room, to the
// cut-off: what lies behind that no network need have seen.
func lastOf(p sde.Process, steps int) (Range, error) {
	const room = 0.5
	grids, err := Standard(p, steps)
	if err != nil {
		return Range{}, err
	}
	cutoff, _ := p.Horizon()
	r := fixed(p.At(cutoff).Lambda())
	for _, g := range grids {
		l := g.Grid.Levels(nil)
		r.Lo = min(r.Lo, l[len(l)-1].Lambda()-room)
	}
	return r, nil
}

// rowWorkers are for the rows of one sampler: starts are what is spread over the
// workers, rows get those that are left.
func (c *Config) rowWorkers() int { return max(1, par.Workers(c.Workers, math.MaxInt)/c.Starts) }

// measure is the error of one sampler; a state that is not finite is the
// sampler's failure, +Inf, and anything else the objective's.
func (c *Config) measure(ctx context.Context, o Objective, s sampler.Config) (float64, error) {
	s.Workers = c.rowWorkers()
	v, err := o.Error(ctx, s)
	switch {
	case errors.Is(err, sampler.ErrNotFinite):
		return math.Inf(1), nil
	case err != nil:
		return 0, err
	case math.IsNaN(v):
		return math.Inf(1), nil
	}
	return v, nil
}

// both measures by Objective and Validate.
func (c *Config) both(ctx context.Context, name string, s sampler.Config) (Judged, error) {
	j := Judged{NamedGrid: NamedGrid{name, s.Grid}}
	var err error
	if j.Error, err = c.measure(ctx, c.Objective, s); err != nil {
		return j, err
	}
	j.Validate = j.Error
	if c.Validate != nil {
		j.Validate, err = c.measure(ctx, c.Validate, s)
	}
	return j, err
}

func (c *Config) judge(ctx context.Context, p *path, name string, x []float64) (Judged, error) {
	s, _, err := p.config(x)
	if err != nil {
		return Judged{}, err
	}
	return c.both(ctx, name, s)
}

// standard judges the standard grids, the best first.
func (c *Config) standard(ctx context.Context, p *path) ([]Judged, error) {
	grids, err := Standard(c.Process, p.steps)
	if err != nil {
		return nil, err
	}
	out := make([]Judged, len(grids))
	err = par.For(ctx, c.Workers, len(grids), func(_, k int) error {
		var err error
		out[k], err = c.both(ctx, grids[k].Name, sampler.Config{Process: c.Process, Rule: p.rule, Grid: grids[k].Grid})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("tune: standard grids: %w", err)
	}
	slices.SortStableFunc(out, func(a, b Judged) int { return compare(a.Error, b.Error) })
	if math.IsInf(out[0].Error, 1) {
		return nil, fmt.Errorf("tune: the sampler fails on every standard grid: %w", sampler.ErrNotFinite)
	}
	return out, nil
}

// starts are numbers to start from, of standard grids and at random in turn.
func (c *Config) starts(p *path, standard []Judged) [][]float64 {
	out := make([][]float64, c.Starts)
	for k := range out {
		if s := k / 2; k%2 == 0 && s < len(standard) {
			out[k] = p.numbers(standard[s].Grid)
			continue
		}
		// Steps of like size give or take a factor 2.
		out[k] = make([]float64, p.dim())
		noise.Gaussian{}.Normal(out[k], len(out[k]), noise.Address{Seed: c.Seed, Use: noise.Init, Row: uint64(k)})
		for i := range out[k] {
			out[k][i] *= math.Ln2
		}
	}
	return out
}

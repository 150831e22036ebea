package sampler

import (
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/sde"
)

// ErrGrid is wrapped by every error about a time grid.
var ErrGrid = errors.New("sampler: bad time grid")

// Grid is a sequence of times of a process from the prior towards the data,
// with the levels at them. It is made by NewGrid or a Spacing only, so that its
// times always fall strictly, its levels always lose noise strictly, and no
// step has zero length.
type Grid struct {
	times  []float64
	levels []sde.Level
	final  bool
}

// NewGrid makes a grid of the given times, largest (noisiest) first. If denoise
// is set, one more evaluation after the last time replaces the state by D: the
// limit of every rule as σ → 0. Without it samples keep the noise of the last
// level. A single time is a grid only with that evaluation, which is then all
// that a sampler does.
//
// The first level may be pure noise, α = 0 (sde.ZeroTerminalSNR): whatever the
// rule, the step from there is made by the driver as the limit of DDIM,
// x_s = α_s D + σ_s x_T/σ_T, and costs one evaluation.
//
// The error wraps ErrGrid where there are fewer than two times, a time is not
// finite or outside the process's horizon, times or noise do not fall strictly,
// or a level cannot start or end a step (α = 0 but for the first, or σ = 0).
func NewGrid(p sde.Process, times []float64, denoise bool) (Grid, error) {
	if n := len(times); n == 0 || n == 1 && !denoise {
		return Grid{}, fmt.Errorf("%w: %d times; two or more make a step", ErrGrid, len(times))
	}
	_, end := p.Horizon()
	g := Grid{times: make([]float64, len(times)), levels: make([]sde.Level, len(times)), final: denoise}
	copy(g.times, times)
	for i, t := range times {
		if math.IsNaN(t) || t < 0 || t > end*(1+1e-12) {
			return Grid{}, fmt.Errorf("%w: time %d is %v; want within [0, %v]", ErrGrid, i, t, end)
		}
		l := p.At(t)
		if !(l.Alpha > 0 || i == 0 && l.Alpha == 0) || !(l.Sigma > 0) {
			return Grid{}, fmt.Errorf("%w: time %d is %v, where α = %v and σ = %v; both must be positive (to end at the data, ask for a final denoising step)",
				ErrGrid, i, t, l.Alpha, l.Sigma)
		}
		if i > 0 && !(t < times[i-1] && l.Lambda() > g.levels[i-1].Lambda()) {
			return Grid{}, fmt.Errorf("%w: time %d is %v after %v; times must fall and the noise with them", ErrGrid, i, t, times[i-1])
		}
		g.levels[i] = l
	}
	return g, nil
}

// Steps is the number of steps of a rule, the final denoising not counted.
func (g Grid) Steps() int { return len(g.times) - 1 }

// pure is the number of steps that start from pure noise, 0 or 1.
func (g Grid) pure() int {
	if g.levels[0].Alpha == 0 {
		return min(1, g.Steps())
	}
	return 0
}

// Denoises reports whether the grid ends with a denoising evaluation.
func (g Grid) Denoises() bool { return g.final }

// Times appends the times to dst, the prior's first.
func (g Grid) Times(dst []float64) []float64 { return append(dst, g.times...) }

// Levels appends the levels to dst, the prior's first.
func (g Grid) Levels(dst []sde.Level) []sde.Level { return append(dst, g.levels...) }

// Evaluations is the number of model evaluations that a rule of cost c makes on
// the grid (NFE).
func (g Grid) Evaluations(c Cost) int {
	n := g.pure()
	if steps := g.Steps() - n; steps > 0 {
		n += steps*c.Evaluations + c.Start
	}
	if g.final {
		n++
	}
	return n
}

// StepsFor is the largest number of steps that a rule of cost c can make with
// nfe evaluations, of which a denoising grid keeps one for its end. It is 0
// where the budget does not pay for a step, or for the least number of them.
func StepsFor(c Cost, nfe int, denoise bool) int {
	if denoise {
		nfe--
	}
	n := max(0, (nfe-c.Start)/c.Evaluations)
	if n < c.Least {
		return 0
	}
	return n
}

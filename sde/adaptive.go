package sde

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/sde/noise"
)

// Adaptive says how [SolveAdaptive] goes about it. Either RTol and ATol say what
// error a step may make, or Step is the length of fixed steps; there are no
// defaults for these.
type Adaptive struct {
	// RTol and ATol are the tolerances: a step is accepted if the root mean
	// square over the components of
	//
	//	estimate_i / (ATol + RTol max(|y_i|, |y'_i|))
	//
	// is at most 1. RTol may be 0 if ATol is not.
	RTol, ATol float64
	// Step is the length of fixed steps; the last one ends on t1, and one that
	// meets a jump is cut in two.
	Step float64
	// First is the first step to try; 0: a hundredth of the interval.
	First float64
	// Min is the shortest step to try, at least 2⁻³⁶ of the interval, which 0
	// means; Max the longest, 0: the interval.
	Min, Max float64
	// MaxSteps bounds a row's accepted and rejected steps together; 0: 1,000,000.
	MaxSteps int
	// Reject, if it is not nil, rejects steps that the tolerances accept, for
	// example because a state has left its domain; it must not depend on the path
	// alone, since no step avoids that. Its calls may be concurrent.
	Reject func(t float64, y []float64) bool
	// Jumps of the paths; the zero value has none.
	Jumps Jumps
	// At lists times of output, in the order of integration.
	At []float64
	// Seed and Row name the Brownian path of the first row of y0, that of
	// [noise.NewPathTree], on the time elapsed since t0; the next row has Row+1.
	Seed, Row uint64
	// Workers is the number of goroutines; 0 means GOMAXPROCS. The bits of the
	// result do not depend on it.
	Workers int
	// Verify is as in [Config].
	Verify bool
}

// AdaptiveResult is where a [SolveAdaptive] has come to, by row.
type AdaptiveResult struct {
	T                  []float64 // t1, or where the row failed
	Y                  []float64 // the state there
	At                 []float64 // the states at Adaptive.At: rows of len(At) states; NaN where not reached
	Accepted, Rejected []int     // steps
}

// Errors of [SolveAdaptive].
var (
	// ErrStep: no step of at least Min would be accepted.
	ErrStep = errors.New("sde: steps would have to be too short")
	// ErrMaxSteps: MaxSteps steps do not reach the end.
	ErrMaxSteps = errors.New("sde: too many steps")
)

// RowError says where a row of [SolveAdaptive] failed. It wraps [ErrStep],
// [ErrMaxSteps], [ErrState] or an error of the system's functions.
type RowError struct {
	Row       int
	T, H      float64 // the time and the step tried from it
	Norm      float64 // its error over the tolerance, NaN if there is none
	Component int     // whose share of Norm is greatest; −1: unknown
	Err       error
}

func (e *RowError) Error() string {
	s := fmt.Sprintf("row %d, step from t = %v by %v: %v", e.Row, e.T, e.H, e.Err)
	switch {
	case errors.Is(e.Err, ErrStep):
		return fmt.Sprintf("%s: error %.3g of the tolerance, most in component %d; loosen RTol and ATol, or look for a singularity of drift and diffusion there", s, e.Norm, e.Component)
	case errors.Is(e.Err, ErrMaxSteps):
		return s + "; raise MaxSteps, or loosen RTol and ATol"
	case errors.Is(e.Err, ErrState):
		return s + "; take shorter steps or give tolerances"
	}
	return s
}

// Unwrap returns Err.
func (e *RowError) Unwrap() error { return e.Err }

// SolveAdaptive integrates rows of states y0 from t0 to t1, forwards or backwards,
// each row in steps of its own on a Brownian path that is a function of (Seed,
// row, time): a step that is rejected or cut asks the same path again, which no
// history of attempts can change.
//
// The estimate of a step's error is that of the method where its stepper is
// [stochastic.Embedded], and otherwise the difference of one step and two halves,
// the result being that of the halves. Steps are chosen by a PI controller,
//
//	h' = 0.9 h e_n^(−0.3/k) e_(n−1)^(−0.1/k),   k = p + ½,
//
// p being the strong order of the estimated error, between a fifth and five of h,
// after a rejection without growth. Norms e of errors are random numbers, of which
// this averages two, so that a lucky step does not say much. They end on times rounded to an eighth of the step or
// less, where queries of the path are short. A time at which a rejected step would
// have ended is the end of a later one, so that nothing that the path has shown is
// skipped: without that, steps chosen from the path can lead to a wrong limit where
// noise does not commute.
//
// Steps have h ∝ tol^(1/k), and a method of strong order q an error at the end of
// tol^(q/k) in mean square as long as errors of steps have mean 0 and add up like a
// random walk, and of tol^((q−½)/k) at worst, where accepting by size favours one
// sign.
//
// A state of At is found by a step from the last accepted one on the path's part up
// to its time, which is the path's bridge, and changes no other step. At a jump it
// is the state after it.
//
// Methods that need Lévy areas or two-point variables, which have no law given
// those of a longer step, are refused, and with tolerances those of strong order ½
// where noise commutes, such as Euler–Maruyama's: what they leave out of a step,
// ½bb'(Δw² − h), has mean 0 over all steps, but not over those that are accepted. Errors: [ErrConfig]; those of
// [stochastic.Check] and of Verify; those of ctx; a *[RowError] of the lowest row that failed,
// after all rows have come to their ends.
//
// Söderlind (2003), "Digital filters in adaptive time-stepping", for the controller; Gaines, Lyons (1997), "Variable step size
// control in the numerical solution of stochastic differential equations"; Foster,
// Jelinčič (2023), "On the convergence of adaptive approximations for stochastic
// differential equations", for the times not skipped.
func SolveAdaptive(ctx context.Context, m stochastic.Method, s System, t0, t1 float64, y0 []float64, c Adaptive) (AdaptiveResult, error) {
	if err := stochastic.Check(m, &s); err != nil {
		return AdaptiveResult{}, err
	}
	if len(y0)%s.Dim != 0 {
		panic(fmt.Sprintf("sde: %d numbers in rows of %d", len(y0), s.Dim))
	}
	if err := c.validate(m, &s, t0, t1, y0); err != nil {
		return AdaptiveResult{}, err
	}
	if c.Verify {
		if err := verify(m, &s, t0, y0); err != nil {
			return AdaptiveResult{}, err
		}
	}
	rows := len(y0) / s.Dim
	r := AdaptiveResult{
		T: make([]float64, rows), Y: append([]float64(nil), y0...), At: make([]float64, len(y0)*len(c.At)),
		Accepted: make([]int, rows), Rejected: make([]int, rows),
	}
	for i := range r.At {
		r.At[i] = math.NaN()
	}
	work := make([]*walker, par.Workers(c.Workers, rows))
	for i := range work {
		var err error
		if work[i], err = newWalker(&c, m, &s, t0, t1); err != nil {
			return AdaptiveResult{}, fmt.Errorf("%w: %w", ErrConfig, err)
		}
	}
	failed := make([]*RowError, rows)
	n := s.Dim
	err := par.For(ctx, c.Workers, rows, func(worker, row int) error {
		w := work[worker]
		err := w.walk(ctx, row, r.Y[row*n:(row+1)*n], r.At[row*n*len(c.At):(row+1)*n*len(c.At)])
		r.T[row], r.Accepted[row], r.Rejected[row] = w.time(w.at), w.accepted, w.rejected
		if errors.As(err, &failed[row]) {
			return nil
		}
		return err
	})
	if err != nil {
		return r, err
	}
	for _, e := range failed {
		if e != nil {
			return r, e
		}
	}
	return r, nil
}

func (c *Adaptive) validate(m stochastic.Method, s *System, t0, t1 float64, y0 []float64) error {
	span := math.Abs(t1 - t0)
	if !(span > 0) || math.IsInf(span, 0) {
		return fmt.Errorf("%w: no interval from %v to %v", ErrConfig, t0, t1)
	}
	if needs := stochastic.Needs(m, s.Structure); needs&^noise.SpaceTimeTime != 0 {
		return fmt.Errorf("%w: %T needs Lévy areas or two-point variables, which steps of changing length have not; take a method without, or Solve", ErrConfig, m)
	}
	tolerances := c.RTol != 0 || c.ATol != 0
	on := s.Structure
	if on == General {
		on = Commutative
	}
	if strong, _ := m.Orders(on); tolerances && strong < 1 {
		return fmt.Errorf("%w: %T has strong order %v on %v noise, and with steps chosen from the path no limit or a wrong one; take a method of order 1, or fixed steps", ErrConfig, m, strong, on)
	}
	shortest := math.Ldexp(span, least-depth)
	switch {
	case tolerances == (c.Step != 0):
		return fmt.Errorf("%w: give either tolerances (RTol %v, ATol %v) or a fixed Step (%v)", ErrConfig, c.RTol, c.ATol, c.Step)
	case tolerances && (!(c.RTol >= 0) || !(c.ATol >= 0) || math.IsInf(c.RTol+c.ATol, 0)):
		return fmt.Errorf("%w: tolerances RTol %v and ATol %v must be finite and not negative", ErrConfig, c.RTol, c.ATol)
	case !tolerances && (!(c.Step >= shortest) || math.IsInf(c.Step, 0)):
		return fmt.Errorf("%w: fixed Step %v; want at least %.3g, the direction is that of time", ErrConfig, c.Step, shortest)
	case !tolerances && (c.First != 0 || c.Min != 0 || c.Max != 0 || c.Reject != nil):
		return fmt.Errorf("%w: First %v, Min %v, Max %v and Reject are for tolerances, not for a fixed Step", ErrConfig, c.First, c.Min, c.Max)
	case !(c.First >= 0) || !(c.Max >= 0) || math.IsInf(c.First+c.Max, 0) || c.MaxSteps < 0:
		return fmt.Errorf("%w: First %v, Max %v and MaxSteps %d must not be negative", ErrConfig, c.First, c.Max, c.MaxSteps)
	case c.Min != 0 && !(c.Min >= shortest) || c.Max != 0 && !(c.Max >= max(c.Min, shortest)):
		return fmt.Errorf("%w: steps from Min %v to Max %v; want at least %.3g, in order", ErrConfig, c.Min, c.Max, shortest)
	}
	last := t0
	for i, t := range c.At {
		if !((t-last)*(t1-t0) >= 0 && (t1-t)*(t1-t0) >= 0) {
			return fmt.Errorf("%w: At[%d] = %v does not follow %v on the way from %v to %v", ErrConfig, i, t, last, t0, t1)
		}
		last = t
	}
	for i, v := range y0 {
		if v-v != 0 {
			return fmt.Errorf("%w: y0[%d] is %v", ErrState, i, v)
		}
	}
	if err := c.Jumps.validate(); err != nil {
		return err
	}
	if c.Min == 0 {
		c.Min = shortest
	}
	if c.Max == 0 || c.Max > span {
		c.Max = span
	}
	if c.First == 0 {
		c.First = span / 100
	}
	c.First = max(min(c.First, c.Max), c.Min)
	if c.MaxSteps == 0 {
		c.MaxSteps = 1_000_000
	}
	return nil
}

package ode

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/ito-sde/ito/integrators"
)

// ErrGlobal says that the error of the answer could not be brought below the
// tolerances: rounding, the number of steps, or a problem that forgets where it came
// from sets the limit. The best answer is in the Result beside it, with its
// estimated error.
var ErrGlobal = errors.New("ode: the error of the answer stays above the tolerance")

// GlobalResult is the finest solve of SolveGlobal and what it says of its error.
type GlobalResult struct {
	Result // its Stats count all the solves together
	// Error estimates answer − truth at T, a number for each component; nil if a
	// second solve was not to be had.
	Error []float64
	// Norm is the largest root mean square, over the end and the output times, of
	//
	//	Error_i / (ATol + RTol |y_i|);
	//
	// SolveGlobal aims at 1/4 and is content with 1 where rounding lets it come no
	// further; +Inf where there is no estimate.
	Norm float64
	// Scale is the factor by which the tolerances of steps lay below the given
	// ones at the end; above 1 they were looser.
	Scale  float64
	Solves int
	// Steps predicts how many the solve would take that brings the error below the
	// tolerance, where MaxSteps or another error forbade it; else 0.
	Steps float64
}

// What SolveGlobal aims at: estimates that are a factor of four too small are still
// within the tolerance.
const (
	globalTarget   = 0.25
	globalSolves   = 10
	globalFirstCut = 0.03
	// Relative tolerances of steps below which rounding makes the error of an
	// answer: where every step is rounded, and where their sum is compensated and
	// only the estimates of steps are.
	globalRounding = 1e-15
	globalFloor    = 1e-21
	// A pilot solve has about a thousand steps in the time that the solution takes
	// to change.
	globalPilot = 1e-3
)

// SolveGlobal integrates like Solve, but RTol and ATol bound the error of the answer
// at t1, and at the times of Config.At, instead of that of steps. It solves with s
// times the tolerances given, s = 1, 0.03, ... A method of order p, whose estimate
// is of order p', takes steps in proportion to s^(−1/k), k = min(p, p')+1, and errs
// in proportion to s^q, q = min(1, p/k). So with answers y and y' at s > s'
//
//	y' − truth ≈ (y − y') s'^q/(s^q − s'^q),
//
// and while that is more than a quarter of the tolerance another solve follows, with
// the s' that this asks for. From the third solve on, q is what two differences in a
// row show, if that is less. Where a problem does not amplify errors that is two
// solves; on orbits, which do by a hundred or a thousand, three.
//
// A method of low order at a tight tolerance begins with looser solves, of some
// thousands of steps. If a solve predicts that the one which would do takes more
// than twice MaxSteps, that is not begun: the error wraps ErrGlobal and ErrMaxSteps,
// and GlobalResult.Steps is the number.
//
// Fixed steps, a State to go on from and an Observer are errors, since there is more
// than one solve. A finer solve that fails leaves the answer of the one before beside
// the error. Shampine, Watts (1976), Global error estimation for ordinary
// differential equations; Stetter (1980), Tolerance proportionality in ODE codes.
func SolveGlobal(ctx context.Context, m integrators.Method, f integrators.Field, t0, t1 float64, y0 []float64, c Config) (GlobalResult, error) {
	if c.Step != 0 || c.Observer != nil || !c.State.IsZero() {
		return GlobalResult{Result: Result{T: t0, Y: append([]float64(nil), y0...), Ended: -1}},
			&Error{Cause: fmt.Errorf("%w: a fixed Step, an Observer and a State have no place in several solves", ErrConfig), T: t0, Component: -1}
	}
	order, estimate := m.Order()
	k := float64(min(order, estimate) + 1)
	g := global{c: &c, k: k, power: min(1, float64(order)/k)}
	scale, tau := 1.0, c.relative(y0)
	if math.IsInf(tau, 1) { // from zero: what the size will be is not known yet
		tau = c.relative(slices.Repeat([]float64{1}, len(y0)))
	}
	if tau > 0 {
		scale = max(1, math.Pow(globalPilot, k)/tau)
	}
	for {
		r, err := Solve(ctx, m, f, t0, t1, y0, c.scaled(scale))
		if err != nil && scale > 1 && g.Solves == 0 && ctx.Err() == nil {
			g.Stats.add(r.Stats)
			scale = 1 // the pilot was too loose for this problem
			continue
		}
		if err == nil || g.Solves == 0 {
			g.add(r, scale)
		} else {
			g.count(r)
		}
		if err != nil || g.Norm <= globalTarget {
			return g.GlobalResult, err
		}
		tau = min(tau, c.relative(r.Y))
		floor := globalFloor
		if r.State.Carry == nil {
			floor = globalRounding
		}
		next, err := g.next(floor/tau, globalRounding/tau)
		if err != nil {
			return g.GlobalResult, err
		}
		if next > 0.7*scale { // too near to tell an error from rounding
			g.Steps = 0
			break
		}
		scale = next
	}
	if g.Norm <= 1 {
		return g.GlobalResult, nil
	}
	return g.GlobalResult, g.fail(fmt.Errorf("%w: %.3g tolerances after %d solves, the last at %.3g of the tolerance; rounding sets the limit", ErrGlobal, g.Norm, g.Solves, g.Scale))
}

// global is the sequence of solves.
type global struct {
	GlobalResult
	c        *Config
	k, power float64
	steps    int     // of the last solve
	apart    float64 // the last two answers
	ratio    float64 // of their scales
	before   float64 // the Norm before the last
}

func (g *global) fail(cause error) error {
	return &Error{Cause: cause, T: g.T, Norm: g.Norm, Component: -1}
}

// count adds the work of a solve to the others'.
func (g *global) count(r Result) {
	g.steps = r.Stats.Accepted + r.Stats.Rejected
	g.Stats.add(r.Stats)
	g.Solves++
}

// add puts a solve in the place of the last one and estimates its error.
func (g *global) add(r Result, scale float64) {
	coarse, solves := g.Result, g.Solves
	g.count(r)
	r.Stats = g.Stats
	g.before = g.Norm
	was := g.Scale
	g.Result, g.Scale, g.Norm, g.Steps = r, scale, math.Inf(1), 0
	if solves == 0 {
		return
	}
	apart := math.Inf(1) // if ended by another event
	if coarse.Ended == r.Ended && len(coarse.At) == len(r.At) {
		apart = g.c.distance(coarse.Y, r.Y)
		for i, y := range r.At {
			apart = max(apart, g.c.distance(coarse.At[i], y))
		}
	}
	power := g.power
	if solves > 1 && apart < math.Inf(1) && g.apart < math.Inf(1) {
		power = min(power, max(0.25, math.Log(g.apart/apart)/math.Log(g.ratio)))
	}
	g.apart, g.ratio = apart, was/scale
	share := 1 / (math.Pow(g.ratio, power) - 1)
	g.Norm = share * apart
	g.Error = make([]float64, len(r.Y))
	for i, v := range r.Y {
		g.Error[i] = (coarse.Y[i] - v) * share
	}
}

// next is the scale of the solve to come; none is to come if it is not below the
// last.
func (g *global) next(floor, rounding float64) (float64, error) {
	scale := g.Scale * globalFirstCut
	most := g.c.MaxSteps
	if most == 0 {
		most = defaultSteps
	}
	tooMany := func() error {
		return g.fail(fmt.Errorf("%w: %w: about %.2g would do, MaxSteps is %d", ErrGlobal, ErrMaxSteps, g.Steps, most))
	}
	switch {
	case g.Solves == globalSolves, g.Scale < rounding && g.Norm > g.before/2:
		return g.Scale, nil
	case math.IsInf(g.Norm, 1) && g.Solves > 1:
		scale = g.Scale * 1e-3
	case g.Solves > 1:
		cut := math.Pow(0.5*globalTarget/g.Norm, 1/g.power)
		g.Steps = float64(g.steps) * math.Pow(cut, -1/g.k)
		if g.Steps > 2*float64(most) {
			return 0, tooMany()
		}
		scale = g.Scale * min(0.5, max(1e-3, cut))
	default: // what MaxSteps allows of the second solve, if that tells something
		g.Steps = float64(g.steps) * math.Pow(globalFirstCut, -1/g.k)
		if allowed := 0.8 * float64(most); g.Steps > allowed {
			cut := math.Pow(float64(g.steps)/allowed, g.k)
			if cut > 0.5 {
				return 0, tooMany()
			}
			scale = g.Scale * cut
		}
	}
	return max(scale, floor), nil
}

// relative is the relative tolerance of a state, in the root mean square; 0 where
// the configuration is not valid.
func (c *Config) relative(y []float64) float64 {
	if c.ATols != nil && len(c.ATols) != len(y) {
		return 0
	}
	return 1 / c.distance(make([]float64, len(y)), y)
}

// distance is that of two states in tolerances.
func (c *Config) distance(a, b []float64) float64 {
	sum := 0.0
	for i, v := range b {
		tol := c.ATol + c.RTol*math.Abs(v)
		if c.ATols != nil {
			tol = c.ATols[i] + c.RTol*math.Abs(v)
		}
		if d := a[i] - v; d != 0 {
			sum += d / tol * (d / tol)
		}
	}
	return math.Sqrt(sum / float64(len(b)))
}

// scaled is c with tolerances smaller by a factor.
func (c Config) scaled(factor float64) Config {
	c.RTol *= factor
	c.ATol *= factor
	if c.ATols != nil {
		scaled := make([]float64, len(c.ATols))
		for i, a := range c.ATols {
			scaled[i] = a * factor
		}
		c.ATols = scaled
	}
	return c
}

func (s *Stats) add(o Stats) {
	s.Accepted += o.Accepted
	s.Rejected += o.Rejected
	s.Evaluations += o.Evaluations
	s.Jacobians += o.Jacobians
	s.Factorisations += o.Factorisations
	s.Iterations += o.Iterations
}

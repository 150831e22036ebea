package ode

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
)

// ErrGlobal says that the error of the answer could not be brought below the
// tolerances: rounding, or a problem that forgets where it came from, sets the
// limit. The best answer is in the Result beside it, with its estimated error.
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
	// ones at the end.
	Scale  float64
	Solves int
}

// What SolveGlobal aims at: estimates that are a factor of four too small are still
// within the tolerance. A solve at 10^-15 of a component cannot do better than
// rounding does.
const (
	globalTarget   = 0.25
	globalSolves   = 8
	globalFirstCut = 0.03
	globalFloor    = 1e-15
)

// SolveGlobal integrates like Solve, but RTol and ATol bound the error of the answer
// at t1, and at the times of Config.At, instead of that of steps. It solves with
// the tolerances given and with 0.03 of them. The errors of a method are nearly
// proportional to the tolerance of its steps, so with scales s > s' of that
// tolerance and answers y and y',
//
//	y' − truth ≈ (y − y') s'/(s − s'),
//
// and while that is more than a quarter of the tolerance another solve follows, with
// the scale that this proportion asks for. Where a problem does not amplify errors
// that is two solves; on orbits, which do by a hundred or a thousand, three. Fixed
// steps, a State to go on from and an Observer are errors, since there is more than
// one solve. A finer solve that fails leaves the answer of the one before beside the
// error. Shampine, Watts (1976), Global error estimation for ordinary differential
// equations; Stetter (1980), Tolerance proportionality in ODE codes.
func SolveGlobal(ctx context.Context, m integrators.Method, f integrators.Field, t0, t1 float64, y0 []float64, c Config) (GlobalResult, error) {
	if c.Step != 0 || c.Observer != nil || c.State != (State{}) {
		return GlobalResult{Result: Result{T: t0, Y: append([]float64(nil), y0...), Ended: -1}},
			&Error{Cause: fmt.Errorf("%w: a fixed Step, an Observer and a State have no place in several solves", ErrConfig), T: t0, Component: -1}
	}
	r, err := Solve(ctx, m, f, t0, t1, y0, c)
	best := GlobalResult{Result: r, Norm: math.Inf(1), Scale: 1, Solves: 1}
	if err != nil {
		return best, err
	}
	for scale := c.floor(globalFirstCut); best.Solves < globalSolves && scale < best.Scale; {
		finer, err := Solve(ctx, m, f, t0, t1, y0, c.scaled(scale))
		finer.Stats.add(best.Stats)
		best.Solves++
		if err != nil {
			best.Stats = finer.Stats
			return best, err
		}
		best.replace(finer, scale, &c)
		if best.Norm <= globalTarget {
			return best, nil
		}
		scale = c.floor(scale * min(0.5, max(1e-3, 0.5*globalTarget/best.Norm)))
	}
	if best.Norm <= 1 {
		return best, nil
	}
	return best, &Error{Cause: fmt.Errorf("%w: %.3g tolerances after %d solves, the last at %.3g of the tolerance", ErrGlobal, best.Norm, best.Solves, best.Scale),
		T: best.T, Norm: best.Norm, Component: -1}
}

// floor is the scale, but no less than rounding leaves sense in.
func (c *Config) floor(scale float64) float64 {
	if c.RTol > 0 {
		return max(scale, globalFloor/c.RTol)
	}
	return scale
}

// replace puts a finer solve in the place of g's and estimates its error by the
// difference.
func (g *GlobalResult) replace(finer Result, scale float64, c *Config) {
	coarse := g.Result
	share := scale / (g.Scale - scale)
	g.Result, g.Scale, g.Error, g.Norm = finer, scale, make([]float64, len(finer.Y)), math.Inf(1)
	for i, v := range finer.Y {
		g.Error[i] = (coarse.Y[i] - v) * share
	}
	if coarse.Ended != finer.Ended || len(coarse.At) != len(finer.At) {
		return // ended by another event
	}
	g.Norm = share * c.distance(coarse.Y, finer.Y)
	for k, y := range finer.At {
		g.Norm = max(g.Norm, share*c.distance(coarse.At[k], y))
	}
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

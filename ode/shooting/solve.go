package shooting

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/ode"
)

// Solution is a solution of a boundary-value problem, or after an error the last
// iterate.
type Solution struct {
	T []float64   // the nodes, Points among them
	Y [][]float64 // the states at the nodes
	P []float64   // the parameters

	Residual    float64 // the largest of the gaps between intervals and the conditions
	Condition   float64 // condition number of Newton's last matrix, scaled and reduced to Points
	Iterations  int     // of Newton's method
	Evaluations int     // of Field

	trial *trial
}

// Solve finds y and p with y' = f(t, y, p) and g = 0 near a guess: guess sets dst,
// n numbers, to the state at the nodes' times (nil: zero), p holds the parameters.
// Many problems have several solutions, or none; which one is found depends on the
// guess.
//
// The unknowns are the states at all nodes and p. The gaps between the intervals
// and the conditions are closed by Newton's method, whose matrix comes from the
// variational equation by the same steps as the gaps, so that it is their exact
// derivative. A step into states that cannot be integrated is shortened. Newton's
// method is damped by natural monotonicity tests, its matrix reduced by
// orthogonal transformations: linear problems take one iteration and its check,
// and an interval may hold fast growing and fast decaying solutions at once.
//
// The error wraps ErrConfig, ErrIntegration, ErrConditions, ErrSingular,
// ErrConvergence or the context's. Ascher, Mattheij, Russell (1995), chapter
// 4; Bock (1981); Deuflhard (2004), section 7.1.
func (b Problem) Solve(ctx context.Context, guess func(dst []float64, t float64), p []float64, c Config) (*Solution, error) {
	nodes, kept, err := b.layout(p, &c)
	if err != nil {
		return &Solution{P: slices.Clone(p)}, err
	}
	n, m := b.States, len(p)
	s := &newton{trial: &trial{Problem: &b, c: c, n: n, m: m, nodes: nodes, kept: kept}, lambda: 1}
	for _, v := range []*[]float64{&s.x, &s.f, &s.dx, &s.simple, &s.next, &s.fn, &s.weights} {
		*v = make([]float64, len(nodes)*n+m)
	}
	copy(s.parameters(s.x), p)
	s.b = newBlocks(n, m, len(nodes)-1, kept)
	if guess != nil {
		for i, t := range nodes {
			guess(s.state(s.x, i), t)
		}
	}
	for i, v := range s.x {
		if v-v != 0 {
			return s.solution(), bad("the guess at t = %v is %v in component %d", nodes[i/n], v, i%n)
		}
	}
	err = s.run(ctx)
	return s.solution(), err
}

func (s *newton) solution() *Solution {
	r := &Solution{T: s.nodes, P: slices.Clone(s.parameters(s.x)), Residual: floats.Norm(s.f, math.Inf(1)), Condition: s.b.condition,
		Iterations: s.count, Evaluations: s.evaluations, trial: s.trial}
	for i := range s.nodes {
		r.Y = append(r.Y, slices.Clone(s.state(s.x, i)))
	}
	return r
}

// At returns the states at times between the ends, in any order: integrated from
// the node before each, by a method that interpolates.
func (r *Solution) At(ctx context.Context, times []float64) ([][]float64, error) {
	if r.trial == nil {
		return nil, bad("the solution is empty")
	}
	first, last := r.T[0], r.T[len(r.T)-1]
	inside := make([][]float64, len(r.T)) // the times of each interval
	for i, t := range times {
		if !(t >= first && t <= last) {
			return nil, bad("time %d is %v; want times between the ends %v and %v", i, t, first, last)
		}
		k, ok := slices.BinarySearch(r.T, t)
		if !ok {
			inside[k-1] = append(inside[k-1], t)
		}
	}
	found := map[float64][]float64{}
	for i, t := range r.T {
		found[t] = r.Y[i]
	}
	field := func(dst []float64, t float64, y []float64) error { return r.trial.System.Field(dst, t, y, r.P) }
	for i, at := range inside {
		if len(at) == 0 {
			continue
		}
		slices.Sort(at)
		c := r.trial.span(i)
		c.At = at
		s, err := ode.Solve(ctx, r.trial.c.Method, field, r.T[i], r.T[i+1], r.Y[i], c)
		if err != nil {
			return nil, r.trial.failed(i, err)
		}
		for j, t := range at {
			found[t] = s.At[j]
		}
	}
	out := make([][]float64, len(times))
	for i, t := range times {
		out[i] = slices.Clone(found[t])
	}
	return out, nil
}

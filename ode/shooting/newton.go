package shooting

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// newton is the state of the iteration at x.
type newton struct {
	*trial
	b         *blocks
	x, f      []float64 // the unknowns, and F there
	dx        []float64 // Newton's correction
	simple    []float64 // the simplified one: the matrix of x, F of the trial
	next, fn  []float64
	lambda    float64
	count     int
	corrected float64 // norm of the last correction
}

// norm measures a correction in units of the tolerance.
func (s *newton) norm(v []float64) float64 {
	most := 0.0
	for i, d := range v {
		most = math.Max(most, math.Abs(d)/s.weights[i])
	}
	return most
}

// correct sets dst = −J⁻¹ f.
func (s *newton) correct(dst, f []float64) error {
	for i, v := range f {
		dst[i] = -v
		if i < s.intervals()*s.n {
			dst[i] /= s.weights[i]
		}
	}
	if err := s.b.solve(dst, dst); err != nil {
		return err
	}
	floats.Mul(dst, s.weights)
	return nil
}

// run iterates to the solution. The damping factors λ come from the natural
// monotonicity test: the simplified correction after a step must be smaller than
// the one that made it, which does not depend on how F is scaled. Deuflhard
// (2004), Newton Methods for Nonlinear Problems, section 3.3.3, algorithm NLEQ-ERR.
func (s *newton) run(ctx context.Context) error {
	before := make([]float64, len(s.x))
	fresh, open := true, math.Inf(1)
	for s.count < s.c.MaxIterations {
		copy(before, s.dx)
		if err := s.iterate(ctx); err != nil {
			return err
		}
		s.count++
		done := s.corrected <= 1
		if done {
			floats.AddTo(s.next, s.x, s.dx)
		} else {
			if fresh {
				s.lambda = 1
			} else {
				s.lambda = s.predict(before)
			}
			var err error
			if done, err = s.search(ctx); err != nil {
				return err
			}
		}
		copy(s.x, s.next)
		copy(s.f, s.fn)
		if fresh = done; !done {
			continue
		}
		if err := s.residual(ctx, s.f, s.x); err != nil {
			return err
		}
		// Where solutions grow fast between nodes, states within the tolerance
		// may leave gaps far from it, which further iterations close until
		// rounding prevents it.
		gap := s.gap()
		if gap <= 1 {
			return nil
		}
		if !(gap < open/2) {
			return s.lost(fmt.Sprintf("gaps stay %.3g times the tolerance, as solutions grow by %.3g from node to node", gap, s.b.growth()), nil)
		}
		open = gap
	}
	return s.lost(fmt.Sprintf("after %d iterations", s.count), nil)
}

// iterate finds the correction at x.
func (s *newton) iterate(ctx context.Context) error {
	s.weigh(s.x)
	if err := s.linearise(ctx, s.b, s.f, s.x, s.count == 0); err != nil {
		return err
	}
	if err := s.b.factor(); err != nil {
		return fmt.Errorf("%w, in iteration %d with %s; from node to node solutions grow by up to %.3g", err, s.count, s.worst(s.f), s.b.growth())
	}
	if err := s.correct(s.dx, s.f); err != nil {
		return err
	}
	if s.corrected = s.norm(s.dx); s.corrected-s.corrected != 0 {
		return fmt.Errorf("%w: the correction is not finite, in iteration %d with %s", ErrSingular, s.count, s.worst(s.f))
	}
	return nil
}

// predict is the λ that the change from the last simplified correction to the new
// one suggests.
func (s *newton) predict(before []float64) float64 {
	d := floats.SubTo(make([]float64, len(s.x)), s.simple, s.dx)
	return math.Min(1, s.lambda*s.norm(before)*s.norm(s.simple)/(s.norm(d)*s.corrected))
}

// gap is the largest gap between intervals, in units of the tolerance.
func (s *newton) gap() float64 {
	n := s.intervals() * s.n
	most := 0.0
	for i, v := range s.f[:n] {
		most = math.Max(most, math.Abs(v)/s.weights[s.n+i])
	}
	return most
}

// search finds λ with which x + λ dx is better than x, and leaves it in next; done
// reports that the simplified correction from there was within the tolerance, and
// was made.
func (s *newton) search(ctx context.Context) (done bool, err error) {
	const least = 1e-7
	var cause error
	shortened := false
	for {
		if !(s.lambda >= least) {
			return false, s.lost(fmt.Sprintf("in iteration %d, however small the step", s.count), cause)
		}
		floats.AddScaledTo(s.next, s.x, s.lambda, s.dx)
		if err := s.residual(ctx, s.fn, s.next); err != nil {
			if ctx.Err() != nil {
				return false, err
			}
			cause, shortened = err, true
			s.lambda /= 2
			continue
		}
		if err := s.correct(s.simple, s.fn); err != nil {
			return false, err
		}
		size := s.norm(s.simple)
		rest := slices.Clone(s.simple)
		floats.AddScaled(rest, s.lambda-1, s.dx)
		best := s.corrected * s.lambda * s.lambda / 2 / s.norm(rest) // by the curvature seen
		if !(size < s.corrected) {
			s.lambda, shortened = math.Min(s.lambda/2, best), true
			continue
		}
		best = math.Min(1, best)
		if s.lambda == 1 && size <= 1 {
			floats.Add(s.next, s.simple)
			return true, nil
		}
		if best >= 4*s.lambda && !shortened {
			s.lambda = best
			continue
		}
		return false, nil
	}
}

// lost is the error of an iteration that fails.
func (s *newton) lost(where string, cause error) error {
	err := fmt.Errorf("%w: %s: %s, the correction is %.3g times the tolerance, condition number %.3g", ErrConvergence, where, s.worst(s.f), s.corrected, s.b.condition)
	if cause != nil {
		err = errors.Join(err, cause)
	}
	return err
}

package sde

import (
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/sde/noise"
)

// Barrier ends a path when one coordinate first reaches a level, from whichever
// side it started on.
//
// Between the ends x_0 and x_1 of a step of length h, with σ² = Σ_j b_ij² at its
// beginning, the coordinate is taken as a Brownian bridge. Ends on one side of
// the level B have then crossed it with probability
//
//	P = exp(−2 (B−x_0)(B−x_1) / (σ² h)),
//
// and the first crossing of any that did is at t + h s/(1+s), where s is inverse
// Gaussian of mean |B−x_0|/|B−x_1| and shape (B−x_0)²/(σ² h). For constant
// coefficients this is the exact law of the first passage; otherwise it makes
// the error of stopping, of order √h at steps' ends alone, one of order h. Of
// several barriers reached in a step the first counts, each bridge being drawn
// for itself. The path ends on the level, with its other coordinates on the
// line between the step's ends.
//
// Gobet (2000), "Weak approximation of killed diffusion using Euler schemes",
// section 2; Borodin, Salminen (2002), part I, chapter IV.
type Barrier struct {
	Coordinate int
	Level      float64
	// Discrete watches the ends of steps only, where the path then ends.
	Discrete bool
}

func (b Barrier) validate(dim int) error {
	if b.Coordinate < 0 || b.Coordinate >= dim {
		return fmt.Errorf("coordinate %d of a state of %d", b.Coordinate, dim)
	}
	if math.IsNaN(b.Level) || math.IsInf(b.Level, 0) {
		return errors.New("the level is not finite")
	}
	return nil
}

// passage is the stage of a barrier's random numbers, out of the way of those of
// noise.Draw.
const passage = 1 << 63

// surely is an exponent −ln P beyond which no uniform number is small enough.
const surely = 37

// hit returns the part of the step after which the barrier is reached, and
// whether it is. at is that of the row and step.
func (b Barrier) hit(x0, x1, variance float64, at noise.Address) (theta float64, ok bool) {
	before, after := b.Level-x0, b.Level-x1
	crossed := after == 0 || (before < 0) != (after < 0)
	if b.Discrete {
		return 1, crossed
	}
	if !crossed {
		exponent := 2 * before * after / variance
		if !(exponent < surely) {
			return 0, false
		}
		// A stream of the row's own, so that rows do not depend on one another.
		at.Row *= noise.BlockRows
		s := noise.NewStream(at)
		if s.Uniform() >= math.Exp(-exponent) {
			return 0, false
		}
		return crossing(&s, before, after, variance), true
	}
	if variance == 0 {
		return before / (before - after), true
	}
	at.Row *= noise.BlockRows
	s := noise.NewStream(at)
	return crossing(&s, before, after, variance), true
}

// crossing draws s/(1+s), s inverse Gaussian of mean μ = |a/c| and shape a²/v, by
// the roots x and μ²/x of (x−μ)² a² = z² v μ² x. With q = z² v/(2|ac|) the
// smaller is μ/(1+q+√(q(q+2))), written without c in a denominator. Michael,
// Schucany, Haas (1976), "Generating random variates using transformations with
// multiple roots".
func crossing(s *noise.Stream, a, c, v float64) float64 {
	a, c = math.Abs(a), math.Abs(c)
	z := s.Normal()
	k := z * z * v / 2 // q a c
	x := a * a / (a*c + k + math.Sqrt(k*(k+2*a*c)))
	// The smaller root with probability μ/(μ+x) = a/(a+cx).
	if s.Uniform()*(a+c*x) > a {
		x = a / c * (a / c) / x
	}
	if math.IsInf(x, 1) {
		return 1
	}
	return x / (1 + x)
}

// end looks for rows whose paths end in the step k → k+1 from y to next, and
// holds those that have ended. It reports whether any goes on.
func (w *ensembleWorker) end(k int, first uint64, y, next []float64) (goesOn bool) {
	p := w.plan
	dim := p.System.Dim
	t := p.grid[k]
	h := p.grid[k+1] - t
	for r := range len(y) / dim {
		from, to := y[r*dim:(r+1)*dim], next[r*dim:(r+1)*dim]
		if w.endedBy[r] >= 0 {
			continue
		}
		best, by := 2.0, -1
		for i, b := range p.Barriers {
			variance := 0.0
			if !b.Discrete {
				variance = w.variance(r, b.Coordinate) * math.Abs(h)
			}
			// Most steps are far from the barrier.
			product := (b.Level - from[b.Coordinate]) * (b.Level - to[b.Coordinate])
			if product > 0 && (b.Discrete || 2*product >= surely*variance) {
				continue
			}
			at := p.at(first+uint64(r), k)
			at.Stage = passage + uint64(i)
			if theta, ok := b.hit(from[b.Coordinate], to[b.Coordinate], variance, at); ok && theta < best {
				best, by = theta, i
			}
		}
		switch {
		case by >= 0:
			w.ended[r], w.endedBy[r] = t+best*h, by
			if b := p.Barriers[by]; !b.Discrete {
				for j, v := range from {
					to[j] = v + best*(to[j]-v)
				}
				to[b.Coordinate] = b.Level
			}
		case p.Stop != nil && p.Stop(p.grid[k+1], to):
			w.ended[r], w.endedBy[r] = p.grid[k+1], len(p.Barriers)
		default:
			goesOn = true
		}
	}
	return goesOn
}

// begin ends paths that start on a barrier or where Stop is true.
func (w *ensembleWorker) begin(y []float64) (goesOn bool) {
	p := w.plan
	dim := p.System.Dim
	for r := range len(y) / dim {
		row := y[r*dim : (r+1)*dim]
		w.ended[r], w.endedBy[r] = p.never, -1
		for i, b := range p.Barriers {
			if row[b.Coordinate] == b.Level && w.endedBy[r] < 0 {
				w.ended[r], w.endedBy[r] = p.T0, i
			}
		}
		if w.endedBy[r] < 0 && p.Stop != nil && p.Stop(p.T0, row) {
			w.ended[r], w.endedBy[r] = p.T0, len(p.Barriers)
		}
		goesOn = goesOn || w.endedBy[r] < 0
	}
	return goesOn
}

// variance returns Σ_j b_ij² of the diffusion at the beginning of the step.
func (w *ensembleWorker) variance(row, i int) float64 {
	s := &w.plan.System
	b := w.diffusion
	if !s.Structure.IsAdditive() {
		n := s.DiffusionLen(1)
		b = b[row*n : (row+1)*n]
	}
	if s.Structure.IsDiagonal() {
		return b[i] * b[i]
	}
	sum := 0.0
	for _, v := range b[i*s.NoiseDim : (i+1)*s.NoiseDim] {
		sum += v * v
	}
	return sum
}

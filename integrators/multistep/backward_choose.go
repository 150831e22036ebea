package multistep

import "math"

// The safety of steps at the same, the next lower and the next higher order: the
// share of the step that the error estimate allows is its inverse. Wider than
// Shampine and Reichelt's 1.2, 1.3 and 1.4, they bring the achieved error nearer
// to the tolerance at equal work.
const (
	safety      = 1.5
	lowering    = 1.6
	raising     = 1.6
	worthwhile  = 1.2 // factor for a longer step at the same order
	mostGrowth  = 10
	leastGrowth = 0.1
)

// Choose keeps step and order for k+1 steps and then takes the order, of k−1, k
// and k+1, that allows the longest step.
func (s *backward) Choose(h, norm float64, weights []float64) float64 {
	k := s.tried.k
	if !(norm <= 1) {
		return s.shorten(h, norm, weights)
	}
	s.failures = 0
	next := h
	if s.equal > k {
		factor, order := s.longest(weights)
		if factor > worthwhile || order != k && factor > 1 {
			next, s.k = h*math.Min(factor, mostGrowth), order
		}
	}
	if cut := math.Abs(s.proposed); math.Abs(h) < 0.999*cut && math.Abs(next) < cut {
		// A step that the driver cut short says nothing against the longer one.
		next = s.proposed
	}
	s.proposed = next
	return next
}

// longest returns the factor of the step that the errors at orders k−1, k and
// k+1 allow, and the order that allows the most.
func (s *backward) longest(weights []float64) (factor float64, order int) {
	k := s.tried.k
	var down, here, up float64
	for i, w := range weights {
		w = min(w, math.MaxFloat64) // infinite weights of errors that are zero
		d := &s.past[i>>2]
		e0, e1, e2 := w*d[k][i&3], w*d[k+1][i&3], w*d[k+2][i&3]
		down, here, up = down+e0*e0, here+e1*e1, up+e2*e2
	}
	n := float64(len(weights))
	down, here, up = down/n, here/n, up/n
	lower, raise := k > s.lo && s.below(k-1, down, lowering), k < s.hi && s.below(k+1, up, raising)
	if !lower && !raise && !s.below(k, here, safety*worthwhile) {
		return 1, k // most often so, and without a logarithm
	}
	factor, order = s.reach(k, here)/safety, k
	if lower {
		if f := s.reach(k-1, down) / lowering; f > factor {
			factor, order = f, k-1
		}
	}
	if raise {
		if f := s.reach(k+1, up) / raising; f > factor {
			factor, order = f, k+1
		}
	}
	return factor, order
}

// below reports whether the error at order k allows a step longer by more than
// the factor.
func (s *backward) below(k int, square, factor float64) bool {
	e := s.formulas[k].err
	e *= e * square
	factor *= factor
	for range k + 1 {
		e *= factor
	}
	return e < 1
}

// reach is the factor of the step to an error of the tolerance at order k, where
// square is the mean square of ∇^(k+1) y.
func (s *backward) reach(k int, square float64) float64 {
	e := s.formulas[k].err
	return math.Exp(-0.5 * math.Log(e*e*square) / float64(k+1))
}

// shorten chooses after a rejection or, with an infinite norm, after a step that
// could not be made.
func (s *backward) shorten(h, norm float64, weights []float64) float64 {
	s.failures++
	k := s.tried.k
	factor := 0.25
	switch {
	case math.IsInf(norm, 0) || math.IsNaN(norm):
	case s.failures > 2: // the sign of a break in f
		s.k, s.have, s.unknown = 1, 0, true
	case s.failures > 1:
		factor = 0.5
	default:
		factor = math.Max(leastGrowth, math.Pow(norm, -1/float64(k+1))/safety)
		if k > s.lo {
			down := 0.0
			for i, w := range weights {
				e := min(w, math.MaxFloat64) * (s.tried.past[i>>2][k][i&3] + s.d[i])
				down += e * e
			}
			if f := s.reach(k-1, down/float64(len(weights))) / lowering; f > factor {
				factor, s.k = math.Min(f, 1/safety), k-1
			}
		}
	}
	s.equal = 0
	s.proposed = h * factor
	return s.proposed
}

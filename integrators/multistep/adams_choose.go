package multistep

import "math"

// chooser is the memory of Choose.
type chooser struct {
	starting bool    // the order rises and the step doubles until the first sign of trouble
	failures int     // in a row
	proposed float64 // what Choose returned last
}

// errors are the norms of the error estimates at orders k−2 to k+1, as they were
// if all steps of the past had the length of this one; infinite where the past
// does not reach.
type norms struct{ twoDown, down, here, up float64 }

// estimates computes norms after a Try and, for order k+1, its Accept.
func (s *adams) estimates(weights []float64, accepted bool) norms {
	k := s.tried
	i1, i2 := max(k-1, 0), max(k-2, 0)
	var sum0, sum1, sum2, sum3 float64
	for i, w := range weights {
		w = min(w, math.MaxFloat64) // infinite weights of errors that are zero
		p, d := &s.predicted[i>>2], s.delta[i]
		e0, e1, e2 := w*d, w*(p[i1][i&3]+d), w*(p[i2][i&3]+d)
		sum0, sum1, sum2 = sum0+e0*e0, sum1+e1*e1, sum2+e2*e2
	}
	inf := math.Inf(1)
	e := norms{inf, inf, 0, inf}
	scale := s.h * s.h / float64(len(weights))
	norm := func(j int, sum float64) float64 {
		return s.now.sigma[j] * moulton[j] * math.Sqrt(scale*sum)
	}
	e.here = norm(k, sum0)
	if k > 1 {
		e.down = norm(k-1, sum1)
	}
	if k > 2 {
		e.twoDown = norm(k-2, sum2)
	}
	if accepted && s.have > k && k < s.hi {
		for i, w := range weights {
			u := min(w, math.MaxFloat64) * s.phi[i>>2][k+1][i&3]
			sum3 += u * u
		}
		j := k + 1
		e.up = s.now.sigma[k] * float64(j) * s.h / s.now.psi[k] * moulton[j] * math.Sqrt(scale*sum3)
	}
	return e
}

// Choose lowers the order if the estimates do not fall towards order k and raises
// it if the next one's is far smaller. In a start it does so at every step and
// doubles the step, until the first sign of trouble. Shampine and Gordon's
// rules but for three things, which save a tenth of the evaluations: the step
// may grow by less than twice; the order rises among unequal steps too, and only
// to an estimate below 0.3 of that at hand. Where corrections do not settle within the
// tolerance, the step is shortened and the order lowered, whatever the estimates.
func (s *adams) Choose(h, norm float64, weights []float64) float64 {
	accepted := norm <= 1
	e := s.estimates(weights, accepted)
	k := s.tried
	lower := k > s.lo && (k > 2 && math.Max(e.down, e.twoDown) <= e.here || k == 2 && e.down <= 0.5*e.here)
	if !accepted {
		return s.shorten(h, norm, e, lower)
	}
	s.failures = 0
	if lower || k == s.hi {
		s.starting = false
	}
	here := e.here
	switch {
	case lower:
		s.k, here = k-1, e.down
	case k == s.hi:
	case s.starting || k < s.lo:
		s.k, here = k+1, math.Min(e.up, e.here)
	case k > s.lo && e.down <= math.Min(e.here, e.up):
		s.k, here = k-1, e.down
	case e.up < 0.3*e.here:
		s.k, here = k+1, e.up
	}
	factor := 2.0
	if !s.starting {
		factor = stretch(here, s.k)
	}
	if norm > 0.01 { // or what one more correction adds is less than a tolerance
		if jump, rate := s.unsettled(weights); jump > 1 {
			factor = math.Min(factor, math.Max(0.5, settled/rate))
			s.starting, s.k = false, max(k-1, s.lo)
		}
	}
	next := h * factor
	if cut := math.Abs(s.proposed); factor >= 1 && math.Abs(h) < 0.999*cut && math.Abs(next) < cut {
		// A step that the driver cut short says nothing against the longer one.
		next = s.proposed
	}
	s.proposed = next
	return next
}

// settled is the rate of corrections to go back to.
const settled = 0.25

// unsettled is the norm of what one more correction would add to the accepted step,
// and its ratio to that of the last one, proportional to h. The error estimate knows
// neither: where f has come to vary too much for the step, a solution of 300 may be off
// by 10⁴ at an estimate of half a tolerance.
func (s *adams) unsettled(weights []float64) (jump, rate float64) {
	c, sum := s.h*s.now.g[s.tried], 0.0
	for i, w := range weights {
		j, d := w*s.jump[i], w*c*s.delta[i]
		jump += j * j
		sum += d * d
	}
	return math.Sqrt(jump / float64(len(weights))), math.Sqrt(jump / sum)
}

// stretch is the factor of the step after an estimate at order k: to one of aim,
// within 1/2 and 2. The aim is low since the errors of hundreds of steps add up:
// at equal work the achieved error comes out nearer to the tolerance. Equal steps
// are cheaper than ones that grow a little.
func stretch(e float64, k int) float64 {
	const aim, twice = 0.003, 2
	switch p := &powers[k+1]; {
	case e*p.twice <= aim:
		return twice
	case e <= aim && e*p.worthwhile > aim:
		return 1
	case e > aim && e*p.less <= aim:
		return 0.9
	}
	return math.Max(0.5, math.Exp(math.Log(aim/e)/float64(k+1)))
}

// powers[q] are 2^q, 1.1^q and 0.9^q.
var powers = func() (p [highest + 2]struct{ twice, worthwhile, less float64 }) {
	for q := range p {
		n := float64(q)
		p[q].twice, p[q].worthwhile, p[q].less = math.Exp2(n), math.Pow(1.1, n), math.Pow(0.9, n)
	}
	return p
}()

// shorten chooses after a rejection. The third in a row is the sign of a break
// in f: what lies before it is of no use.
func (s *adams) shorten(h, norm float64, e norms, lower bool) float64 {
	s.starting = false
	s.failures++
	factor := 0.5
	switch {
	case math.IsInf(norm, 0) || math.IsNaN(norm) || e.here-e.here != 0:
		factor = 0.25
	case s.failures > 2 || s.tried == 1:
		factor = math.Max(0.01, math.Min(0.5, math.Sqrt(0.5/e.here)))
	}
	s.k = s.tried
	if lower {
		s.k--
	}
	if s.failures > 2 {
		s.k, s.have = 1, 0
	}
	s.proposed = h * factor
	return s.proposed
}

package multistep

import (
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
)

// Made once, so that a failed step allocates nothing.
var (
	errSlow     = fmt.Errorf("multistep: Newton's iteration is too slow: %w", integrators.ErrDiverged)
	errSingular = fmt.Errorf("multistep: singular matrix in Newton's iteration: %w", integrators.ErrDiverged)
)

// newton solves d + psi = c M⁻¹ f(t, p + d) for d by
//
//	(M/c − J) Δ = f(t, p + d) − M (psi + d)/c,   d ← d + Δ
//
// with a J and a c of earlier steps as long as that converges fast.
type newton struct {
	*integrators.Linear
	lu *jacobian.LU[float64]

	p, psi, d, y, r, f, weights []float64

	linearised bool    // J is set,
	fresh      bool    // and at this very step;
	trial      bool    // no step since was accepted
	slow       bool    // the last iteration calls for a new one
	age, old   int     // of J in steps, and that at which it is renewed
	factored   float64 // c of the factorisation; 0: there is none
	rate       float64 // of convergence with it, 1: not known
	blind      int     // steps since it was last measured
	patient    bool    // at a start, where iterations begin far off
}

// How long a Jacobian and a factorisation serve. The errors that iterations
// leave spoil the high differences, and with them the choice of order: on the
// stiff problems of package problems these settings take a third less work at
// equal error than to renew a Jacobian only where an iteration fails.
const (
	lasts      = 20  // steps to a new Jacobian, and two for each evaluation that it costs
	slowest    = 0.1 // rate of convergence
	difference = 0.2 // |c/factored − 1| without a new factorisation
	share      = 0.2 // of the tolerance for what the iteration leaves
	iterations = 3
	// One iteration says nothing of the rate: after so many steps there is a
	// second. Algebraic equations, whose errors no short step mends, have it
	// always.
	blindest = 6
)

func (s *newton) reset() { s.linearised, s.slow, s.factored = false, false, 0 }

// exact reports whether iterations go on to rounding.
func (s *newton) exact() bool { return s.RTol == 0 && s.ATol == 0 }

func (s *newton) factor(c float64) error {
	s.Counts.Factorisations++
	s.factored, s.rate = 0, 1
	if err := s.lu.Factor(1/c, s.Mass, s.J); err != nil {
		if errors.Is(err, jacobian.ErrSingular) {
			return errSingular
		}
		return err
	}
	s.factored = c
	return nil
}

// solve sets d and y = p + d. The error of the step is err times that of d.
func (s *newton) solve(t, c, err float64) error {
	n := s.J.Pattern().Order()
	s.weigh(n)
	s.fresh = false
	s.age++
	if e := s.begin(t, n); e != nil {
		return e
	}
	if !s.linearised || s.trial || s.slow || s.age > s.old {
		if e := s.renew(t, n); e != nil {
			return e
		}
	}
	for {
		if q := c / s.factored; !(math.Abs(q-1) < difference) {
			if e := s.factor(c); e != nil {
				s.linearised = false
				return e
			}
		}
		e := s.iterate(t, c, share/err, n)
		if !errors.Is(e, errSlow) {
			return e
		}
		if s.fresh {
			s.linearised = false
			return e
		}
		if e := s.begin(t, n); e != nil {
			return e
		}
		if e := s.renew(t, n); e != nil {
			return e
		}
	}
}

// begin sets d = 0 with y and f there.
func (s *newton) begin(t float64, n int) error {
	clear(s.d)
	copy(s.y, s.p)
	return s.Eval(s.f[:n], t, s.y[:n])
}

// renew linearises at (t, y), where f is set.
func (s *newton) renew(t float64, n int) error {
	before := s.Counts.Evaluations
	if err := s.Linearise(t, s.y[:n], s.f[:n]); err != nil {
		return err
	}
	s.old = lasts + 2*(s.Counts.Evaluations-before)
	s.linearised, s.fresh, s.trial, s.slow = true, true, true, false
	s.age, s.blind, s.factored = 0, 0, 0
	return nil
}

// iterate runs from d = 0 until what it leaves is below aim.
func (s *newton) iterate(t, c, aim float64, n int) error {
	most := iterations
	switch {
	case s.exact():
		most, aim = 12, 1
	case s.patient:
		most = 10
	}
	// For another c than the factored one Δ is too long or too short by their
	// ratio where J is small, and right where J is large: this is the mean.
	gamma, scale := 1/c, 2/(1+s.factored/c)
	y, f, r, d := s.y[:n], s.f[:n], s.r[:n], s.d[:n]
	p, psi, weights := s.p[:n], s.psi[:n], s.weights[:n]
	var first, before float64
	for i := 1; ; i++ {
		s.Counts.Iterations++
		if s.Mass == nil {
			for l := range r {
				r[l] = f[l] - gamma*(psi[l]+d[l])
			}
		} else {
			for l := range y {
				y[l] = gamma * (psi[l] + d[l])
			}
			s.Mass.MulVec(r, y)
			for l := range r {
				r[l] = f[l] - r[l]
			}
		}
		s.lu.Solve(r)
		sum := 0.0
		for l, v := range r {
			v *= scale
			d[l] += v
			y[l] = p[l] + d[l]
			v *= weights[l]
			sum += v * v
		}
		norm := math.Sqrt(sum / float64(n))
		if !(norm < math.Inf(1)) {
			return errSlow
		}
		if i == 1 {
			first = norm
		} else {
			s.rate = math.Max(0.2*s.rate, norm/before)
			s.blind = 0
		}
		sure := i > 1 || norm <= 1e-3*aim || s.Mass == nil && s.blind < blindest
		if sure && norm*math.Min(1, s.rate) <= aim {
			s.slow = i > 1 && norm > slowest*before
			s.blind++
			return nil
		}
		if s.exact() && i > 2 && norm >= before/2 && norm <= math.Max(1e-6*first, 1e4) {
			return nil // the rounding of f allows no better
		}
		if i == most || i > 1 && s.rate > 0.9 {
			return errSlow
		}
		before = norm
		if err := s.Eval(f, t, y); err != nil {
			return err
		}
	}
}

// weigh sets the weights of the iteration's errors, in which 1 is the tolerance.
func (s *newton) weigh(n int) {
	const tiny = 0x1p-1000 // for components that are zero, with no tolerance of their own
	rtol, atol := s.RTol, s.ATol
	if s.exact() {
		// A few units of rounding.
		const unit = 0x1p-52
		largest := 0.0
		for _, v := range s.p[:n] {
			largest = math.Max(largest, math.Abs(v))
		}
		rtol, atol = 4*unit, unit*unit*largest
	}
	w := s.weights[:n]
	for i, v := range s.p[:n] {
		w[i] = 1 / max(atol+rtol*math.Abs(v), tiny)
	}
}

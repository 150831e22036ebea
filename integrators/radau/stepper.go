package radau

import (
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
)

// stepper steps a Method. Its vectors are as long as the state rounded up to a
// multiple of four, the rest of them zero, so that the kernels need no tail;
// stages lie one after the other.
type stepper struct {
	lin      *integrators.Linear
	dim, pad int
	levels   []*level
	at       int // of level in levels
	level    *level

	real     *jacobian.LU[float64]
	pairs    []*jacobian.LU[complex128]
	factored struct { // what the factors are of
		level     *level
		h         float64
		jacobians int
	}
	fresh bool // J is that at (t, y)
	stale bool // J is to be computed anew

	t, h      float64
	y, next   []float64
	low       []float64 // what rounding took off y
	step      []float64 // and takes off next
	stage     []float64
	f0        []float64 // f(t, y)
	known     bool      // f0 is
	inverse   []float64 // weights of Newton's norm
	z         []float64 // stages less y
	f, r, g   []float64 // f of the stages, the residual, and Newton's Δw
	e         []float64
	estimated bool    // e is of the last Try
	size      float64 // of the estimate, in tolerances
	// What a few roundings make of a number, to either side without a pattern.
	rounding []float64
	rhs      []complex128

	// The last accepted step, for the interpolant.
	start, last   []float64
	lastLevel     *level // nil: there is none
	h0            float64
	lastE         []float64
	lastEstimated bool

	newton  convergence
	tried   bool // since the last Accept
	control control
}

// Carry lends what rounding took off the state; with a mass matrix, nothing.
func (s *stepper) Carry() []float64 { return s.low[:s.dim] }

func (s *stepper) Counts() integrators.Counts { return s.lin.Counts }

func (s *stepper) Reset(t float64, y []float64) error {
	if len(y) != s.dim {
		panic(fmt.Sprintf("radau: state of %d numbers, want %d", len(y), s.dim))
	}
	s.t = t
	copy(s.y, y)
	clear(s.low)
	s.at, s.level, s.lastLevel = 0, s.levels[0], nil
	s.known, s.fresh, s.stale, s.tried = false, false, true, false
	s.factored.level = nil
	s.newton = convergence{eta: 1}
	s.control = control{}
	return nil
}

// least is the length of the shortest step that is computed; a shorter one would
// overflow 1/h. The state does not feel the difference.
const least = 1e-290

func (s *stepper) Try(dst, estimate []float64, h float64) error {
	if s.control.unexpected {
		s.lower()
	}
	if s.tried && !s.fresh {
		s.stale = true // rejected: the cause may be the Jacobian
	}
	repeated := s.tried
	s.control.rejected = s.control.rejected || repeated
	s.tried, s.h = true, h
	h = math.Copysign(math.Max(math.Abs(h), least), h)
	err := s.solve(h)
	if !s.fresh && errors.Is(err, integrators.ErrDiverged) {
		s.stale, s.control.unexpected = true, false // the order is not to blame
		err = s.solve(h)
	}
	if err != nil {
		return err
	}
	for i, z := range s.part(s.z, len(s.level.C)-1) {
		z += s.low[i]
		s.next[i] = s.y[i] + z
		if s.lin.Mass == nil { // a constraint holds for y alone
			s.step[i] = z - (s.next[i] - s.y[i])
		}
	}
	copy(dst, s.next)
	if s.estimated = estimate != nil; estimate == nil {
		return nil
	}
	return s.estimate(estimate, h, repeated || s.lastLevel == nil)
}

func (s *stepper) part(v []float64, i int) []float64 { return v[i*s.pad : (i+1)*s.pad] }

func (s *stepper) Accept() {
	s.start, s.y, s.next = s.y, s.next, s.start
	s.low, s.step = s.step, s.low
	s.last, s.z = s.z, s.last
	s.lastE, s.e, s.lastEstimated = s.e, s.lastE, s.estimated
	s.lastLevel, s.h0 = s.level, s.h
	s.t += s.h
	s.known, s.fresh, s.tried = false, false, false
	s.stale = s.newton.theta > keep
}

// slope evaluates f0 where it is not known.
func (s *stepper) slope() error {
	if s.known {
		return nil
	}
	if err := s.lin.Eval(s.f0[:s.dim], s.t, s.y[:s.dim]); err != nil {
		return err
	}
	s.known = true
	return nil
}

// factor brings J and the factors up to date.
func (s *stepper) factor(h float64) error {
	if s.stale {
		if err := s.slope(); err != nil {
			return err
		}
		if err := s.lin.Linearise(s.t, s.y[:s.dim], s.f0[:s.dim]); err != nil {
			return err
		}
		s.fresh, s.stale = true, false
	}
	// Fixed steps differ by the rounding of t.
	if f := &s.factored; f.level == s.level && f.jacobians == s.lin.Counts.Jacobians && math.Abs(f.h-h) <= 1e-9*math.Abs(h) {
		return nil
	}
	s.factored.level = nil
	s.lin.Counts.Factorisations++
	if err := s.real.Factor(s.level.Gamma/h, s.lin.Mass, s.lin.J); err != nil {
		return fmt.Errorf("radau: %w: %w", integrators.ErrDiverged, err)
	}
	for k, lambda := range s.level.Lambda {
		s.lin.Counts.Factorisations++
		by := complex(real(lambda)/h, imag(lambda)/h)
		if err := s.pairs[k].Factor(by, s.lin.Mass, s.lin.J); err != nil {
			return fmt.Errorf("radau: %w: %w", integrators.ErrDiverged, err)
		}
	}
	s.factored.level, s.factored.h, s.factored.jacobians = s.level, h, s.lin.Counts.Jacobians
	return nil
}

// estimate is documented at Method.
func (s *stepper) estimate(dst []float64, h float64, filter bool) error {
	if err := s.slope(); err != nil {
		return err
	}
	n := s.dim
	du, e := s.part(s.g, 0), s.e[:n]
	s.level.slopes.Combine(du, nil, 1/h, s.z)
	du = du[:n]
	if s.lin.Mass != nil {
		s.lin.Mass.MulVec(e, du)
		copy(du, e)
	}
	if s.defect(dst, s.f0, du, h); filter && !s.level.exact && s.size >= 1 {
		for i, v := range e {
			s.stage[i] = s.y[i] + v
		}
		if err := s.lin.Eval(s.f[:n], s.t, s.stage[:n]); err != nil {
			return err
		}
		s.defect(dst, s.f, du, h)
	}
	return nil
}

// defect sets e = (γ/h M − J)⁻¹ (f + du), dst to the larger of e scaled and P^(s−1) e,
// and size to its norm. What the rounding of y may make of P^(s−1) e does not count.
func (s *stepper) defect(dst, f, du []float64, h float64) {
	l, n := s.level, s.dim
	e, v := s.e[:n], s.stage[:n]
	for i, d := range du {
		e[i] = f[i] + d
	}
	s.real.Solve(e)
	for i, x := range e {
		dst[i] = l.scale * x
	}
	if s.size = s.norm(e); l.scale >= 1 {
		return
	}
	copy(v, e)
	size := s.size
	for range l.C[1:] { // damped further each time
		if size = s.damp(v, h) / l.scale; size <= s.size {
			return
		}
	}
	noise := s.f[:n]
	for i, y := range s.y[:n] {
		noise[i] = y * s.rounding[i]
	}
	if size > s.damp(noise, h)/l.scale {
		copy(dst, v)
		s.size = size
	}
}

// damp sets v = P v = ((γ/h M − J)⁻¹ γ/h M − 1) v and returns its norm.
func (s *stepper) damp(v []float64, h float64) float64 {
	r := s.g[s.pad : s.pad+len(v)] // beside du
	if copy(r, v); s.lin.Mass != nil {
		s.lin.Mass.MulVec(r, v)
	}
	s.real.Solve(r)
	gamma, sum := s.level.Gamma/h, 0.0
	inverse := s.inverse[:len(v)]
	for i, w := range r {
		w = gamma*w - v[i]
		v[i] = w
		w *= inverse[i]
		sum += w * w
	}
	return math.Sqrt(sum / float64(len(v)))
}

func (s *stepper) norm(e []float64) float64 {
	sum := 0.0
	for i, v := range e {
		v *= s.inverse[i]
		sum += v * v
	}
	return math.Sqrt(sum / float64(len(e)))
}

package symplectic

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
)

// part is one kick or drift: y_half += c h · (force or velocity at t + at·h).
type part struct {
	drift bool
	c, at float64
}

// point is a state with what is known at it.
type point struct {
	t, tLow         float64   // the time, and what rounding left out of it
	h               float64   // of the step that led here
	y, low          []float64 // low: rounding errors not yet added; nil without Compensated
	force, velocity []float64
	forced, moving  bool // force, velocity are known
}

// splitting steps a Composition.
type splitting struct {
	n     int // positions
	parts []part

	f     integrators.Field // the whole field, or
	whole []float64
	split *Split

	start, now, next, inside *point // of the last accepted step; current; tried; interpolated
	counts                   integrators.Counts
}

func (c *Composition) stepper(dim int) *splitting {
	c.check(dim)
	s := &splitting{n: dim / 2}
	var kicked, drifted float64
	for i := range c.Kick {
		if c.Kick[i] != 0 {
			s.parts = append(s.parts, part{false, c.Kick[i], snap(drifted)})
		}
		kicked += c.Kick[i]
		if c.Drift[i] != 0 {
			s.parts = append(s.parts, part{true, c.Drift[i], snap(kicked)})
		}
		drifted += c.Drift[i]
	}
	size := 2 * dim
	if c.Compensated {
		size = 3 * dim
	}
	mem := make([]float64, 4*size)
	for i, p := range []**point{&s.start, &s.now, &s.next, &s.inside} {
		m := mem[i*size : (i+1)*size]
		*p = &point{y: m[:dim], force: m[dim : dim+s.n], velocity: m[dim+s.n : 2*dim]}
		if c.Compensated {
			(*p).low = m[2*dim:]
		}
	}
	return s
}

// snap makes 1 of a sum of coefficients that misses it by rounding, so that no
// field is asked for a time beyond the step's end.
func snap(c float64) float64 {
	if math.Abs(c-1) < 1e-13 {
		return 1
	}
	return c
}

func (s *splitting) Reset(t float64, y []float64) error {
	s.length(y)
	p := s.now
	p.t, p.tLow, p.forced, p.moving = t, 0, false, false
	copy(p.y, y)
	clear(p.low)
	return nil
}

func (s *splitting) length(y []float64) {
	if len(y) != 2*s.n {
		panic(fmt.Sprintf("symplectic: state of %d numbers, want %d", len(y), 2*s.n))
	}
}

func (s *splitting) Try(dst, _ []float64, h float64) error {
	s.length(dst)
	if err := s.flow(s.next, s.now, h); err != nil {
		return err
	}
	s.next.h = h
	copy(dst, s.next.y)
	return nil
}

func (s *splitting) Accept() { s.start, s.now, s.next = s.now, s.next, s.start }

func (s *splitting) Counts() integrators.Counts { return s.counts }

// Interpolate makes a step of length θh from the start of the last one: it is of
// the method's order and symplectic, meets both ends, and costs a step's
// evaluations.
func (s *splitting) Interpolate(dst []float64, theta float64) error {
	s.length(dst)
	if err := s.flow(s.inside, s.start, theta*s.now.h); err != nil {
		return err
	}
	copy(dst, s.inside.y)
	return nil
}

// flow makes one step from a to b.
func (s *splitting) flow(b, a *point, h float64) error {
	copy(b.y, a.y)
	copy(b.low, a.low)
	if b.forced = a.forced; b.forced {
		copy(b.force, a.force)
	}
	if b.moving = a.moving; b.moving {
		copy(b.velocity, a.velocity)
	}
	n := s.n
	q, p := b.y[:n], b.y[n:]
	var lq, lp []float64
	if b.low != nil {
		lq, lp = b.low[:n], b.low[n:]
	}
	for _, o := range s.parts {
		if o.drift {
			v := b.velocity
			if s.split != nil && s.split.Velocity == nil {
				v = p
			} else if !b.moving {
				if err := s.velocity(v, a.t+(a.tLow+o.at*h), b.y); err != nil {
					return err
				}
				b.moving = true
			}
			add(q, lq, o.c*h, v)
			b.forced = false
			continue
		}
		if !b.forced {
			if err := s.force(b.force, a.t+(a.tLow+o.at*h), b.y); err != nil {
				return err
			}
			b.forced = true
		}
		add(p, lp, o.c*h, b.force)
		b.moving = false
	}
	b.t, b.tLow = twoSum(a.t, a.tLow+h)
	return nil
}

func (s *splitting) force(dst []float64, t float64, y []float64) error {
	s.counts.Evaluations++
	if s.split != nil {
		return s.split.Force(dst, t, y[:s.n])
	}
	err := s.f(s.whole, t, y)
	copy(dst, s.whole[s.n:])
	return err
}

func (s *splitting) velocity(dst []float64, t float64, y []float64) error {
	if s.split != nil {
		return s.split.Velocity(dst, t, y[s.n:])
	}
	s.counts.Evaluations++
	err := s.f(s.whole, t, y)
	copy(dst, s.whole[:s.n])
	return err
}

// add is y += c k; with low, the errors of rounding are kept there and added to
// the next addend.
func add(y, low []float64, c float64, k []float64) {
	k = k[:len(y)]
	if low == nil {
		for i := range y {
			y[i] += c * k[i]
		}
		return
	}
	low = low[:len(y)]
	for i, a := range y {
		y[i], low[i] = twoSum(a, c*k[i]+low[i])
	}
}

// twoSum is a + b rounded, and the error of it. Knuth (1969), section 4.2.2.
func twoSum(a, b float64) (sum, low float64) {
	sum = a + b
	c := sum - a
	return sum, (a - (sum - c)) + (b - c)
}

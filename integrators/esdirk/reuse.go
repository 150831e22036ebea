package esdirk

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
)

// prepare sets W for steps of length h.
func (s *newton) prepare(h float64) error {
	s.shift = 1 / (h * s.gamma)
	switch {
	case !s.have, s.rate > s.slow && !s.current:
		if err := s.linearise(); err != nil {
			return err
		}
	case !s.current && s.far():
		if err := s.linearise(); err != nil {
			return err
		}
		if s.reach *= s.reach; s.changed {
			s.reach = 8
		}
	}
	s.rate = 0
	if !s.current {
		s.eta = 1 // an old J proves itself in every step
	}
	if s.at != 0 && math.Abs(s.at-s.shift) <= s.drift*math.Abs(s.shift) {
		return nil
	}
	err := s.factor()
	if err != nil && !s.current {
		if err := s.linearise(); err != nil {
			return err
		}
		err = s.factor()
	}
	return err
}

// linearise sets J at (t, y).
func (s *newton) linearise() error {
	f0 := s.f0
	if s.lin.Jacobian == nil && f0 == nil {
		// The slope at hand solves its equation to the tolerance only, which
		// differences would divide by their small increments.
		if err := s.lin.Eval(s.r, s.t, s.y[:len(s.r)]); err != nil {
			return err
		}
		f0 = s.r
	}
	s.at = 0
	if err := s.lin.Linearise(s.t, s.y[:len(s.r)], f0); err != nil {
		return err
	}
	s.have, s.current = true, true
	copy(s.origin, s.y)
	s.lin.J.MulVec(s.r, s.probe)
	s.changed = false
	for i, v := range s.r {
		if was := s.image[i]; math.Abs(v-was) > 0.1*math.Max(math.Abs(v), math.Abs(was)) {
			s.changed = true
		}
		s.image[i] = v
	}
	return nil
}

// far tells that a component has come to be reach times what it was where J is
// from, or that part of it, and by more than ten tolerances. Rates of convergence
// alone do not show how old J is: where it belongs to a point of much faster decay,
// increments of a component are as small as they would be at its solution. Where J
// was found to be the same, reach is squared.
func (s *newton) far() bool {
	y, weight := s.y[:len(s.origin)], s.weight[:len(s.origin)]
	for i, was := range s.origin {
		now, change := math.Abs(y[i]), math.Abs(y[i]-was)
		was = math.Abs(was)
		if change*weight[i] > 10 && math.Max(now, was) > s.reach*math.Min(now, was) {
			return true
		}
	}
	return false
}

func (s *newton) factor() error {
	s.lin.Counts.Factorisations++
	s.at = 0
	if err := s.lu.Factor(s.shift, s.lin.Mass, s.lin.J); err != nil {
		return fmt.Errorf("%w: %w", integrators.ErrDiverged, err)
	}
	s.at = s.shift
	return nil
}

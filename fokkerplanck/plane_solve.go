package fokkerplanck

import (
	"context"
	"math"
)

// SolvePlane carries the density p0, cell averages on g, from t0 to t1 and
// returns the cell averages there. The tensor is split into diffusions along
// integer vectors (Selling's), and a step solves the chains along one after the
// other: TRBDF2 and CrankNicolson in Strang's symmetric order, of second order,
// and BackwardEuler in turn, of first. Mass is conserved to rounding but for
// what walls absorb, and nothing is negative, for any step and any tensor, by
// the means of [Solve].
//
// In space the error is of second order in the width of the cells. It is of first
// order where drift crosses a line over which nothing diffuses, and at reflecting
// walls where a D is so oblique that its vectors are longer than a diagonal.
//
// A step is a few sweeps over the cells for each vector: two where D is diagonal,
// three where it is constant, more where it varies. Errors are those of Solve,
// and for a D so anisotropic that its vectors are longer than the grid.
func SolvePlane(ctx context.Context, pr PlaneProblem, g Plane, p0 []float64, t0, t1 float64, c Config) ([]float64, error) {
	if err := pr.check(g); err != nil {
		return nil, err
	}
	if err := checkPlaneDensity(g, p0); err != nil {
		return nil, err
	}
	if err := c.check(t0, t1); err != nil {
		return nil, err
	}
	s := newPlaneStepper(pr, g)
	p := append([]float64(nil), p0...)
	for i, v := range p {
		s.m[i] = v * g.area(i)
		s.mass += s.m[i]
	}
	densities := func() {
		for i, v := range s.m {
			p[i] = v / g.area(i)
		}
	}
	t := t0
	for k := 0; ; k++ {
		if c.Observe != nil {
			if err := c.Observe(t, p); err != nil {
				return p, err
			}
		}
		if k == c.Steps {
			densities()
			return p, nil
		}
		err := ctx.Err()
		next := t0 + (t1-t0)*(float64(k+1)/float64(c.Steps))
		if err == nil {
			// Steps of a steady problem join at their ends, unless they are looked at.
			h := (t1 - t0) / float64(c.Steps)
			err = s.step(c.Scheme, t, h, c.Observe == nil && pr.Steady && k < c.Steps-1)
		}
		if err != nil {
			s.finish(c.Scheme)
			densities()
			return p, err
		}
		if c.Observe != nil {
			densities()
		}
		t = next
	}
}

// planeStepper carries the masses of the cells.
type planeStepper struct {
	*bonds
	mass               float64
	m, u, old, a, part []float64
	gathered           gathered
	known              bool
	owed               float64 // what the first direction has still to do
}

func newPlaneStepper(pr PlaneProblem, g Plane) *planeStepper {
	n := g.Cells()
	s := &planeStepper{bonds: newBonds(pr, g)}
	s.m, s.u, s.old = make([]float64, n), make([]float64, n), make([]float64, n)
	return s
}

func (s *planeStepper) rates(t float64) error {
	if s.known && s.pr.Steady {
		return nil
	}
	if err := s.assemble(t); err != nil {
		return err
	}
	s.known = true
	longest := 0
	for _, d := range s.directions {
		for _, o := range d.orbits {
			longest = max(longest, len(o.cells))
		}
	}
	if longest > len(s.gathered.m) {
		s.gathered.m, s.gathered.pivots = make([]float64, longest), make([]float64, 2*longest)
		s.gathered.left, s.gathered.right = make([]float64, longest), make([]float64, longest)
	}
	return nil
}

// step goes from t to t+h. With join the last half step of the first direction
// is left to the next step, of the same length.
func (s *planeStepper) step(scheme Scheme, t, h float64, join bool) error {
	if scheme == BackwardEuler {
		if err := s.rates(t + h); err != nil {
			return err
		}
		for _, d := range s.directions {
			d.solve(s.m, h, s.nx, &s.gathered)
		}
		return nil
	}
	if err := s.rates(t + 0.5*h); err != nil {
		return err
	}
	n := len(s.directions)
	if n == 0 {
		return nil
	}
	if n == 1 {
		s.flow(s.directions[0], scheme, h)
		return nil
	}
	first := 0.5 * h
	if s.owed > 0 {
		first = h
	}
	s.flow(s.directions[0], scheme, first)
	s.owed = 0
	for _, d := range s.directions[1 : n-1] {
		s.flow(d, scheme, 0.5*h)
	}
	s.flow(s.directions[n-1], scheme, h)
	for k := n - 2; k >= 1; k-- {
		s.flow(s.directions[k], scheme, 0.5*h)
	}
	s.owed = 0.5 * h
	if !join {
		s.finish(scheme)
	}
	return nil
}

func (s *planeStepper) finish(scheme Scheme) {
	if s.owed > 0 {
		s.flow(s.directions[0], scheme, s.owed)
		s.owed = 0
	}
}

// flow solves along one direction for a time h. A trapezium step is 2S − 1 with
// S that of backward Euler for half its length.
func (s *planeStepper) flow(d *direction, scheme Scheme, h float64) {
	copy(s.old, s.m)
	m, u := s.m, s.u
	if scheme == CrankNicolson {
		copy(u, m)
		d.solve(u, 0.5*h, s.nx, &s.gathered)
		for i, v := range u {
			m[i] = 2*v - m[i]
		}
	} else {
		const gamma = 2 - math.Sqrt2
		w := (1 - gamma) * (1 - gamma) / (gamma * (2 - gamma))
		copy(u, m)
		d.solve(u, 0.5*gamma*h, s.nx, &s.gathered)
		for i, v := range u {
			m[i] = 2*(1+w)*v - (1+2*w)*m[i]
		}
		d.solve(m, 0.5*gamma*h, s.nx, &s.gathered)
	}
	below := 0.0
	for _, v := range m {
		if v < 0 {
			below -= v
		}
	}
	switch {
	case below == 0:
	case below < 1e-17*s.mass: // less than the rounding of the sum
		for i, v := range m {
			m[i] = math.Max(v, 0)
		}
	default:
		if s.a == nil {
			s.a, s.part = make([]float64, len(m)), make([]float64, len(m))
		}
		d.solve(s.old, h, s.nx, &s.gathered)
		d.limit(s.old, m, s.a, s.part, &s.gathered)
		s.m, s.old = s.old, s.m
	}
}

package fokkerplanck

import "fmt"

// orbit is a chain of cells along a direction that goes through periodic walls;
// a ring comes back to its first cell.
type orbit struct {
	cells []int
	ring  bool
}

func (b *bonds) orbits(e int2) ([]orbit, error) {
	n := b.nx * b.ny
	move := func(i, sign int) (int, bool) {
		c := int2{i%b.nx + sign*e[0], i/b.nx + sign*e[1]}
		b.wrap(&c)
		return c[0] + b.nx*c[1], b.inside(c)
	}
	seen := make([]bool, n)
	var all []orbit
	follow := func(i int) orbit {
		o := orbit{}
		for ok := true; ok && !seen[i]; i, ok = move(i, 1) {
			seen[i] = true
			o.cells = append(o.cells, i)
		}
		return o
	}
	for i := range n {
		if _, ok := move(i, -1); !ok {
			all = append(all, follow(i))
		}
	}
	for i := range n {
		if !seen[i] {
			o := follow(i)
			o.ring = true
			if len(o.cells) < 3 {
				return nil, fmt.Errorf("%w: a ring of %d cells; take more cells", ErrProblem, len(o.cells))
			}
			all = append(all, o)
		}
	}
	return all, nil
}

// gathered is scratch for one orbit.
type gathered struct {
	chain
	m, pivots []float64
}

// solveOrbits replaces m by (1 − h L_d)^−1 m.
func (d *direction) solveOrbits(m []float64, h float64, s *gathered) {
	for _, o := range d.orbits {
		n := len(o.cells)
		s.left, s.right = s.left[:n], s.right[:n]
		s.pr = Problem{Left: Reflecting}
		s.left[0], s.right[n-1] = 0, 0
		for k, i := range o.cells {
			s.m[k] = m[i]
			if k < n-1 {
				s.right[k], s.left[k+1] = d.fwd[i], d.bwd[i]
			}
		}
		// Only the ends of a chain are next to a wall.
		first, last := o.cells[0], o.cells[n-1]
		switch {
		case o.ring:
			s.pr.Left = Periodic
			s.right[n-1], s.left[0] = d.fwd[last], d.bwd[last]
		case d.kill != nil:
			s.left[0] = d.kill[first]
			if n > 1 {
				s.right[n-1] = d.kill[last]
			}
		}
		s.implicit(s.m[:n], s.pivots, h)
		for k, i := range o.cells {
			m[i] = s.m[k]
		}
	}
}

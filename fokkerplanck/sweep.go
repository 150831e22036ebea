package fokkerplanck

import "math"

// factors are those of 1 − h L_d of one direction, by the elimination of
// [chain.implicit] along all its chains at once. With d_i the pivots, f = h
// fwd/d, g = h bwd/d and r = 1/d.
type factors struct {
	h       float64
	f, g, r []float64
}

// factor returns the factors for h, from store where they are known.
func (d *direction) factor(h float64) *factors {
	for _, f := range d.factors {
		if f.h == h {
			return f
		}
	}
	n := len(d.fwd)
	var s *factors
	if k := len(d.factors); k < cap(d.factors) && d.factors[:k+1][k] != nil {
		d.factors = d.factors[:k+1] // memory of an earlier time
		s = d.factors[k]
	} else {
		s = &factors{f: make([]float64, n), g: make([]float64, n), r: make([]float64, n)}
		d.factors = append(d.factors, s)
	}
	s.h = h
	for i := range s.r {
		s.r[i] = 1
		if d.kill != nil {
			s.r[i] += h * d.kill[i]
		}
	}
	for i, e := range s.r {
		on, back := h*d.fwd[i], h*d.bwd[i]
		r := 1 / (e + on)
		s.r[i], s.f[i], s.g[i] = r, on*r, back*r
		if back != 0 {
			s.r[i+d.step] += back * (e * r)
		}
	}
	return s
}

// solve replaces m by (1 − h L_d)^−1 m.
func (d *direction) solve(m []float64, h float64, nx int, s *gathered) {
	if d.orbits != nil {
		d.solveOrbits(m, h, s)
		return
	}
	f := d.factor(h)
	if d.e == (int2{1, 0}) {
		f.rows(m, nx)
		return
	}
	// The chains go from row to row: all cells of a row are independent.
	up := d.step
	for i := 0; i < len(m); i += nx {
		if k := min(nx, len(m)-i-up); k > 0 {
			forward(m[i:i+k], m[i+up:i+up+k], f.f[i:i+k])
		}
	}
	for i := len(m) - nx; i >= 0; i -= nx {
		k := max(min(nx, len(m)-i-up), 0)
		scale(m[i+k:i+nx], f.r[i+k:i+nx])
		if k > 0 {
			backward(m[i:i+k], m[i+up:i+up+k], f.g[i:i+k], f.r[i:i+k])
		}
	}
}

func forward(m, next, f []float64) {
	next, f = next[:len(m)], f[:len(m)]
	for i, v := range m {
		next[i] += f[i] * v
	}
}

func backward(m, next, g, r []float64) {
	next, g, r = next[:len(m)], g[:len(m)], r[:len(m)]
	for i, v := range m {
		m[i] = v*r[i] + g[i]*next[i]
	}
}

func scale(m, r []float64) {
	for i := range m {
		m[i] *= r[i]
	}
}

// rows solves along rows, four at a time, whose chains of operations do not
// wait for each other.
func (s *factors) rows(m []float64, nx int) {
	i := 0
	for ; i+4*nx <= len(m); i += 4 * nx {
		row := func(v []float64, k int) []float64 { return v[i+k*nx : i+(k+1)*nx : i+(k+1)*nx] }
		four(row(m, 0), row(m, 1), row(m, 2), row(m, 3),
			row(s.f, 0), row(s.f, 1), row(s.f, 2), row(s.f, 3),
			row(s.g, 0), row(s.g, 1), row(s.g, 2), row(s.g, 3),
			row(s.r, 0), row(s.r, 1), row(s.r, 2), row(s.r, 3))
	}
	for ; i < len(m); i += nx {
		m, f, g, r := m[i:i+nx], s.f[i:i+nx], s.g[i:i+nx], s.r[i:i+nx]
		v := m[0]
		for k := 1; k < nx; k++ {
			v = m[k] + f[k-1]*v
			m[k] = v
		}
		v = 0
		for k := nx - 1; k >= 0; k-- {
			v = m[k]*r[k] + g[k]*v
			m[k] = v
		}
	}
}

func four(a, b, c, d, fa, fb, fc, fd, ga, gb, gc, gd, ra, rb, rc, rd []float64) {
	n := len(a)
	b, c, d = b[:n], c[:n], d[:n]
	fa, fb, fc, fd = fa[:n], fb[:n], fc[:n], fd[:n]
	var u, v, w, x float64
	u, v, w, x = a[0], b[0], c[0], d[0]
	for k := 1; k < n; k++ {
		u = a[k] + fa[k-1]*u
		v = b[k] + fb[k-1]*v
		w = c[k] + fc[k-1]*w
		x = d[k] + fd[k-1]*x
		a[k], b[k], c[k], d[k] = u, v, w, x
	}
	ga, gb, gc, gd = ga[:n], gb[:n], gc[:n], gd[:n]
	ra, rb, rc, rd = ra[:n], rb[:n], rc[:n], rd[:n]
	u, v, w, x = 0, 0, 0, 0
	for k := n - 1; k >= 0; k-- {
		u = a[k]*ra[k] + ga[k]*u
		v = b[k]*rb[k] + gb[k]*v
		w = c[k]*rc[k] + gc[k]*w
		x = d[k]*rd[k] + gd[k]*x
		a[k], b[k], c[k], d[k] = u, v, w, x
	}
}

// limit does along all chains of a direction what the function of that name
// does along one.
func (d *direction) limit(low, high, a, part []float64, s *gathered) {
	if d.orbits != nil {
		for _, o := range d.orbits {
			n := len(o.cells)
			for k, i := range o.cells {
				s.m[k], s.pivots[k] = low[i], high[i]
			}
			limit(s.m[:n], s.pivots[:n], a[:n])
			for k, i := range o.cells {
				low[i] = s.m[k]
			}
		}
		return
	}
	joined := func(i int) bool { return d.fwd[i] > 0 || d.bwd[i] > 0 }
	clear(a)
	clear(part)
	for i, v := range low { // a_i carries from i to i+step
		a[i] -= high[i] - v
		if !joined(i) {
			a[i] = 0
			continue
		}
		a[i+d.step] += a[i]
		part[i] += math.Max(a[i], 0)
		part[i+d.step] += math.Max(-a[i], 0)
	}
	for i, out := range part {
		part[i] = 1
		if out > low[i] {
			part[i] = low[i] / out
		}
	}
	for i := range low {
		if joined(i) {
			c := a[i] * part[i+d.step]
			if a[i] > 0 {
				c = a[i] * part[i]
			}
			low[i] -= c
			low[i+d.step] += c
		}
	}
	for i, v := range low {
		low[i] = math.Max(v, 0)
	}
}

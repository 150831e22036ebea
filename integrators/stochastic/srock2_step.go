package stochastic

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/sde/noise"
)

func (st *srock2) Step(dst []float64, t, h float64, y, dw []float64) error {
	path := st.parts(st.m.Needs(st.s.Structure), dst, y, dw)
	c := st.m.stages(h)
	if c == nil {
		return fmt.Errorf("%w: Radius %v times the step %v; take steps below %.3g", ErrStages, st.m.Radius, h, reach*200*200/st.m.Radius)
	}
	n := len(y)
	k, before, star, a := st.k[:n], st.before[:n], st.star[:n], st.a[:n]
	copy(k, y)
	copy(before, y)
	at, atBefore := t, t
	var starTime float64
	step := c.alpha * h
	for i, mu := range c.mu {
		if err := st.s.Drift(a, at, k); err != nil {
			return err
		}
		if i == c.degree {
			for j, v := range a {
				star[j] = k[j] + 2*c.tau*h*v
				dst[j] = k[j] + (2*c.sigma-0.5)*h*v
			}
			starTime = at + 2*c.tau*h
		}
		kappa := c.kappa[i]
		for j, v := range a {
			k[j], before[j] = step*mu*v+(1+kappa)*k[j]-kappa*before[j], k[j]
		}
		at, atBefore = step*mu+(1+kappa)*at-kappa*atBefore, at
	}
	// before is K_(s−1), k is K_s.
	b, err := st.diffusion(st.b, atBefore, before)
	if err != nil {
		return err
	}
	st.addNoise(dst, 1, b, path.W)
	if b, err = st.diffusion(st.b, at, k); err != nil {
		return err
	}
	st.addNoise(star, 1, b, path.W)
	if err := st.s.Drift(a, starTime, star); err != nil {
		return err
	}
	floats.AddScaled(dst, 0.5*h, a)
	switch {
	case st.s.Structure.IsAdditive():
		return nil
	case st.s.Structure == Diagonal:
		return st.diagonal(dst, at, math.Abs(h), b, path.W)
	}
	return st.columns(dst, at, math.Abs(h), b, path)
}

func (st *srock2) diagonal(dst []float64, t, size float64, b, w []float64) error {
	shift := st.shift[:len(w)]
	for i, v := range w {
		shift[i] = 0.5 * (v*v - size)
	}
	one := st.pick[:len(w)]
	for i := range one {
		one[i] = 1
	}
	if err := st.difference(dst, t, b, shift, one); err != nil {
		return err
	}
	return st.curvature(dst, t, size, b, one, w)
}

func (st *srock2) columns(dst []float64, t, size float64, b []float64, path noise.Parts) error {
	m := st.s.Noises()
	pairs := m * (m - 1) / 2
	shift, pick := st.shift[:len(path.W)], st.pick[:len(path.W)]
	for r := range m {
		for row := 0; row < len(shift); row += m {
			out, w := shift[row:row+m], path.W[row:row+m]
			for q, v := range w {
				out[q] = 0.5 * v * w[r]
			}
			out[r] -= 0.5 * size
			addAreas(out, path.V[row/m*pairs:][:pairs], r, -0.5)
			clear(pick[row : row+m])
			pick[row+r] = 1
		}
		if err := st.difference(dst, t, b, shift, pick); err != nil {
			return err
		}
	}
	for row := 0; row < len(pick); row += m {
		pick[row] = 1
		for q := 1; q < m; q++ {
			pick[row+q] = math.Copysign(1, path.V[row/m*pairs+pair(0, q, m)])
		}
	}
	return st.curvature(dst, t, size, b, pick, path.W)
}

// atShift evaluates b at K_s + sign b shift.
func (st *srock2) atShift(t, sign float64, b, shift []float64) ([]float64, error) {
	z := st.support[:len(shift)/st.s.Noises()*st.s.Dim]
	copy(z, st.k)
	st.addNoise(z, sign, b, shift)
	return st.diffusion(st.there, t, z)
}

// difference adds ½ (b(K_s + b shift) − b(K_s − b shift)) pick.
func (st *srock2) difference(dst []float64, t float64, b, shift, pick []float64) error {
	for _, sign := range []float64{1, -1} {
		there, err := st.atShift(t, sign, b, shift)
		if err != nil {
			return err
		}
		st.addNoise(dst, 0.5*sign, there, pick)
	}
	return nil
}

// curvature adds ¼ (b(K_s + √h bχ) − 2b + b(K_s − √h bχ)) Δw.
func (st *srock2) curvature(dst []float64, t, size float64, b, chi, w []float64) error {
	for _, sign := range []float64{1, -1} {
		there, err := st.atShift(t, sign*math.Sqrt(size), b, chi)
		if err != nil {
			return err
		}
		st.addNoise(dst, 0.25, there, w)
	}
	st.addNoise(dst, -0.5, b, w)
	return nil
}

package system

import "github.com/ito-sde/ito/validation/problems/internal/dd"

// radau returns the nodes and weights of the collocation method of Radau IIA
// with s stages, order 2s−1: c are the zeros of P_s − P_{s−1} on [0, 1], and
// a_ij = ∫_0^{c_i} L_j with the Lagrange polynomials L of c. Hairer, Wanner
// (1996), section IV.5.
func radau(s int) (c []dd.Real, a [][]dd.Real) {
	c = append(zeros(func(x dd.Real) dd.Real {
		p, before := legendre(s, x)
		return p.Sub(before)
	}, s-1), dd.From(1))
	// Gauss's formula of s/2 points, rounded up, integrates L exactly.
	m := (s + 1) / 2
	x := zeros(func(x dd.Real) dd.Real { p, _ := legendre(m, x); return p }, m)
	w := make([]dd.Real, m)
	for i := range w {
		// w = 2/((1−z²) P'²) on [−1, 1], and (1−z²) P' = m (P_{m−1} − z P_m).
		z := x[i].Scale(2).Sub(dd.From(1))
		_, p := legendre(m, x[i])
		p = p.Scale(float64(m))
		w[i] = dd.From(1).Sub(z.Mul(z)).Div(p.Mul(p))
	}
	a = make([][]dd.Real, s)
	for i := range a {
		a[i] = make([]dd.Real, s)
		for j := range a[i] {
			for k := range x {
				l := lagrange(c, j, c[i].Mul(x[k]))
				a[i][j] = a[i][j].Add(w[k].Mul(l))
			}
			a[i][j] = a[i][j].Mul(c[i])
		}
	}
	return c, a
}

// legendre returns P_n and P_{n−1} at 2x − 1.
func legendre(n int, x dd.Real) (p, before dd.Real) {
	z := x.Scale(2).Sub(dd.From(1))
	before, p = dd.From(1), z
	for k := 2; k <= n; k++ {
		next := z.Mul(p).Scale(float64(2*k - 1)).Sub(before.Scale(float64(k - 1))).Div(dd.From(float64(k)))
		before, p = p, next
	}
	return p, before
}

// zeros finds the n zeros of f between 0 and 1, less than 1 itself, by bisection.
func zeros(f func(dd.Real) dd.Real, n int) []dd.Real {
	const grid = 4096 // the closest zeros, near the ends, are 1/n² apart
	var list []dd.Real
	for i := 0; i < grid && len(list) < n; i++ {
		a, b := dd.From((float64(i)-0.25)/grid), dd.From((float64(i)+0.75)/grid)
		left := f(a).Hi < 0
		if (f(b).Hi < 0) == left {
			continue
		}
		for range 110 {
			m := a.Add(b).Scale(0.5)
			if (f(m).Hi < 0) == left {
				a = m
			} else {
				b = m
			}
		}
		list = append(list, a.Add(b).Scale(0.5))
	}
	return list
}

// lagrange is Π (x − c_k)/(c_j − c_k) over k ≠ j.
func lagrange(c []dd.Real, j int, x dd.Real) dd.Real {
	num, den := dd.From(1), dd.From(1)
	for k := range c {
		if k != j {
			num, den = num.Mul(x.Sub(c[k])), den.Mul(c[j].Sub(c[k]))
		}
	}
	return num.Div(den)
}

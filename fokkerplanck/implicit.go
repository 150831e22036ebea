package fokkerplanck

// implicit solves (1 − h L) m = b in place, by elimination in the manner of
// Grassmann, Taksar and Heyman: a column of 1 − h L sums to 1 and h times the
// rate through a wall, and these sums are carried along instead of the diagonal,
// so that nothing is subtracted,
//
//	e_0 = 1 + h left_0,   d_i = e_i + h right_i,   e_(i+1) = 1 + h left_(i+1) e_i/d_i.
//
// So for any h every m_i is exact to a few n rounding errors if b has one sign:
// never negative, and of the sum of b but for what leaves. LU, as in LAPACK's
// dgtsv, loses digits in proportion to h max|L|. d is scratch, of 2n.
//
// Grassmann, Taksar, Heyman (1985); Alfa, Xue, Ye (2002).
func (c *chain) implicit(b, d []float64, h float64) {
	if c.pr.Left == Periodic {
		c.ring(b, d, h, 1)
		return
	}
	n := len(b)
	left, right := c.left[:n], c.right[:n]
	d = d[:n]
	e := 1 + h*left[0]
	for i := range n - 1 {
		d[i] = e + h*right[i]
		b[i+1] += h * right[i] / d[i] * b[i]
		e = 1 + h*left[i+1]*(e/d[i])
	}
	b[n-1] /= e + h*right[n-1]
	for i := n - 2; i >= 0; i-- {
		b[i] = (b[i] + h*left[i+1]*b[i+1]) / d[i]
	}
}

// ring solves (one − h L) m = b where the ends are neighbours; one is 1, or 0
// with b[n−1] the mass of the last cell for the null vector of L. The last cell
// z is eliminated last. Eliminating cell i leaves a rate between i+1 and z: to z
// it is toZ, from z it is fromZ, which d keeps in its second half.
func (c *chain) ring(b, d []float64, h, one float64) {
	n := len(b)
	z := n - 1
	d, from := d[:n], d[n:2*n]
	e, ez, toZ, fromZ := one, one, h*c.left[0], h*c.right[z]
	for i := range z {
		on, back := h*c.right[i], h*c.left[i+1]
		from[i] = fromZ
		if i == z-1 { // its other neighbour is z
			on, back, toZ = on+toZ, back+fromZ, 0
		}
		d[i] = e + on + toZ
		q := b[i] / d[i]
		b[i+1] += on * q
		b[z] += toZ * q
		q = e / d[i]
		if i == z-1 {
			ez += back * q
			break
		}
		ez += fromZ * q
		e = one + back*q
		toZ, fromZ = back*(toZ/d[i]), fromZ*(on/d[i])
	}
	if one > 0 {
		b[z] /= ez
	}
	for i := z - 1; i >= 0; i-- {
		b[i] = (b[i] + h*c.left[i+1]*b[i+1] + from[i]*b[z]) / d[i]
	}
}

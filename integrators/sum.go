package integrators

// sum sets dst = y + Σ c_i k_i (y = nil: zero) in passes of up to four terms, so
// that dst is read and written once per four vectors.
func sum(dst, y []float64, c []float64, k [][]float64) {
	n := len(dst)
	if y == nil {
		clear(dst)
		y = dst
	}
	y = y[:n]
	for {
		switch len(c) {
		case 0:
			copy(dst, y)
			return
		case 1:
			c0, k0 := c[0], k[0][:n]
			for i, v := range y {
				dst[i] = v + c0*k0[i]
			}
			return
		case 2:
			c0, c1, k0, k1 := c[0], c[1], k[0][:n], k[1][:n]
			for i, v := range y {
				dst[i] = v + (c0*k0[i] + c1*k1[i])
			}
			return
		case 3:
			c0, c1, c2, k0, k1, k2 := c[0], c[1], c[2], k[0][:n], k[1][:n], k[2][:n]
			for i, v := range y {
				dst[i] = v + (c0*k0[i] + c1*k1[i] + c2*k2[i])
			}
			return
		}
		c0, c1, c2, c3, k0, k1, k2, k3 := c[0], c[1], c[2], c[3], k[0][:n], k[1][:n], k[2][:n], k[3][:n]
		for i, v := range y {
			dst[i] = v + (c0*k0[i] + c1*k1[i] + c2*k2[i] + c3*k3[i])
		}
		if c, k = c[4:], k[4:]; len(c) == 0 {
			return
		}
		y = dst
	}
}

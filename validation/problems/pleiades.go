package problems

import "math"

var pleiades = Problem{
	Name: "pleiades",
	Doc:  "seven stars of masses 1 to 7 in a plane: x, y, x', y'. Hairer, Nørsett, Wanner (1993), section II.10; Test Set for IVP Solvers (2008)",
	F:    sevenStars, Jacobian: sevenStarsJacobian, T1: 3,
	Y0: []float64{
		3, 3, -1, -3, 2, -2, 2,
		3, -3, 2, 0, 0, -4, 4,
		0, 0, 0, 0, 0, 1.75, -1.5,
		0, 0, 0, -1.25, 1, 0, 0,
	},
	Invariants: []func(y []float64) float64{
		func(y []float64) float64 {
			e := 0.0
			for i := range 7 {
				m := float64(i + 1)
				e += m * (y[14+i]*y[14+i] + y[21+i]*y[21+i]) / 2
				for j := range i {
					e -= m * float64(j+1) / math.Hypot(y[i]-y[j], y[7+i]-y[7+j])
				}
			}
			return e
		},
		func(y []float64) float64 {
			l := 0.0
			for i := range 7 {
				l += float64(i+1) * (y[i]*y[21+i] - y[7+i]*y[14+i])
			}
			return l
		},
	},
}

// pull is the force of the star at (x1, z1) on that at (x0, z0), per mass.
func pull(x0, z0, x1, z1 float64) (wx, wz float64) {
	dx, dz := x1-x0, z1-z0
	r := dx*dx + dz*dz
	w := 1 / (r * math.Sqrt(r))
	return w * dx, w * dz
}

// sevenStars computes each of the 21 forces once, its sums in registers: loops over
// arrays of seven cost twice the time.
func sevenStars(dst []float64, _ float64, y []float64) error {
	d, s := (*[28]float64)(dst), (*[28]float64)(y)
	*(*[14]float64)(d[:14]) = *(*[14]float64)(s[14:])
	x0, x1, x2, x3, x4, x5, x6 := s[0], s[1], s[2], s[3], s[4], s[5], s[6]
	z0, z1, z2, z3, z4, z5, z6 := s[7], s[8], s[9], s[10], s[11], s[12], s[13]
	px, pz := pull(x0, z0, x1, z1)
	a0, c0 := 2*px, 2*pz
	a1, c1 := -px, -pz
	px, pz = pull(x0, z0, x2, z2)
	a0 += 3 * px
	c0 += 3 * pz
	a2, c2 := -px, -pz
	px, pz = pull(x0, z0, x3, z3)
	a0 += 4 * px
	c0 += 4 * pz
	a3, c3 := -px, -pz
	px, pz = pull(x0, z0, x4, z4)
	a0 += 5 * px
	c0 += 5 * pz
	a4, c4 := -px, -pz
	px, pz = pull(x0, z0, x5, z5)
	a0 += 6 * px
	c0 += 6 * pz
	a5, c5 := -px, -pz
	px, pz = pull(x0, z0, x6, z6)
	d[14] = a0 + 7*px
	d[21] = c0 + 7*pz
	a6, c6 := -px, -pz
	px, pz = pull(x1, z1, x2, z2)
	a1 += 3 * px
	c1 += 3 * pz
	a2 -= 2 * px
	c2 -= 2 * pz
	px, pz = pull(x1, z1, x3, z3)
	a1 += 4 * px
	c1 += 4 * pz
	a3 -= 2 * px
	c3 -= 2 * pz
	px, pz = pull(x1, z1, x4, z4)
	a1 += 5 * px
	c1 += 5 * pz
	a4 -= 2 * px
	c4 -= 2 * pz
	px, pz = pull(x1, z1, x5, z5)
	a1 += 6 * px
	c1 += 6 * pz
	a5 -= 2 * px
	c5 -= 2 * pz
	px, pz = pull(x1, z1, x6, z6)
	d[15] = a1 + 7*px
	d[22] = c1 + 7*pz
	a6 -= 2 * px
	c6 -= 2 * pz
	px, pz = pull(x2, z2, x3, z3)
	a2 += 4 * px
	c2 += 4 * pz
	a3 -= 3 * px
	c3 -= 3 * pz
	px, pz = pull(x2, z2, x4, z4)
	a2 += 5 * px
	c2 += 5 * pz
	a4 -= 3 * px
	c4 -= 3 * pz
	px, pz = pull(x2, z2, x5, z5)
	a2 += 6 * px
	c2 += 6 * pz
	a5 -= 3 * px
	c5 -= 3 * pz
	px, pz = pull(x2, z2, x6, z6)
	d[16] = a2 + 7*px
	d[23] = c2 + 7*pz
	a6 -= 3 * px
	c6 -= 3 * pz
	px, pz = pull(x3, z3, x4, z4)
	a3 += 5 * px
	c3 += 5 * pz
	a4 -= 4 * px
	c4 -= 4 * pz
	px, pz = pull(x3, z3, x5, z5)
	a3 += 6 * px
	c3 += 6 * pz
	a5 -= 4 * px
	c5 -= 4 * pz
	px, pz = pull(x3, z3, x6, z6)
	d[17] = a3 + 7*px
	d[24] = c3 + 7*pz
	a6 -= 4 * px
	c6 -= 4 * pz
	px, pz = pull(x4, z4, x5, z5)
	a4 += 6 * px
	c4 += 6 * pz
	a5 -= 5 * px
	c5 -= 5 * pz
	px, pz = pull(x4, z4, x6, z6)
	d[18] = a4 + 7*px
	d[25] = c4 + 7*pz
	a6 -= 5 * px
	c6 -= 5 * pz
	px, pz = pull(x5, z5, x6, z6)
	d[19] = a5 + 7*px
	d[26] = c5 + 7*pz
	d[20] = a6 - 6*px
	d[27] = c6 - 6*pz
	return nil
}

func sevenStarsJacobian(set func(i, j int, v float64), _ float64, y []float64) {
	var own [7][3]float64 // by a star's own place: xx, xz, zz
	for i := range 7 {
		for j := range 7 {
			if i == j {
				continue
			}
			dx, dz := y[j]-y[i], y[7+j]-y[7+i]
			r := dx*dx + dz*dz
			w := float64(j+1) / (r * math.Sqrt(r))
			xx, xz, zz := w*(1-3*dx*dx/r), -3*w*dx*dz/r, w*(1-3*dz*dz/r)
			set(14+i, j, xx)
			set(14+i, 7+j, xz)
			set(21+i, j, xz)
			set(21+i, 7+j, zz)
			own[i][0] -= xx
			own[i][1] -= xz
			own[i][2] -= zz
		}
		set(i, 14+i, 1)
		set(7+i, 21+i, 1)
		set(14+i, i, own[i][0])
		set(14+i, 7+i, own[i][1])
		set(21+i, i, own[i][1])
		set(21+i, 7+i, own[i][2])
	}
}

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

// sevenStars computes each of the 21 forces once, two at a time so that one
// division serves both.
func sevenStars(dst []float64, _ float64, y []float64) error {
	d, s := (*[28]float64)(dst), (*[28]float64)(y)
	*(*[14]float64)(d[:14]) = *(*[14]float64)(s[14:])
	x, z := (*[7]float64)(s[:7]), (*[7]float64)(s[7:14])
	ax, az := (*[7]float64)(d[14:21]), (*[7]float64)(d[21:28])
	*ax, *az = [7]float64{}, [7]float64{}
	for i := range 6 {
		m := float64(i + 1)
		xi, zi := x[i], z[i]
		sx, sz := ax[i], az[i]
		for j := i + 1; j < 7; j++ {
			dx, dz := x[j]-xi, z[j]-zi
			r := dx*dx + dz*dz
			w := 1 / (r * math.Sqrt(r))
			wx, wz := w*dx, w*dz
			mj := float64(j + 1)
			sx += mj * wx
			sz += mj * wz
			ax[j] -= m * wx
			az[j] -= m * wz
		}
		ax[i], az[i] = sx, sz
	}
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

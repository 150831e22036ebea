package problems

import "math"

var bruss100 = Problem{
	Name: "bruss100",
	Doc:  "1-D Brusselator, A = 1, B = 3, 100 points of u and v in turn, diffusion 0.001. Prigogine, Lefever (1968); Hairer, Wanner (1996), eq. IV.1.6",
	F: func(dst []float64, _ float64, y []float64) error {
		brusselator((*[200]float64)(dst)[:], y, 0.001*101*101)
		return nil
	},
	Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
		brusselatorJacobian(set, y, 0.001*101*101)
	},
	Lower: 2, Upper: 2, T1: 10, Y0: brusselatorStart(100),
}

var bruss500 = Problem{
	Name: "bruss500", Stiff: true,
	Doc: "1-D Brusselator, A = 1, B = 3, 500 points of u and v in turn, diffusion 0.02. Prigogine, Lefever (1968); Hairer, Wanner (1996), eq. IV.1.6",
	F: func(dst []float64, _ float64, y []float64) error {
		brusselator((*[1000]float64)(dst)[:], y, 0.02*501*501)
		return nil
	},
	Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
		brusselatorJacobian(set, y, 0.02*501*501)
	},
	Lower: 2, Upper: 2, T1: 10, Y0: brusselatorStart(500),
}

// brusselatorStart is u = 1 + sin 2πx, v = 3 at the points x = i/(n+1).
func brusselatorStart(n int) []float64 {
	y := make([]float64, 2*n)
	for i := range n {
		y[2*i], y[2*i+1] = 1+math.Sin(2*math.Pi*float64(i+1)/float64(n+1)), 3
	}
	return y
}

// brusselator sets
//
//	u' = 1 + u²v − 4u + k(u₋ − 2u + u₊)
//	v' =    3u − u²v + k(v₋ − 2v + v₊),  k = α(n+1)²,
//
// with u = 1 and v = 3 beyond both ends.
func brusselator(dst, y []float64, k float64) {
	y = y[:len(dst)]
	um, vm, u, v := 1.0, 3.0, y[0], y[1]
	c, b := 4+2*k, 2*k
	i := 0
	for ; i < len(y)-3 && i < len(dst)-3; i += 2 {
		up, vp := y[i+2], y[i+3]
		a := u * u * v
		dst[i] = 1 + a - c*u + k*(um+up)
		dst[i+1] = 3*u - a - b*v + k*(vm+vp)
		um, vm, u, v = u, v, up, vp
	}
	a := u * u * v
	dst[i] = 1 + a - c*u + k*(um+1)
	dst[i+1] = 3*u - a - b*v + k*(vm+3)
}

func brusselatorJacobian(set func(i, j int, v float64), y []float64, k float64) {
	for i := 0; i < len(y); i += 2 {
		u, v := y[i], y[i+1]
		if i > 0 {
			set(i, i-2, k)
			set(i+1, i-1, k)
		}
		set(i, i, 2*u*v-4-2*k)
		set(i, i+1, u*u)
		set(i+1, i, 3-2*u*v)
		set(i+1, i+1, -u*u-2*k)
		if i+2 < len(y) {
			set(i, i+2, k)
			set(i+1, i+3, k)
		}
	}
}

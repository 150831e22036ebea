package problems

import "math"

var lotka = Problem{
	Name: "lotka",
	Doc:  "predator and prey, a = 1.5, b = 1, c = 3, d = 1. Volterra, Mem. R. Accad. Lincei 2 (1926)",
	F:    lotkaVolterra, T1: 10, Y0: []float64{1, 1},
	Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
		set(0, 0, 1.5-y[1])
		set(0, 1, -y[0])
		set(1, 0, y[1])
		set(1, 1, y[0]-3)
	},
	Invariants: []func(y []float64) float64{
		func(y []float64) float64 { return y[0] - 3*math.Log(y[0]) + y[1] - 1.5*math.Log(y[1]) },
	},
}

func lotkaVolterra(dst []float64, _ float64, y []float64) error {
	d, s := (*[2]float64)(dst), (*[2]float64)(y)
	u, v := s[0], s[1]
	uv := u * v
	d[0] = 1.5*u - uv
	d[1] = uv - 3*v
	return nil
}

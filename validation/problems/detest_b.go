package problems

import "math"

var detestB = []Problem{
	{
		Name: "detest-b1", Doc: "two populations in conflict. " + detestSource + "B1",
		T1: 20, Y0: []float64{1, 3},
		F: func(dst []float64, _ float64, y []float64) error {
			dst[0], dst[1] = 2*y[0]*(1-y[1]), -y[1]*(1-y[0])
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			set(0, 0, 2*(1-y[1]))
			set(0, 1, -2*y[0])
			set(1, 0, y[1])
			set(1, 1, y[0]-1)
		},
		Invariants: []func(y []float64) float64{
			func(y []float64) float64 { return y[0] - math.Log(y[0]) + 2*(y[1]-math.Log(y[1])) },
		},
	},
	{
		Name: "detest-b2", Doc: "a linear chemical reaction. " + detestSource + "B2",
		T1: 20, Y0: []float64{2, 0, 1},
		F: func(dst []float64, _ float64, y []float64) error {
			dst[0], dst[1], dst[2] = y[1]-y[0], y[0]-2*y[1]+y[2], y[1]-y[2]
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, _ []float64) {
			set(0, 0, -1)
			set(0, 1, 1)
			set(1, 0, 1)
			set(1, 1, -2)
			set(1, 2, 1)
			set(2, 1, 1)
			set(2, 2, -1)
		},
		Lower: 1, Upper: 1,
		Exact: func(dst []float64, t float64) {
			a, b := math.Exp(-t)/2, math.Exp(-3*t)/2
			dst[0], dst[1], dst[2] = 1+a+b, 1-2*b, 1-a+b
		},
		Invariants: []func(y []float64) float64{total},
	},
	{
		Name: "detest-b3", Doc: "a chemical reaction of second order. " + detestSource + "B3",
		T1: 20, Y0: []float64{1, 0, 0},
		F: func(dst []float64, _ float64, y []float64) error {
			dst[0], dst[1], dst[2] = -y[0], y[0]-y[1]*y[1], y[1]*y[1]
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			set(0, 0, -1)
			set(1, 0, 1)
			set(1, 1, -2*y[1])
			set(2, 1, 2*y[1])
		},
		Invariants: []func(y []float64) float64{total},
	},
	{
		Name: "detest-b4", Doc: "a curve on a torus. " + detestSource + "B4",
		T1: 20, Y0: []float64{3, 0, 0},
		F: func(dst []float64, _ float64, y []float64) error {
			w := 1 / math.Sqrt(y[0]*y[0]+y[1]*y[1])
			dst[0], dst[1], dst[2] = -y[1]-w*y[0]*y[2], y[0]-w*y[1]*y[2], w*y[0]
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			a, b, c := y[0], y[1], y[2]
			w := 1 / math.Sqrt(a*a+b*b)
			q := w * w * w
			set(0, 0, -q*b*b*c)
			set(0, 1, -1+q*a*b*c)
			set(0, 2, -w*a)
			set(1, 0, 1+q*a*b*c)
			set(1, 1, -q*a*a*c)
			set(1, 2, -w*b)
			set(2, 0, q*b*b)
			set(2, 1, -q*a*b)
		},
		Exact: func(dst []float64, t float64) {
			sin, cos := math.Sincos(t)
			dst[0], dst[1], dst[2] = (2+cos)*cos, (2+cos)*sin, sin
		},
		Invariants: []func(y []float64) float64{
			func(y []float64) float64 { return y[2] - y[1]/math.Hypot(y[0], y[1]) },
		},
	},
	{
		Name: "detest-b5", Doc: "a rigid body without forces, y = sn, cn, dn of t for k² = 0.51. Euler (1758); " + detestSource + "B5",
		T1: 20, Y0: []float64{0, 1, 1},
		F: func(dst []float64, _ float64, y []float64) error {
			dst[0], dst[1], dst[2] = y[1]*y[2], -y[0]*y[2], -0.51*y[0]*y[1]
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			set(0, 1, y[2])
			set(0, 2, y[1])
			set(1, 0, -y[2])
			set(1, 2, -y[0])
			set(2, 0, -0.51*y[1])
			set(2, 1, -0.51*y[0])
		},
		Invariants: []func(y []float64) float64{
			func(y []float64) float64 { return y[0]*y[0] + y[1]*y[1] },
			func(y []float64) float64 { return 0.51*y[0]*y[0] + y[2]*y[2] },
		},
	},
}

// total is the sum of all components.
func total(y []float64) float64 {
	s := 0.0
	for _, v := range y {
		s += v
	}
	return s
}

package problems

var robertson = Problem{
	Name: "robertson", Stiff: true,
	Doc: "autocatalytic reaction with rates 0.04, 3e7 and 1e4, over eleven decades. Robertson (1966); Hairer, Wanner (1996), eq. IV.1.4",
	F:   robertsonF, T1: 1e11, Y0: []float64{1, 0, 0}, AbsScale: 1e-8,
	Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
		b1, b2, c := 1e4*y[2], 1e4*y[1], 6e7*y[1]
		set(0, 0, -0.04)
		set(0, 1, b1)
		set(0, 2, b2)
		set(1, 0, 0.04)
		set(1, 1, -b1-c)
		set(1, 2, -b2)
		set(2, 1, c)
	},
	Invariants: []func(y []float64) float64{
		func(y []float64) float64 { return y[0] + y[1] + y[2] },
	},
}

func robertsonF(dst []float64, _ float64, y []float64) error {
	d, s := (*[3]float64)(dst), (*[3]float64)(y)
	a, b, c := 0.04*s[0], 1e4*s[1]*s[2], 3e7*s[1]*s[1]
	d[0] = b - a
	d[1] = a - b - c
	d[2] = c
	return nil
}

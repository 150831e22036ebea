package problems

var hires = Problem{
	Name: "hires", Stiff: true,
	Doc: "growth of plants by light, eight substances. Schäfer (1975); Hairer, Wanner (1996), section IV.10; Test Set for IVP Solvers (2008)",
	F:   hiresF, T1: 321.8122, Y0: []float64{1, 0, 0, 0, 0, 0, 0, 0.0057}, AbsScale: 1e-4,
	Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
		a, b := 280*y[7], 280*y[5]
		set(0, 0, -1.71)
		set(0, 1, 0.43)
		set(0, 2, 8.32)
		set(1, 0, 1.71)
		set(1, 1, -8.75)
		set(2, 2, -10.03)
		set(2, 3, 0.43)
		set(2, 4, 0.035)
		set(3, 1, 8.32)
		set(3, 2, 1.71)
		set(3, 3, -1.12)
		set(4, 4, -1.745)
		set(4, 5, 0.43)
		set(4, 6, 0.43)
		set(5, 3, 0.69)
		set(5, 4, 1.71)
		set(5, 5, -a-0.43)
		set(5, 6, 0.69)
		set(5, 7, -b)
		set(6, 5, a)
		set(6, 6, -1.81)
		set(6, 7, b)
		set(7, 5, -a)
		set(7, 6, 1.81)
		set(7, 7, -b)
	},
	Invariants: []func(y []float64) float64{
		func(y []float64) float64 { return y[6] + y[7] },
	},
}

func hiresF(dst []float64, _ float64, y []float64) error {
	d, s := (*[8]float64)(dst), (*[8]float64)(y)
	r := 280 * s[5] * s[7]
	g := r - 1.81*s[6]
	d[0] = -1.71*s[0] + 0.43*s[1] + 8.32*s[2] + 0.0007
	d[1] = 1.71*s[0] - 8.75*s[1]
	d[2] = -10.03*s[2] + 0.43*s[3] + 0.035*s[4]
	d[3] = 8.32*s[1] + 1.71*s[2] - 1.12*s[3]
	d[4] = -1.745*s[4] + 0.43*(s[5]+s[6])
	d[5] = -r + 0.69*s[3] + 1.71*s[4] - 0.43*s[5] + 0.69*s[6]
	d[6] = g
	d[7] = -g
	return nil
}

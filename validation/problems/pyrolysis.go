package problems

var e5 = Problem{
	Name: "e5", Doc: "pyrolysis, four substances, over 13 decades. Datta (1967); Hairer, Wanner (1996), section IV.10; Test Set for IVP Solvers (2008)",
	Stiff: true, T1: 1e13, Y0: []float64{1.76e-3, 0, 0, 0}, AbsScale: 1e-24, Floor: 1e-24,
	F: pyrolysis, Jacobian: pyrolysisJacobian, Invariants: pyrolysisInvariants,
}

// pyrolysis keeps y₂ − y₃ − y₄ = 0, but solvers only to the rounding of the
// largest values: at the end of e5, where y₂ and y₃ are 1e-22, that leaves three
// correct digits in float64.
func pyrolysis(dst []float64, _ float64, y []float64) error {
	d, s := (*[4]float64)(dst), (*[4]float64)(y)
	a, b, c, e := 7.89e-10*s[0], 1.1e7*s[0]*s[2], 1.13e9*s[1]*s[2], 1.13e3*s[3]
	d[0] = -a - b
	d[1] = a - c
	d[3] = b - e
	d[2] = d[1] - d[3]
	return nil
}

func pyrolysisJacobian(set func(i, j int, v float64), _ float64, y []float64) {
	a, b, c, d := 1.1e7*y[2], 1.1e7*y[0], 1.13e9*y[2], 1.13e9*y[1]
	set(0, 0, -7.89e-10-a)
	set(0, 2, -b)
	set(1, 0, 7.89e-10)
	set(1, 1, -c)
	set(1, 2, -d)
	set(2, 0, 7.89e-10-a)
	set(2, 1, -c)
	set(2, 2, -b-d)
	set(2, 3, 1.13e3)
	set(3, 0, a)
	set(3, 2, b)
	set(3, 3, -1.13e3)
}

var pyrolysisInvariants = []func(y []float64) float64{
	func(y []float64) float64 { return y[1] - y[2] - y[3] },
}

package problems

const chemicalSource = "Enright, Pryce, ACM Trans. Math. Software 13 (1987), problem "

// stiffF has no F1: copies of it differ in the rate of its reaction.
var stiffF = []Problem{
	{
		Name: "stiff-f2", Doc: "an enzyme. " + chemicalSource + "F2",
		Stiff: true, T1: 240, Y0: []float64{1, 0}, Floor: 1,
		F: func(dst []float64, _ float64, y []float64) error {
			dst[0], dst[1] = -y[0]-y[0]*y[1]+294*y[1], y[0]*(1-y[1])/98-3*y[1]
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			set(0, 0, -1-y[1])
			set(0, 1, 294-y[0])
			set(1, 0, (1-y[1])/98)
			set(1, 1, -y[0]/98-3)
		},
	},
	{
		Name: "stiff-f3", Doc: "an enzyme with five substances. " + chemicalSource + "F3",
		Stiff: true, T1: 100, Y0: []float64{4e-6, 1e-6, 0, 0, 0}, AbsScale: 1e-6, Floor: 1e-6,
		F: func(dst []float64, _ float64, y []float64) error {
			d, s := (*[5]float64)(dst), (*[5]float64)(y)
			a, b := 1e7*s[1]*s[0]-10*s[2], 1e7*s[1]*s[4]-10*s[3]
			c := 1e4*s[2] - 1e-3*s[3]
			d[0], d[1], d[2], d[3], d[4] = -a, -a-b, a-c, c+b, -b
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			a, b, c := 1e7*y[1], 1e7*y[0], 1e7*y[4]
			set(0, 0, -a)
			set(0, 1, -b)
			set(0, 2, 10)
			set(1, 0, -a)
			set(1, 1, -b-c)
			set(1, 2, 10)
			set(1, 3, 10)
			set(1, 4, -a)
			set(2, 0, a)
			set(2, 1, b)
			set(2, 2, -10-1e4)
			set(2, 3, 1e-3)
			set(3, 1, c)
			set(3, 2, 1e4)
			set(3, 3, -1e-3-10)
			set(3, 4, a)
			set(4, 1, -c)
			set(4, 3, 10)
			set(4, 4, -a)
		},
		Invariants: []func(y []float64) float64{
			func(y []float64) float64 { return y[0] + y[2] + y[3] + y[4] },
			func(y []float64) float64 { return y[1] + y[2] + y[3] },
		},
	},
	{
		Name: "stiff-f4", Doc: "the Oregonator from another state. Field, Noyes (1974); " + chemicalSource + "F4",
		Stiff: true, T1: 300, Y0: []float64{4, 1.1, 4}, Floor: 1,
		F: oregonator, Jacobian: orego.Jacobian,
	},
	{
		Name: "stiff-f5", Doc: "catalysis by platinum. " + chemicalSource + "F5",
		Stiff: true, T1: 100, Y0: []float64{3.365e-7, 8.261e-3, 1.642e-3, 9.38e-6}, AbsScale: 1e-7, Floor: 1e-7,
		F: func(dst []float64, _ float64, y []float64) error {
			d, s := (*[4]float64)(dst), (*[4]float64)(y)
			a, b := 3e11*s[0]*s[1], 9e11*s[0]*s[2]
			d[0] = 1.2e8*s[3] - a - b
			d[1] = 2e7*s[3] - a
			d[2] = 1e8*s[3] - b
			d[3] = -d[0]
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			a, b, c, d := 3e11*y[1], 3e11*y[0], 9e11*y[2], 9e11*y[0]
			set(0, 0, -a-c)
			set(0, 1, -b)
			set(0, 2, -d)
			set(0, 3, 1.2e8)
			set(1, 0, -a)
			set(1, 1, -b)
			set(1, 3, 2e7)
			set(2, 0, -c)
			set(2, 2, -d)
			set(2, 3, 1e8)
			set(3, 0, a+c)
			set(3, 1, b)
			set(3, 2, d)
			set(3, 3, -1.2e8)
		},
		Invariants: []func(y []float64) float64{
			func(y []float64) float64 { return y[0] + y[3] },
			func(y []float64) float64 { return y[1] + y[2] + y[3] },
		},
	},
}

package problems

var stiffD = []Problem{
	{
		Name: "stiff-d1", Doc: "control of a nuclear reactor. " + stiffSource + "D1",
		Stiff: true, T1: 400, Y0: []float64{0, 0, 0}, Floor: 1,
		F: func(dst []float64, _ float64, y []float64) error {
			dst[0], dst[1], dst[2] = 0.2*(y[1]-y[0]), 10*y[0]-(60-0.125*y[2])*y[1]+0.125*y[2], 1
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			set(0, 0, -0.2)
			set(0, 1, 0.2)
			set(1, 0, 10)
			set(1, 1, 0.125*y[2]-60)
			set(1, 2, 0.125*(y[1]+1))
		},
	},
	{
		Name: "stiff-d2", Doc: "Robertson's reaction, scaled. " + stiffSource + "D2",
		Stiff: true, T1: 40, Y0: []float64{1, 0, 0}, Floor: 1,
		F: func(dst []float64, _ float64, y []float64) error {
			a, b := y[1]*y[2], y[1]*y[1]
			dst[0], dst[1], dst[2] = -0.04*y[0]+0.01*a, 400*y[0]-100*a-3000*b, 30*b
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			set(0, 0, -0.04)
			set(0, 1, 0.01*y[2])
			set(0, 2, 0.01*y[1])
			set(1, 0, 400)
			set(1, 1, -100*y[2]-6000*y[1])
			set(1, 2, -100*y[1])
			set(2, 1, 60*y[1])
		},
		Invariants: []func(y []float64) float64{
			func(y []float64) float64 { return y[0] + 1e-4*y[1] + 0.01*y[2] },
		},
	},
	{
		Name: "stiff-d3", Doc: "a chemical reaction of four substances. " + stiffSource + "D3",
		Stiff: true, T1: 20, Y0: []float64{1, 1, 0, 0}, Floor: 1,
		F: func(dst []float64, _ float64, y []float64) error {
			d, s := (*[4]float64)(dst), (*[4]float64)(y)
			a, b := s[2]-100*s[0]*s[1], 1e4*s[1]*s[1]-s[3]
			d[0], d[1], d[2], d[3] = a, a-2*b, -a, b
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			a, b, c := 100*y[1], 100*y[0], 2e4*y[1]
			set(0, 0, -a)
			set(0, 1, -b)
			set(0, 2, 1)
			set(1, 0, -a)
			set(1, 1, -b-2*c)
			set(1, 2, 1)
			set(1, 3, 2)
			set(2, 0, a)
			set(2, 1, b)
			set(2, 2, -1)
			set(3, 1, c)
			set(3, 3, -1)
		},
		Invariants: []func(y []float64) float64{
			func(y []float64) float64 { return y[0] + y[2] },
			func(y []float64) float64 { return y[1] + y[2] + 2*y[3] },
		},
	},
	{
		Name: "stiff-d4", Doc: "a chemical reaction of three substances. Gear (1969); " + stiffSource + "D4",
		Stiff: true, T1: 50, Y0: []float64{1, 1, 0}, Floor: 1,
		F: func(dst []float64, _ float64, y []float64) error {
			a, b := -0.013*y[0]-1000*y[0]*y[2], -2500*y[1]*y[2]
			dst[0], dst[1], dst[2] = a, b, a+b
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			a, b, c, d := -0.013-1000*y[2], -1000*y[0], -2500*y[2], -2500*y[1]
			set(0, 0, a)
			set(0, 2, b)
			set(1, 1, c)
			set(1, 2, d)
			set(2, 0, a)
			set(2, 1, c)
			set(2, 2, b+d)
		},
		Invariants: []func(y []float64) float64{
			func(y []float64) float64 { return y[0] + y[1] - y[2] },
		},
	},
	{
		Name: "stiff-d5", Doc: "two equations with eigenvalues −1000 and −0.01 at first. Liniger, Willoughby (1970); " + stiffSource + "D5",
		Stiff: true, T1: 100, Y0: []float64{0, 0}, Floor: 1,
		F: func(dst []float64, _ float64, y []float64) error {
			s := 0.01 + y[0] + y[1]
			dst[0], dst[1] = 0.01-(1+(y[0]+1000)*(y[0]+1))*s, 0.01-(1+y[1]*y[1])*s
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			s := 0.01 + y[0] + y[1]
			a, b := 1+(y[0]+1000)*(y[0]+1), 1+y[1]*y[1]
			set(0, 0, -(2*y[0]+1001)*s-a)
			set(0, 1, -a)
			set(1, 0, -b)
			set(1, 1, -2*y[1]*s-b)
		},
	},
	{
		Name: "stiff-d6", Doc: "a chemical reaction with rates up to 1e8. " + stiffSource + "D6",
		Stiff: true, T1: 1, Y0: []float64{1, 0, 0}, AbsScale: 1e-8, Floor: 1e-8,
		F: func(dst []float64, _ float64, y []float64) error {
			a, b := -y[0]+1e8*y[2]*(1-y[0]), -10*y[1]+3e7*y[2]*(1-y[1])
			dst[0], dst[1], dst[2] = a, b, -a-b
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			a, b, c, d := -1-1e8*y[2], 1e8*(1-y[0]), -10-3e7*y[2], 3e7*(1-y[1])
			set(0, 0, a)
			set(0, 2, b)
			set(1, 1, c)
			set(1, 2, d)
			set(2, 0, -a)
			set(2, 1, -c)
			set(2, 2, -b-d)
		},
		Invariants: []func(y []float64) float64{total},
	},
}

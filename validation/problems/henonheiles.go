package problems

var henonHeiles = Problem{
	Name: "henonheiles",
	Doc:  "a star in a galaxy, energy 0.13, where orbits become chaotic: x, y, x', y'. Hénon, Heiles, Astron. J. 69 (1964)",
	T1:   100, Y0: []float64{0, 0.1, 0.5, 0},
	F: func(dst []float64, _ float64, y []float64) error {
		d, s := (*[4]float64)(dst), (*[4]float64)(y)
		d[0], d[1] = s[2], s[3]
		d[2], d[3] = -s[0]-2*s[0]*s[1], -s[1]-s[0]*s[0]+s[1]*s[1]
		return nil
	},
	Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
		set(0, 2, 1)
		set(1, 3, 1)
		set(2, 0, -1-2*y[1])
		set(2, 1, -2*y[0])
		set(3, 0, -2*y[0])
		set(3, 1, -1+2*y[1])
	},
	Invariants: []func(y []float64) float64{
		func(y []float64) float64 {
			return (y[2]*y[2]+y[3]*y[3]+y[0]*y[0]+y[1]*y[1])/2 + y[0]*y[0]*y[1] - y[1]*y[1]*y[1]/3
		},
	},
}

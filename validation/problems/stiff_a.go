package problems

import "math"

const stiffSource = "Enright, Hull, Lindberg, BIT 15 (1975), problem "

// decays is y_i' = −rate_i y_i from 1.
func decays(name, doc string, t1 float64, rates ...float64) Problem {
	n := len(rates)
	y0 := make([]float64, n)
	for i := range y0 {
		y0[i] = 1
	}
	return Problem{
		Name: name, Doc: doc, Stiff: true, T1: t1, Y0: y0, Floor: 1,
		F: func(dst []float64, _ float64, y []float64) error {
			for i, r := range rates {
				dst[i] = -r * y[i]
			}
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, _ []float64) {
			for i, r := range rates {
				set(i, i, -r)
			}
		},
		Exact: func(dst []float64, t float64) {
			for i, r := range rates {
				dst[i] = math.Exp(-r * t)
			}
		},
	}
}

var stiffA = []Problem{
	decays("stiff-a1", "four decays. "+stiffSource+"A1", 20, 0.5, 1, 100, 90),
	{
		Name: "stiff-a2", Doc: "heat conduction with ends of little mass. " + stiffSource + "A2",
		Stiff: true, T1: 120, Y0: make([]float64, 9), Lower: 1, Upper: 1, Floor: 1,
		F: func(dst []float64, _ float64, y []float64) error {
			d, s := (*[9]float64)(dst), (*[9]float64)(y)
			for i := 1; i < 8; i++ {
				d[i] = s[i-1] - 2*s[i] + s[i+1]
			}
			d[0], d[8] = -1800*s[0]+900*s[1], 1000*s[7]-2000*s[8]+1000
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, _ []float64) {
			set(0, 0, -1800)
			set(0, 1, 900)
			for i := 1; i < 8; i++ {
				set(i, i-1, 1)
				set(i, i, -2)
				set(i, i+1, 1)
			}
			set(8, 7, 1000)
			set(8, 8, -2000)
		},
	},
	{
		Name: "stiff-a3", Doc: "a triangular linear system. " + stiffSource + "A3",
		Stiff: true, T1: 20, Y0: []float64{1, 1, 1, 1}, Floor: 1,
		F: func(dst []float64, _ float64, y []float64) error {
			d, s := (*[4]float64)(dst), (*[4]float64)(y)
			d[0] = -1e4*s[0] + 100*s[1] - 10*s[2] + s[3]
			d[1] = -1e3*s[1] + 10*s[2] - 10*s[3]
			d[2] = -s[2] + 10*s[3]
			d[3] = -0.1 * s[3]
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, _ []float64) {
			for i, row := range [][]float64{{-1e4, 100, -10, 1}, {-1e3, 10, -10}, {-1, 10}, {-0.1}} {
				for k, v := range row {
					set(i, i+k, v)
				}
			}
		},
	},
	decays("stiff-a4", "ten decays of rates i⁵. "+stiffSource+"A4", 1,
		1, 32, 243, 1024, 3125, 7776, 16807, 32768, 59049, 1e5),
}

package problems

import "math"

// transamp is M y' = f with the capacities in M, which is not diagonal.
var transamp = Problem{
	Name: "transamp", Doc: "an amplifier of two transistors, eight voltages, index 1. Rentrop (1989); Test Set for IVP Solvers (2008)",
	Stiff: true, T1: 0.2, Y0: []float64{0, 3, 3, 6, 3, 3, 6, 0}, Lower: 2, Upper: 2,
	F: func(dst []float64, t float64, y []float64) error {
		d, s := (*[8]float64)(dst), (*[8]float64)(y)
		g1, g2 := transistor(s[1]-s[2]), transistor(s[4]-s[5])
		d[0] = (s[0] - 0.1*math.Sin(200*math.Pi*t)) / 1000
		d[1] = (2*s[1]-6)/9000 + 0.01*g1
		d[2] = s[2]/9000 - g1
		d[3] = (s[3]-6)/9000 + 0.99*g1
		d[4] = (2*s[4]-6)/9000 + 0.01*g2
		d[5] = s[5]/9000 - g2
		d[6] = (s[6]-6)/9000 + 0.99*g2
		d[7] = s[7] / 9000
		return nil
	},
	Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
		set(0, 0, 1./1000)
		set(3, 3, 1./9000)
		set(6, 6, 1./9000)
		set(7, 7, 1./9000)
		for k := 1; k <= 4; k += 3 {
			g := 1e-6 / 0.026 * math.Exp((y[k]-y[k+1])/0.026)
			set(k, k, 2./9000+0.01*g)
			set(k, k+1, -0.01*g)
			set(k+1, k, -g)
			set(k+1, k+1, 1./9000+g)
			set(k+2, k, 0.99*g)
			set(k+2, k+1, -0.99*g)
		}
	},
	MassMatrix: func(set func(i, j int, v float64)) {
		for k, c := range []float64{1e-6, 3e-6, 5e-6} {
			i := 3 * k
			set(i, i, -c)
			set(i, i+1, c)
			set(i+1, i, c)
			set(i+1, i+1, -c)
		}
		set(2, 2, -2e-6)
		set(5, 5, -4e-6)
	},
}

// transistor is the current 1e-6 (e^(u/0.026) − 1) from base to emitter.
func transistor(u float64) float64 { return 1e-6 * (math.Exp(u/0.026) - 1) }

package problems

var vdp1000 = Problem{
	Name: "vdp1000", Stiff: true,
	Doc: "relaxation oscillations, μ = 1000: y'' = μ(1 − y²)y' − y. Van der Pol (1926); Hairer, Wanner (1996), eq. IV.1.5",
	F:   vanDerPol1000, T1: 2000, Y0: []float64{2, 0},
	Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
		set(0, 1, 1)
		set(1, 0, -2000*y[0]*y[1]-1)
		set(1, 1, 1000*(1-y[0]*y[0]))
	},
}

func vanDerPol1000(dst []float64, _ float64, y []float64) error {
	d, s := (*[2]float64)(dst), (*[2]float64)(y)
	u, v := s[0], s[1]
	d[0], d[1] = v, 1000*(1-u*u)*v-u
	return nil
}

// vdpol is vdp1000 in the time t/μ, for ε = 1/μ² = 1e-6.
var vdpol = Problem{
	Name: "vdpol", Stiff: true,
	Doc: "relaxation oscillations, ε y'' = (1 − y²)y' − y, ε = 1e-6. Van der Pol (1926); Test Set for IVP Solvers (2008)",
	T1:  2, Y0: []float64{2, 0},
	F: func(dst []float64, _ float64, y []float64) error {
		dst[0], dst[1] = y[1], ((1-y[0]*y[0])*y[1]-y[0])*1e6
		return nil
	},
	Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
		set(0, 1, 1)
		set(1, 0, -1e6*(2*y[0]*y[1]+1))
		set(1, 1, 1e6*(1-y[0]*y[0]))
	},
}

package problems

var orego = Problem{
	Name: "orego", Stiff: true,
	Doc: "oscillating reaction of bromine, s = 77.27, w = 0.161, q = 8.375e-6. Field, Noyes (1974); Hairer, Wanner (1996), section IV.10",
	F:   oregonator, T1: 360, Y0: []float64{1, 2, 3}, AbsScale: 1e-6,
	Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
		set(0, 0, 77.27*(1-2*8.375e-6*y[0]-y[1]))
		set(0, 1, 77.27*(1-y[0]))
		set(1, 0, -y[1]/77.27)
		set(1, 1, -(1+y[0])/77.27)
		set(1, 2, 1/77.27)
		set(2, 0, 0.161)
		set(2, 2, -0.161)
	},
}

func oregonator(dst []float64, _ float64, y []float64) error {
	d, s := (*[3]float64)(dst), (*[3]float64)(y)
	a, b, c := s[0], s[1], s[2]
	d[0] = 77.27 * (b + a*(1-8.375e-6*a-b))
	d[1] = (c - (1+a)*b) * (1 / 77.27)
	d[2] = 0.161 * (a - c)
	return nil
}

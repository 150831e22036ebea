package problems

import "math"

// ringmod has capacities Cs of 2e-12 F beside its diodes, without which it were a
// differential-algebraic equation of index 2.
var ringmod = Problem{
	Name: "ringmod", Doc: "a ring modulator, seven voltages and eight currents. Horneber (1976); Test Set for IVP Solvers (2008)",
	Stiff: true, T1: 1e-3, Y0: make([]float64, 15), AbsScale: 1e-4,
	F: ringModulatorF, Jacobian: ringModulatorJacobian,
}

// The parts of the ring modulator in SI units.
const (
	ringC, ringCs, ringCp             = 1.6e-8, 2e-12, 1e-8
	ringR, ringRp                     = 25e3, 50
	ringLh, ringL1, ringL2, ringL3    = 4.45, 2e-3, 5e-4, 5e-4
	ringG1, ringG2, ringG3            = 36.3, 17.3, 17.3
	ringIn, ringOut, diodeA, diodeExp = 50, 600, 40.67286402e-9, 17.7493332
)

// diodes returns the exponentials of the four diodes' currents q = a(e − 1).
func diodes(t float64, y *[15]float64) (e [4]float64) {
	in := 2 * math.Sin(2e4*math.Pi*t)
	e[0] = math.Exp(diodeExp * (y[2] - y[4] - y[6] - in))
	e[1] = math.Exp(diodeExp * (-y[3] + y[5] - y[6] - in))
	e[2] = math.Exp(diodeExp * (y[3] + y[4] + y[6] + in))
	e[3] = math.Exp(diodeExp * (-y[2] - y[5] + y[6] + in))
	return e
}

func ringModulatorF(dst []float64, t float64, y []float64) error {
	d, s := (*[15]float64)(dst), (*[15]float64)(y)
	e := diodes(t, s)
	q1, q2, q3, q4 := diodeA*(e[0]-1), diodeA*(e[1]-1), diodeA*(e[2]-1), diodeA*(e[3]-1)
	d[0] = (s[7] - 0.5*s[9] + 0.5*s[10] + s[13] - s[0]/ringR) / ringC
	d[1] = (s[8] - 0.5*s[11] + 0.5*s[12] + s[14] - s[1]/ringR) / ringC
	d[2] = (s[9] - q1 + q4) / ringCs
	d[3] = (-s[10] + q2 - q3) / ringCs
	d[4] = (s[11] + q1 - q3) / ringCs
	d[5] = (-s[12] - q2 + q4) / ringCs
	d[6] = (-s[6]/ringRp + q1 + q2 - q3 - q4) / ringCp
	d[7] = -s[0] / ringLh
	d[8] = -s[1] / ringLh
	d[9] = (0.5*s[0] - s[2] - ringG2*s[9]) / ringL2
	d[10] = (-0.5*s[0] + s[3] - ringG3*s[10]) / ringL3
	d[11] = (0.5*s[1] - s[4] - ringG2*s[11]) / ringL2
	d[12] = (-0.5*s[1] + s[5] - ringG3*s[12]) / ringL3
	d[13] = (-s[0] + 0.5*math.Sin(2e3*math.Pi*t) - (ringIn+ringG1)*s[13]) / ringL1
	d[14] = (-s[1] - (ringOut+ringG1)*s[14]) / ringL1
	return nil
}

func ringModulatorJacobian(set func(i, j int, v float64), t float64, y []float64) {
	e := diodes(t, (*[15]float64)(y))
	var q [4]float64 // dq/du
	for i := range q {
		q[i] = diodeA * diodeExp * e[i]
	}
	for i, g := range []struct{ capacity, resistance float64 }{{ringC, ringR}, {ringC, ringR}} {
		c := g.capacity
		set(i, i, -1/(g.resistance*c))
		set(i, 7+i, 1/c)
		set(i, 9+2*i, -0.5/c)
		set(i, 10+2*i, 0.5/c)
		set(i, 13+i, 1/c)
	}
	const s, p = 1 / ringCs, 1 / ringCp
	rows := [5][5]float64{ // by the voltages 3 to 7
		{-q[0] - q[3], 0, q[0], -q[3], q[0] + q[3]},
		{0, -q[1] - q[2], -q[2], q[1], -q[1] - q[2]},
		{q[0], -q[2], -q[0] - q[2], 0, -q[0] - q[2]},
		{-q[3], q[1], 0, -q[1] - q[3], q[1] + q[3]},
		{q[0] + q[3], -q[1] - q[2], -q[0] - q[2], q[1] + q[3], -1./ringRp - q[0] - q[1] - q[2] - q[3]},
	}
	for i, row := range rows {
		w := s
		if i == 4 {
			w = p
		}
		for j, v := range row {
			set(2+i, 2+j, w*v)
		}
		if i < 4 {
			set(2+i, 9+i, w*[]float64{1, -1, 1, -1}[i])
		}
	}
	set(7, 0, -1/ringLh)
	set(8, 1, -1/ringLh)
	for i, l := range []float64{ringL2, ringL3, ringL2, ringL3} {
		sign, g := 1-2*float64(i%2), []float64{ringG2, ringG3}[i%2]
		set(9+i, i/2, 0.5*sign/l)
		set(9+i, 2+i, -sign/l)
		set(9+i, 9+i, -g/l)
	}
	set(13, 0, -1/ringL1)
	set(13, 13, -(ringIn+ringG1)/ringL1)
	set(14, 1, -1/ringL1)
	set(14, 14, -(ringOut+ringG1)/ringL1)
}

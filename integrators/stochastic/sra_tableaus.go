package stochastic

// SRA1 is Rößler's method of two stages: a twice, b twice.
//
// Rößler (2010), "Runge–Kutta methods for the strong approximation of solutions of
// stochastic differential equations", section 6.
var SRA1 = &SRATableau{
	Name:  "sra1",
	C0:    []float64{0, 3. / 4},
	C1:    []float64{1, 0},
	A0:    [][]float64{{}, {3. / 4}},
	B0:    [][]float64{{}, {3. / 2}},
	Alpha: []float64{1. / 3, 2. / 3},
	Beta1: []float64{1, 0},
	Beta2: []float64{-1, 1},
}

// SRA3 is Rößler's method of three stages, of order 3 without noise: a three
// times, b twice.
//
// Rößler (2010), section 6.
var SRA3 = &SRATableau{
	Name:  "sra3",
	C0:    []float64{0, 1, 1. / 2},
	C1:    []float64{1, 0, 0},
	A0:    [][]float64{{}, {1}, {1. / 4, 1. / 4}},
	B0:    [][]float64{{}, {0}, {1, 1. / 2}},
	Alpha: []float64{1. / 6, 1. / 6, 2. / 3},
	Beta1: []float64{1, 0, 0},
	Beta2: []float64{-1, 1, 0},
}

// SOSRA has three stages chosen for stability on large additive noise: a and b
// three times.
//
// Rackauckas, Nie (2020), "Stability-optimized high order methods and stiffness
// detection for pathwise stiff stochastic differential equations".
var SOSRA = &SRATableau{
	Name:  "sosra",
	C0:    []float64{0, 0.6923962376159507, 1},
	C1:    []float64{0, 0.041248171110700504, 1},
	A0:    [][]float64{{}, {0.6923962376159507}, {-3.1609142252828395, 4.1609142252828395}},
	B0:    [][]float64{{}, {1.3371632704399763}, {1.442371048468624, 1.8632741501139225}},
	Alpha: []float64{0.2889874966892885, 0.6859880440839937, 0.025024459226717772},
	Beta1: []float64{-16.792534242221663, 17.514995785380226, 0.27753845684143835},
	Beta2: []float64{0.4237535769069274, 0.6010381474428539, -1.0247917243497813},
}

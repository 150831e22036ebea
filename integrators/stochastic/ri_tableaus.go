package stochastic

import "math"

// DRI1 has order 3 without noise and the least leading error of its family: a and
// b three times where noise is diagonal, for which it is DRI1NM.
//
// Debrabant, Rößler (2009), "Families of efficient second order Runge–Kutta methods
// for the weak approximation of Itô stochastic differential equations", table 3.
var DRI1 = dri1()

func dri1() *RITableau {
	b1 := 3 * math.Sqrt(38./491)
	b2, b3 := 214./513*math.Sqrt(1105./991), 491./513*math.Sqrt(221./4955)
	beta2, beta4 := math.Sqrt(491./38)/6, math.Sqrt(4955./221)/8
	return &RITableau{
		Name:  "dri1",
		C0:    []float64{0, 1. / 2, 1},
		C1:    []float64{0, 342. / 491, 342. / 491},
		A0:    [][]float64{{}, {1. / 2}, {-1, 2}},
		A1:    [][]float64{{}, {342. / 491}, {342. / 491, 0}},
		B0:    [][]float64{{}, {(6 - math.Sqrt(6)) / 10}, {(3 + 2*math.Sqrt(6)) / 5, 0}},
		B1:    [][]float64{{}, {b1}, {-b1, 0}},
		B2:    [][]float64{{0, 0, 0}, {-b2, -b3, -b3}, {b2, b3, b3}},
		Alpha: []float64{1. / 6, 2. / 3, 1. / 6},
		Beta1: []float64{193. / 684, 491. / 1368, 491. / 1368},
		Beta2: []float64{0, beta2, -beta2},
		Beta3: []float64{-4955. / 7072, 4955. / 14144, 4955. / 14144},
		Beta4: []float64{0, -beta4, beta4},
	}
}

// RI5 has order 3 without noise: a and b three times where noise is diagonal. B0,
// Beta1 and Beta3 have the opposite sign of those published, which follow −w.
//
// Rößler (2009), table 5.2.
var RI5 = &RITableau{
	Name:  "ri5",
	C0:    []float64{0, 1, 5. / 12},
	C1:    []float64{0, 1. / 4, 1. / 4},
	A0:    [][]float64{{}, {1}, {25. / 144, 35. / 144}},
	A1:    [][]float64{{}, {1. / 4}, {1. / 4, 0}},
	B0:    [][]float64{{}, {-1. / 3}, {5. / 6, 0}},
	B1:    [][]float64{{}, {1. / 2}, {-1. / 2, 0}},
	B2:    [][]float64{{0, 0, 0}, {1, 0, 0}, {-1, 0, 0}},
	Alpha: []float64{1. / 10, 3. / 14, 24. / 35},
	Beta1: []float64{-1, 1, 1},
	Beta2: []float64{0, 1, -1},
	Beta3: []float64{-1. / 2, 1. / 4, 1. / 4},
	Beta4: []float64{0, 1. / 2, -1. / 2},
}

// RI6 has order 2 without noise: a twice, b three times where noise is diagonal.
//
// Rößler (2009), table 5.2.
var RI6 = &RITableau{
	Name:  "ri6",
	C0:    []float64{0, 1, 0},
	C1:    []float64{0, 1, 1},
	A0:    [][]float64{{}, {1}, {0, 0}},
	A1:    [][]float64{{}, {1}, {1, 0}},
	B0:    [][]float64{{}, {1}, {0, 0}},
	B1:    [][]float64{{}, {1}, {-1, 0}},
	B2:    [][]float64{{0, 0, 0}, {1, 0, 0}, {-1, 0, 0}},
	Alpha: []float64{1. / 2, 1. / 2, 0},
	Beta1: []float64{1. / 2, 1. / 4, 1. / 4},
	Beta2: []float64{0, 1. / 2, -1. / 2},
	Beta3: []float64{-1. / 2, 1. / 4, 1. / 4},
	Beta4: []float64{0, 1. / 2, -1. / 2},
}

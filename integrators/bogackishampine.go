package integrators

// BogackiShampine is a third-order method with an embedded second order: four
// stages, of which the last is the next step's first, so three evaluations a
// step. A good choice for loose tolerances, 1e-2 to 1e-4.
//
// Bogacki, Shampine (1989), eq. 5.
var BogackiShampine = &Tableau{
	Name: "bogacki-shampine3", P: 3, Est: 2,
	A: [][]float64{{}, {1. / 2}, {0, 3. / 4}, {2. / 9, 1. / 3, 4. / 9}},
	B: []float64{2. / 9, 1. / 3, 4. / 9, 0},
	E: []float64{2./9 - 7./24, 1./3 - 1./4, 4./9 - 1./3, -1. / 8},
	C: []float64{0, 1. / 2, 3. / 4, 1},
}

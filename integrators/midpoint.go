package integrators

// Midpoint is y' = y + h f(t + h/2, y + h/2 f(t, y)): second order, two
// evaluations. Runge (1895).
var Midpoint = &Tableau{
	Name: "midpoint", P: 2, Est: 1,
	A: [][]float64{{}, {1. / 2}},
	B: []float64{0, 1},
	E: []float64{-1, 1},
	C: []float64{0, 1. / 2},
}

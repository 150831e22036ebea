package integrators

// Euler is y' = y + h f(t, y): first order, one evaluation, stable on the disc
// |1 + hλ| ≤ 1. Euler (1768).
var Euler = &Tableau{
	Name: "euler", P: 1,
	A: [][]float64{{}},
	B: []float64{1},
	C: []float64{0},
}

package integrators

// Heun is the explicit trapezium rule y' = y + h/2 (k_1 + k_2),
// k_2 = f(t + h, y + h k_1): second order, two evaluations, with Euler embedded.
// Heun (1900).
var Heun = &Tableau{
	Name: "heun", P: 2, Est: 1,
	A: [][]float64{{}, {1}},
	B: []float64{1. / 2, 1. / 2},
	E: []float64{-1. / 2, 1. / 2},
	C: []float64{0, 1},
}

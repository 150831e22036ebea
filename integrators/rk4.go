package integrators

// RK4 is the classical Runge–Kutta method: fourth order, four evaluations, no
// error estimate, stable on the real axis to hλ = −2.79. Kutta (1901).
var RK4 = &Tableau{
	Name: "rk4", P: 4,
	A: [][]float64{{}, {1. / 2}, {0, 1. / 2}, {0, 0, 1}},
	B: []float64{1. / 6, 1. / 3, 1. / 3, 1. / 6},
	C: []float64{0, 1. / 2, 1. / 2, 1},
}

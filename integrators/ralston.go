package integrators

// Ralston is the method of second order with two stages whose bound on the local
// error is least; its companion is Euler's method.
//
// Ralston (1962), Runge–Kutta methods with minimum error bounds, section 3.
var Ralston = &Tableau{
	Name: "ralston", P: 2, Est: 1,
	A: [][]float64{{}, {2. / 3}},
	B: []float64{1. / 4, 3. / 4},
	E: []float64{-3. / 4, 3. / 4},
	C: []float64{0, 2. / 3},
}

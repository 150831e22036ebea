package integrators

// SSPRK33 is the optimal strong-stability-preserving method of third order with
// three stages (SSP coefficient 1): every stage is a convex combination of Euler
// steps, so that bounds that Euler's method keeps with a step h are kept. For
// hyperbolic conservation laws with limiters. The embedded pair is of order 2.
//
// Shu, Osher (1988), eq. 2.18; the embedded weights of Fekete, Conde, Shadid
// (2022), table 3.
var SSPRK33 = &Tableau{
	Name: "ssprk33", P: 3, Est: 2,
	A: [][]float64{{}, {1}, {1. / 4, 1. / 4}},
	B: []float64{1. / 6, 1. / 6, 2. / 3},
	E: []float64{1./6 - 0.291485418878409, 1./6 - 0.291485418878409, 2./3 - 0.417029162243182},
	C: []float64{0, 1, 1. / 2},
}

// SSPRK43 is the optimal strong-stability-preserving method of third order with
// four stages: SSP coefficient 2, so its steps may be twice those of SSPRK33 at
// four thirds of the cost. The embedded pair is of order 2.
//
// Kraaijevanger (1991), theorem 9.5; the embedded weights of Conde, Fekete,
// Shadid (2018), eq. 16.
var SSPRK43 = &Tableau{
	Name: "ssprk43", P: 3, Est: 2,
	A: [][]float64{{}, {1. / 2}, {1. / 2, 1. / 2}, {1. / 6, 1. / 6, 1. / 6}},
	B: []float64{1. / 6, 1. / 6, 1. / 6, 1. / 2},
	E: []float64{1./6 - 1./4, 1./6 - 1./4, 1./6 - 1./4, 1./2 - 1./4},
	C: []float64{0, 1. / 2, 1, 1. / 2},
}

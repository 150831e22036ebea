package symplectic

// Ruth3 is Ruth's third-order method: three forces a step, not symmetric.
//
//	Kick = (7/24, 3/4, −1/24),   Drift = (2/3, −2/3, 1).
//
// Ruth (1983), the first symplectic method of order above 2.
var Ruth3 = &Composition{
	Name: "ruth3", P: 3,
	Kick:  []float64{7. / 24, 3. / 4, -1. / 24},
	Drift: []float64{2. / 3, -2. / 3, 1},
}

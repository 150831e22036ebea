package esdirk

import "math"

// TRBDF2 is the trapezoidal rule to t + (2−√2)h and from there a step of the second
// backward difference formula: second order, the fewest stages, with a third-order
// estimate. For loose tolerances and solutions that are not smooth.
//
// Bank, Coughran, Fichtner, Grosse, Rose, Smith (1985); its estimate by Hosea,
// Shampine (1996), Analysis and implementation of TR-BDF2.
var TRBDF2 = &Tableau{
	Name: "trbdf2", P: 2, Est: 3,
	A: [][]float64{
		{},
		{1 - math.Sqrt2/2, 1 - math.Sqrt2/2},
		{math.Sqrt2 / 4, math.Sqrt2 / 4, 1 - math.Sqrt2/2},
	},
	E: []float64{(math.Sqrt2 - 1) / 3, -1. / 3, (2 - math.Sqrt2) / 3},
	C: []float64{0, 2 - math.Sqrt2, 1},
	Predict: [][]float64{
		{},
		{1},
		{-0.7071067811865476, 1.7071067811865475},
	},
	DenseP: 2,
	Dense: [][]float64{
		{0.7071067811865476, -0.3535533905932738},
		{0.7071067811865476, -0.3535533905932738},
		{-0.41421356237309503, 0.7071067811865476},
	},
}

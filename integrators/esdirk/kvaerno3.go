package esdirk

// Kvaerno3 is the pair 3(2) of Kværnø, four stages: the embedded solution is the
// last stage but one, so that both are stiffly accurate and L-stable. For stiff
// problems at loose tolerances.
//
// Kværnø (2004), Singly diagonally implicit Runge–Kutta methods with an explicit
// first stage, ESDIRK 3/2. γ is the middle root of
// 6γ³ − 18γ² + 9γ − 1 and all else follows from it; published are ten digits of γ.
var Kvaerno3 = &Tableau{
	Name: "kvaerno3", P: 3, Est: 2,
	A: [][]float64{
		{},
		{0.435866521508459, 0.435866521508459},
		{0.49056338842178054, 0.07357009006976042, 0.435866521508459},
		{0.30880996997674653, 1.4905633884217806, -1.2352398799069861, 0.435866521508459},
	},
	E: []float64{-0.18175341844503404, 1.4169932983520201, -1.671106401415445, 0.435866521508459},
	C: []float64{0, 0.871733043016918, 1, 1},
	Predict: [][]float64{
		{},
		{1},
		{-0.14714018013952085, 1.147140180139521},
		{0, 0, 1},
	},
	DenseP: 3,
	Dense: [][]float64{
		{1, -1.0735700900697605, 0.38238006004650693},
		{-2.1785920930787313e-61, 4.471690165265342, -2.981126776843561},
		{1.0452602553351023, -5.796240150391163, 3.5157400151490745},
		{-1.0452602553351023, 2.3981200751955813, -0.9169932983520201},
	},
}

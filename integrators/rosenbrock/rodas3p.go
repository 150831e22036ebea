package rosenbrock

// Rodas3P is of order 3(2) with five stages but three evaluations of the field,
// L-stable, stiffly accurate, of full order for the problem of Prothero and
// Robinson: for loose tolerances.
//
// Steinebach (2024), Rosenbrock methods within OrdinaryDiffEq.jl.
var Rodas3P = &Tableau{
	Name: "rodas3p", P: 3, Est: 2, DenseP: 3,
	Gamma: 1.0 / 3,
	A: [][]float64{
		{},
		{4.0 / 3},
		{0, 0},
		{2.90625, 3.375, 0.40625},
		{2.90625, 3.375, 0.40625, 0},
	},
	C: [][]float64{
		{},
		{-4},
		{8.25, 6.75},
		{1.21875, -5.0625, -1.96875},
		{4.03125, -15.1875, -4.03125, 6},
	},
	Nodes: []float64{0, 4.0 / 9, 0, 1, 1},
	D:     []float64{1.0 / 3, -1.0 / 9, 1, 0, 0},
	B:     []float64{2.90625, 3.375, 0.40625, 0, 1},
	E:     []float64{0, 0, 0, -1, 1},
	H: [][]float64{
		{1.78125, 6.75, 0.15625, -6, -1},
		{4.21875, -15.1875, -3.09375, 9, 0},
	},
}

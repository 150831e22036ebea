package rosenbrock

import "github.com/ito-sde/ito/integrators"

// Catalogue lists the methods; tests and benchmarks are made from it.
var Catalogue = []integrators.Entry[*Tableau]{
	{Name: "rodas3p", Method: Rodas3P, Doc: "third order, three evaluations, tolerances 1e-2 to 1e-4"},
	{Name: "rodas4", Method: Rodas4, Doc: "fourth order (Hairer, Wanner), tolerances 1e-2 to 1e-6"},
	{Name: "rodas4p2", Method: Rodas4P2, Doc: "fourth order also where a stiff system is driven by functions of time"},
	{Name: "rodas5p", Method: Rodas5P, Doc: "fifth order, the first choice for stiff systems at tolerances 1e-3 to 1e-9"},
	{Name: "rodas5pe", Method: Rodas5Pe, Doc: "rodas5p with an estimate that sees stiff components"},
	{Name: "rodas6p", Method: Rodas6P, Doc: "sixth order, tolerances below 1e-8"},
}

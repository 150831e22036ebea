package rosenbrock

// Entry describes a method of the catalogue.
type Entry struct {
	Name   string
	Method *Tableau
	Doc    string
}

// Catalogue lists the methods; tests and benchmarks are made from it.
var Catalogue = []Entry{
	{"rodas3p", Rodas3P, "third order, three evaluations, tolerances 1e-2 to 1e-4"},
	{"rodas4", Rodas4, "fourth order (Hairer, Wanner), tolerances 1e-2 to 1e-6"},
	{"rodas4p2", Rodas4P2, "fourth order also where a stiff system is driven by functions of time"},
	{"rodas5p", Rodas5P, "fifth order, the first choice for stiff systems at tolerances 1e-3 to 1e-9"},
	{"rodas5pe", Rodas5Pe, "rodas5p with an estimate that sees stiff components"},
	{"rodas6p", Rodas6P, "sixth order, tolerances below 1e-8"},
}

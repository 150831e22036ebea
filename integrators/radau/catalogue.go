package radau

import (
	"github.com/ito-sde/ito/integrators"
)

// The methods. Variable chooses among 3, 5 and 7 stages, orders 5, 9 and 13, by
// the speed of Newton's iteration; on fixed steps it stays at order 5.
var (
	IIA1     = &Method{name: "radau1", least: 1, most: 1} // the implicit Euler method
	IIA5     = &Method{name: "radau5", least: 3, most: 3}
	IIA9     = &Method{name: "radau9", least: 5, most: 5}
	IIA13    = &Method{name: "radau13", least: 7, most: 7}
	Variable = &Method{name: "radau", least: 3, most: 7}
)

// Catalogue lists the methods; tests and tables are made from it.
var Catalogue = []integrators.Entry[*Method]{
	{Name: IIA1.name, Method: IIA1, Doc: "implicit Euler, first order: a baseline that damps everything"},
	{Name: IIA5.name, Method: IIA5, Doc: "Radau IIA, fifth order: stiff equations and index-1 DAEs at tolerances 1e-3 to 1e-7"},
	{Name: IIA9.name, Method: IIA9, Doc: "Radau IIA, ninth order: stiff and smooth, tolerances 1e-6 to 1e-11"},
	{Name: IIA13.name, Method: IIA13, Doc: "Radau IIA, 13th order: stiff and smooth, tolerances 1e-9 to rounding"},
	{Name: Variable.name, Method: Variable, Doc: "Radau IIA of orders 5, 9 and 13 by turns: the first choice for stiff equations and index-1 DAEs at tight or unknown tolerances"},
}

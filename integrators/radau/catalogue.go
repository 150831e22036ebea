package radau

import (
	"fmt"
	"strings"
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

// Entry describes a method of the catalogue.
type Entry struct {
	Name   string
	Method *Method
	Doc    string
}

// Catalogue lists the methods; tests and tables are made from it.
var Catalogue = []Entry{
	{IIA1.name, IIA1, "implicit Euler, first order: a baseline that damps everything"},
	{IIA5.name, IIA5, "Radau IIA, fifth order: stiff equations and index-1 DAEs at tolerances 1e-3 to 1e-7"},
	{IIA9.name, IIA9, "Radau IIA, ninth order: stiff and smooth, tolerances 1e-6 to 1e-11"},
	{IIA13.name, IIA13, "Radau IIA, 13th order: stiff and smooth, tolerances 1e-9 to rounding"},
	{Variable.name, Variable, "Radau IIA of orders 5, 9 and 13 by turns: the first choice for stiff equations and index-1 DAEs at tight or unknown tolerances"},
}

// ByName returns the catalogue's method.
func ByName(name string) (*Method, error) {
	names := make([]string, len(Catalogue))
	for i, e := range Catalogue {
		if e.Name == name {
			return e.Method, nil
		}
		names[i] = e.Name
	}
	return nil, fmt.Errorf("radau: no method %q; known: %s", name, strings.Join(names, ", "))
}

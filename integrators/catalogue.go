package integrators

import (
	"fmt"
	"strings"
)

// Entry describes a method of the catalogue.
type Entry struct {
	Name   string
	Method *Tableau
	Doc    string
}

// Catalogue lists the methods; tests and benchmarks are made from it.
var Catalogue = []Entry{
	{"euler", Euler, "first order; a baseline"},
	{"midpoint", Midpoint, "second order, two evaluations"},
	{"heun", Heun, "second order, two evaluations, with error estimate"},
	{"bs3", BogackiShampine, "third order, for loose tolerances"},
	{"rk4", RK4, "fourth order, fixed steps"},
	{"rk45", DormandPrince, "fifth order, the method to start with"},
}

// ByName returns the catalogue's method.
func ByName(name string) (*Tableau, error) {
	names := make([]string, len(Catalogue))
	for i, e := range Catalogue {
		if e.Name == name {
			return e.Method, nil
		}
		names[i] = e.Name
	}
	return nil, fmt.Errorf("integrators: no method %q; known: %s", name, strings.Join(names, ", "))
}

package integrators

import (
	"fmt"
	"strings"
)

// Entry describes a method of a catalogue.
type Entry[M Method] struct {
	Name   string
	Method M
	Doc    string
}

// Catalogue lists the methods; tests and benchmarks are made from it.
var Catalogue = []Entry[*Tableau]{
	{"euler", Euler, "first order; a baseline"},
	{"midpoint", Midpoint, "second order, two evaluations"},
	{"heun", Heun, "second order, two evaluations, with error estimate"},
	{"ralston", Ralston, "second order, least error bound, with error estimate"},
	{"bs3", BogackiShampine, "third order, for loose tolerances"},
	{"ssprk33", SSPRK33, "third order, strong stability preserving, three stages"},
	{"ssprk43", SSPRK43, "third order, strong stability preserving with twice the step, four stages"},
	{"rk4", RK4, "fourth order, fixed steps"},
	{"rk45", DormandPrince, "fifth order (Dormand, Prince), tolerances 1e-3 to 1e-7"},
	{"tsit5", Tsitouras5, "fifth order, the first choice at tolerances 1e-3 to 1e-7"},
	{"verner6", Verner6, "sixth order, tolerances 1e-6 to 1e-10"},
	{"verner7", Verner7, "seventh order, tolerances 1e-7 to 1e-12"},
	{"verner8", Verner8, "eighth order, tolerances 1e-8 to 1e-13"},
	{"dop853", DOP853, "eighth order with estimates of orders 5 and 3, tolerances 1e-7 to 1e-13"},
	{"verner9", Verner9, "ninth order, tolerances 1e-10 to rounding"},
}

// ByName returns a catalogue's method; the error lists the names.
func ByName[M Method](catalogue []Entry[M], name string) (M, error) {
	names := make([]string, len(catalogue))
	for i, e := range catalogue {
		if e.Name == name {
			return e.Method, nil
		}
		names[i] = e.Name
	}
	var none M
	return none, fmt.Errorf("integrators: no method %q; known: %s", name, strings.Join(names, ", "))
}

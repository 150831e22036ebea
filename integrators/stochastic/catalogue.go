package stochastic

import (
	"fmt"
	"strings"
)

// Entry describes a method of the catalogue.
type Entry struct {
	Name   string
	Method Method
	Doc    string
}

// Catalogue lists the methods; tests and benchmarks are made from it.
var Catalogue = []Entry{
	{"em", EulerMaruyama{}, "Itô, any noise, strong order ½; the one to start with"},
	{"milstein", Milstein{}, "Itô, diagonal noise with derivative, strong order 1"},
	{"platen", Platen{}, "Itô, diagonal noise, strong order 1 without derivative"},
	{"eulerheun", EulerHeun{}, "Stratonovich, any noise, one drift a step"},
	{"heun", Heun{}, "Stratonovich, any noise, second order in the drift"},
}

// ByName returns the catalogue's method.
func ByName(name string) (Method, error) {
	names := make([]string, len(Catalogue))
	for i, e := range Catalogue {
		if e.Name == name {
			return e.Method, nil
		}
		names[i] = e.Name
	}
	return nil, fmt.Errorf("stochastic: no method %q; known: %s", name, strings.Join(names, ", "))
}

package ode

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/esdirk"
	"github.com/ito-sde/ito/integrators/multistep"
	"github.com/ito-sde/ito/integrators/radau"
	"github.com/ito-sde/ito/integrators/rosenbrock"
	"github.com/ito-sde/ito/integrators/switching"
)

// Entry describes a method of the catalogue.
type Entry struct {
	Name   string
	Method integrators.Method
	// Stiff tells that the method is made for stiff problems.
	Stiff bool
	Doc   string
}

// Catalogue lists the methods for y' = f(t, y), explicit ones first; tests,
// benchmarks and the command are made from it. Those for mechanics, which split
// the field, are in integrators/symplectic.
var Catalogue = func() (all []Entry) {
	for _, e := range integrators.Catalogue {
		all = append(all, Entry{e.Name, e.Method, false, e.Doc})
	}
	for _, e := range multistep.Catalogue {
		_, implicit := e.Method.(integrators.Implicit)
		all = append(all, Entry{e.Name, e.Method, implicit, e.Doc})
	}
	for _, e := range switching.Catalogue {
		all = append(all, Entry{e.Name, e.Method, true, e.Doc})
	}
	for _, e := range rosenbrock.Catalogue {
		all = append(all, Entry{e.Name, e.Method, true, e.Doc})
	}
	for _, e := range esdirk.Catalogue {
		all = append(all, Entry{e.Name, e.Method, true, e.Doc})
	}
	for _, e := range radau.Catalogue {
		all = append(all, Entry{e.Name, e.Method, true, e.Doc})
	}
	return all
}()

// ByName returns the catalogue's entry of that name.
func ByName(name string) (Entry, error) {
	if i := slices.IndexFunc(Catalogue, func(e Entry) bool { return e.Name == name }); i >= 0 {
		return Catalogue[i], nil
	}
	names := make([]string, len(Catalogue))
	for i, e := range Catalogue {
		names[i] = e.Name
	}
	return Entry{}, fmt.Errorf("ode: no method %q; known: %s", name, strings.Join(names, ", "))
}

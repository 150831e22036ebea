package esdirk

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

// Catalogue lists the methods; tests and tables are made from it.
var Catalogue = []Entry{
	{"trbdf2", TRBDF2, "second order, stiff, two implicit stages: loose tolerances, solutions that are not smooth"},
	{"kvaerno3", Kvaerno3, "third order, stiff, three implicit stages: loose tolerances"},
	{"kencarp3", KenCarp3, "third order, stiff, three implicit stages, splits: loose tolerances"},
	{"kencarp4", KenCarp4, "fourth order, stiff, five implicit stages, splits: tolerances 1e-3 to 1e-7"},
	{"kencarp47", KenCarp47, "fourth order, stiff, six implicit stages, splits: tolerances 1e-4 to 1e-8"},
	{"kvaerno5", Kvaerno5, "fifth order, stiff, six implicit stages: tolerances 1e-5 to 1e-9"},
	{"kencarp5", KenCarp5, "fifth order, stiff, seven implicit stages, splits: tolerances 1e-5 to 1e-9"},
	{"kencarp58", KenCarp58, "fifth order, stiff, seven implicit stages, splits: tolerances 1e-6 to 1e-10"},
	{"esdirk547", ESDIRK547, "fifth order, stiff, six implicit stages: tolerances 1e-4 to 1e-9"},
	{"esdirk659", ESDIRK659, "sixth order, stiff, eight implicit stages: tolerances 1e-6 to rounding"},
}

// ByName returns the catalogue's method; the error lists the names.
func ByName(name string) (*Tableau, error) {
	names := make([]string, len(Catalogue))
	for i, e := range Catalogue {
		if e.Name == name {
			return e.Method, nil
		}
		names[i] = e.Name
	}
	return nil, fmt.Errorf("esdirk: no method %q; known: %s", name, strings.Join(names, ", "))
}

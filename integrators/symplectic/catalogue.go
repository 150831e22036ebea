package symplectic

import (
	"fmt"
	"strings"

	"github.com/ito-sde/ito/integrators"
)

// Entry describes a method of the catalogue.
type Entry struct {
	Name   string
	Method integrators.Method // a *Composition or a *Gauss
	Doc    string
}

// Catalogue lists the methods; tests and tables are made from it.
var Catalogue = []Entry{
	{"symplectic-euler", SymplecticEuler, "first order: kick, drift"},
	{"symplectic-euler-adjoint", SymplecticEulerAdjoint, "first order: drift, kick"},
	{"verlet", Verlet, "second order, one force: costly or rough forces, loose tolerances"},
	{"position-verlet", PositionVerlet, "second order, one force, in the middle of the step"},
	{"ruth3", Ruth3, "third order, three forces; of historical interest"},
	{"yoshida4", Yoshida4, "fourth order, three forces, the fewest; of historical interest"},
	{"suzuki4", Suzuki4, "fourth order, five forces, no long step backwards"},
	{"mclachlan4", McLachlan4, "fourth order, five forces, optimised"},
	{"blanes-moan4", BlanesMoan4, "fourth order, six forces: middling accuracy"},
	{"yoshida6", Yoshida6, "sixth order, seven forces, the fewest; of historical interest"},
	{"kahan-li6", KahanLi6, "sixth order, nine forces, short steps"},
	{"blanes-moan6", BlanesMoan6, "sixth order, ten forces: high accuracy"},
	{"blanes-moan-nystrom6", BlanesMoanNystrom6, "sixth order, fourteen forces, for T quadratic in p"},
	{"yoshida8", Yoshida8, "eighth order, fifteen forces; of historical interest"},
	{"kahan-li8", KahanLi8, "eighth order, seventeen forces: accuracy near rounding"},
	{"implicit-midpoint", ImplicitMidpoint, "second order, implicit: any Hamiltonian, quadratic invariants"},
	{"gauss4", Gauss4, "fourth order, implicit: any Hamiltonian, quadratic invariants"},
	{"gauss6", Gauss6, "sixth order, implicit: any Hamiltonian, quadratic invariants, high accuracy"},
}

// ByName returns the catalogue's method; the error lists the names.
func ByName(name string) (integrators.Method, error) {
	names := make([]string, len(Catalogue))
	for i, e := range Catalogue {
		if e.Name == name {
			return e.Method, nil
		}
		names[i] = e.Name
	}
	return nil, fmt.Errorf("symplectic: no method %q; known: %s", name, strings.Join(names, ", "))
}

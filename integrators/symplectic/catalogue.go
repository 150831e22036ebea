package symplectic

import (
	"github.com/ito-sde/ito/integrators"
)

// Catalogue lists the methods; tests and tables are made from it.
var Catalogue = []integrators.Entry[integrators.Method]{
	{Name: "symplectic-euler", Method: SymplecticEuler, Doc: "first order: kick, drift"},
	{Name: "symplectic-euler-adjoint", Method: SymplecticEulerAdjoint, Doc: "first order: drift, kick"},
	{Name: "verlet", Method: Verlet, Doc: "second order, one force: costly or rough forces, loose tolerances"},
	{Name: "position-verlet", Method: PositionVerlet, Doc: "second order, one force, in the middle of the step"},
	{Name: "ruth3", Method: Ruth3, Doc: "third order, three forces; of historical interest"},
	{Name: "yoshida4", Method: Yoshida4, Doc: "fourth order, three forces, the fewest; of historical interest"},
	{Name: "suzuki4", Method: Suzuki4, Doc: "fourth order, five forces, no long step backwards"},
	{Name: "mclachlan4", Method: McLachlan4, Doc: "fourth order, five forces, optimised"},
	{Name: "blanes-moan4", Method: BlanesMoan4, Doc: "fourth order, six forces: middling accuracy"},
	{Name: "yoshida6", Method: Yoshida6, Doc: "sixth order, seven forces, the fewest; of historical interest"},
	{Name: "kahan-li6", Method: KahanLi6, Doc: "sixth order, nine forces, short steps"},
	{Name: "blanes-moan6", Method: BlanesMoan6, Doc: "sixth order, ten forces: high accuracy"},
	{Name: "blanes-moan-nystrom6", Method: BlanesMoanNystrom6, Doc: "sixth order, fourteen forces, for T quadratic in p"},
	{Name: "yoshida8", Method: Yoshida8, Doc: "eighth order, fifteen forces; of historical interest"},
	{Name: "kahan-li8", Method: KahanLi8, Doc: "eighth order, seventeen forces: accuracy near rounding"},
	{Name: "implicit-midpoint", Method: ImplicitMidpoint, Doc: "second order, implicit: any Hamiltonian, quadratic invariants"},
	{Name: "gauss4", Method: Gauss4, Doc: "fourth order, implicit: any Hamiltonian, quadratic invariants"},
	{Name: "gauss6", Method: Gauss6, Doc: "sixth order, implicit: any Hamiltonian, quadratic invariants, high accuracy"},
}

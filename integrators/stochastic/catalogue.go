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
	{"revheun", ReversibleHeun{}, "Stratonovich, any noise, algebraically reversible, on pairs"},
	{"midpoint", Midpoint{}, "Stratonovich, any noise, second order in the drift"},
	{"tamed", TamedEuler{}, "Itô, any noise, strong order ½, drifts of superlinear growth"},
	{"implicit", DriftImplicitEuler{}, "Itô, any noise, strong order ½, stiff drifts"},
	{"theta", DriftTheta{}, "Itô, any noise, strong order ½, stiff drifts, exact stationary law if linear"},
	{"impmidpoint", ImplicitMidpoint{}, "Stratonovich, any noise, keeps quadratic invariants, symplectic"},
	{"milsteincom", MilsteinCommutative{}, "Itô, commutative noise, strong order 1 without derivative"},
	{"milsteingen", MilsteinGeneral{}, "Itô, any noise, strong order 1 with Lévy areas"},
	{"sra1", SRA1, "additive noise, strong order 1½, weak 2, two stages"},
	{"sra3", SRA3, "additive noise, strong order 1½, three stages"},
	{"sosra", SOSRA, "additive noise, strong order 1½, stable on large noise"},
	{"sri1", SRI1, "Itô, diagonal noise, strong and weak order 1½"},
	{"sosri", SOSRI, "Itô, diagonal noise, strong and weak order 1½, stable"},
	{"shark", ShARK, "Stratonovich, any noise, strong order 1½ where additive, 1 where commutative"},
	{"spark", SPaRK, "Stratonovich, any noise, orders of shark, three stages of each"},
	{"slowrk", SlowRK, "Stratonovich, commutative noise with strong order 1½"},
	{"platenweak", PlatenWeak{}, "Itô, any noise, weak order 2"},
	{"dri1", DRI1, "Itô, any noise, weak order 2, order 3 without noise, small errors"},
	{"ri5", RI5, "Itô, any noise, weak order 2, order 3 without noise"},
	{"ri6", RI6, "Itô, any noise, weak order 2, two drifts"},
	{"skrock", SKROCK{}, "Itô, any noise, strong order ½, explicit for stiff drifts"},
	{"srock2", SROCK2{}, "Itô, any noise, weak order 2, explicit for stiff drifts"},
	{"expeuler", ExponentialEuler{}, "semilinear equations, Itô, any noise, strong order ½"},
	{"expsra", ExponentialSRA{}, "semilinear equations, additive noise, strong order 1½, weak 2"},
	{"strang", Strang{}, "semilinear equations, Itô, any noise, weak order 2, about DRI1"},
	{"baoab", BAOAB{}, "Langevin equations, weak order 2, positions exact in equilibrium"},
	{"obabo", OBABO{}, "Langevin equations, weak order 2, velocities exact in equilibrium"},
	{"quicsort", QUICSORT{}, "Langevin equations, strong order 3 for smooth forces"},
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

// Package ode integrates y' = f(t, y): it owns the loop over time, the choice of
// steps, output at given times, and the account of what was done. The formulas of
// a step live in package integrators.
package ode

// Package ode integrates y' = f(t, y), or M y' = f(t, y): it owns the loop over
// time, the choice of steps, output at given times, events, and the account of
// what was done. The formulas of a step live in package integrators and below.
//
//	r, err := ode.Solve(ctx, integrators.Tsitouras5, f, t0, t1, y0, ode.Config{RTol: 1e-6, ATol: 1e-9})
//
// Tolerances are those of steps, as everywhere: what a problem makes of the errors of
// steps comes on top, a factor of thousands on orbits. SolveGlobal bounds the error
// of the answer, for two to three times the work. What rounding takes off one step is
// added to the next, and a step is as long as the time that passes, so that millions of
// steps too are good to twelve digits and more.
//
// Complex equations z' = g(t, z) are solved as real ones of twice the size, y =
// (Re z_0, Im z_0, Re z_1, ...); see the example of complex numbers.
package ode

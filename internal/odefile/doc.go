// Package odefile reads small systems of ordinary and stochastic differential
// equations from YAML or JSON files:
//
//	name: bouncing ball
//	parameters:             # numbers, or expressions of other parameters
//	  g: 9.81
//	  bounce: 0.9
//	define:                 # expressions of anything, used by name
//	  energy: v^2/2 + g*h
//	equations:              # one for each state, in the order of the output
//	  h: v
//	  v: -g
//	y0: {h: 10, v: 0}       # initial values
//	t1: 8                   # the end; t0 is 0 unless given
//	events:
//	  - name: floor
//	    when: h             # happens where this changes its sign
//	    direction: falling  # or rising, or both
//	    action: {h: 0, v: -bounce*v}
//	    terminal: 5         # ends the solve the fifth time; true: the first
//	method: tsit5
//	rtol: 1e-8
//	atol: 1e-10             # or a number for each state
//
// Further settings are description, stiff, mass (diagonal entries of M in
// M y' = f, by state; 0 makes an equation algebraic), step, at (a list of times),
// points and stops. Expressions are those of github.com/expr-lang/expr on numbers:
// + − * / % ^, comparisons, and, or, not, c ? a : b (in quotes, as YAML wants
// it), let, and the functions of package math by their usual names. x^n is a
// power; / is a division of real numbers.
//
// A stochastic differential equation has in place of what an ODE solver is told
//
//	diffusion:              # by state: an expression for noise of its own, or
//	  x: [s*x, 0]           # a list with one for each common noise; 0 if absent
//	  v: [r*s, q*s]
//	calculus: ito           # or stratonovich
//	steps: 200
//	quantities: {call: "max(x - 1, 0)"}
//	barriers: [{state: x, level: 0.5, name: out, discrete: false}]
//	jumps:                  # of a compound Poisson process
//	  rate: 2
//	  action: {x: x*exp(m + s*normal)}    # or uniform, or exponential: drawn at each jump
//
// What its noise is, diagonal, additive or general, follows from the expressions,
// and its derivative with them.
//
// Implicit methods get the exact Jacobian, by the chain rule through the program
// of the equations, in a band or sparse where that pays.
//
// A file may not be larger than 256 KiB, hold more
// than 1000 states or 8192 names, nest deeply, or use YAML's anchors. Errors
// name file, line and field.
package odefile

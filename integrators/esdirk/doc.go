// Package esdirk holds singly diagonally implicit Runge–Kutta methods with an
// explicit first stage, for stiff problems M y' = f(t, y) with constant M, and
// their split form M y' = f_E(t, y) + f_I(t, y), where only f_I is implicit.
//
// A stage solves for its slope k_i
//
//	M k_i = f(t + C_i h, y + h Σ_{j<i} A_ij k_j + hγ k_i),
//
// all with the same γ, so that one factorisation of M/(hγ) − J serves the whole
// step and the steps after it while hγ and J change little. The last stage is the
// new state and its slope the first of the next step.
//
// Against Rosenbrock methods an ESDIRK method gets by with old and approximate
// Jacobians; against BDF it starts at full order, after every discontinuity too;
// against Radau it costs systems of order n, real, one after the other, at a stage
// order of two. Kennedy, Carpenter (2016), Diagonally implicit Runge–Kutta methods
// for ordinary differential equations: a review, NASA/TM-2016-219173.
package esdirk

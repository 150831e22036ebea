// Package shooting solves boundary-value problems of ordinary differential
// equations,
//
//	y' = f(t, y, p),   g(y(τ_1), ..., y(τ_k), p) = 0,
//
// by multiple shooting: initial-value problems on short intervals, joined by
// Newton's method. Unknown parameters p are found along, so that eigenvalues,
// periods and free ends are problems like any other.
package shooting

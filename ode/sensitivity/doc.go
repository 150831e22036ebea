// Package sensitivity differentiates the solution of
//
//	y' = f(t, y, p),   y(t0) = y0
//
// with respect to the parameters p and the initial values y0.
//
// [Forward] carries the matrices S = ∂y/∂p and ∂y/∂y0 beside the state: its cost
// grows with the number of columns, and it works with every method. [Record] and
// [Trace.Gradient] go backwards instead, through the very steps that were made:
// the gradient of one number, a loss, costs a few solves whatever the number of
// parameters. Take Forward for few parameters and many outputs, the gradient for
// many parameters and one loss.
//
// Both hold the steps fixed. They are then the exact derivatives of the numbers
// that were computed, not only approximations of those of the solution, and agree
// with each other to rounding.
package sensitivity

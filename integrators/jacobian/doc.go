// Package jacobian holds what implicit methods need of J = ∂f/∂y: a matrix in
// the form its pattern allows (dense, banded or sparse), its approximation by
// differences with columns grouped so that one evaluation of f serves many, and
// factorisations of γM − J for real and complex γ.
package jacobian

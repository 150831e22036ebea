// Package gemm multiplies matrices: C (m×n) = A (m×k) · B (k×n), row-major,
// with B packed once into panels. Element (i, j) of C is accumulated over k in
// one fixed order that does not depend on m, so that a row's result is the same
// bits in any batch.
package gemm

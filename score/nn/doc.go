// Package nn holds the layers of score networks with hand-written backward
// passes, in float32 over internal/gemm, and their files.
//
// A batch is row-major. Forward results of a row do not depend, to the last bit,
// on the other rows of the batch.
package nn

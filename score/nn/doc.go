// Package nn holds score networks with hand-written backward passes, in float32
// over internal/gemm, and their files: residual MLPs of rows, and U-Nets of images
// with convolutions, group norms, attention, and scales and shifts by the noise
// level and a class. No pass allocates once its memory is there.
//
// A batch is row-major, images channels last. Forward results of a row do not
// depend, to the last bit, on the other rows of the batch. A gradient is the sum
// over the rows of its pass in an order of their own, so that tiles of rows that
// are fixed give the same bits on any number of goroutines.
//
// Files are safetensors with names such as down0.block1.conv0.weight. Matrices are
// (in, out) and convolutions (3, 3, in, out), the transposes of PyTorch's (out, in)
// and (out, in, 3, 3).
package nn

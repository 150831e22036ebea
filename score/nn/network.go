package nn

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/blas/blas32"
)

// Network is a function F(x, c, class) of a row x, a noise coordinate c and,
// where the network has classes, a class. [MLP] and [UNet] are networks.
//
// The parameters are one vector, so that optimisers and averages need not know
// an architecture. Any number of passes may run at once; Init, Pack and writes
// to the parameters exclude them.
type Network interface {
	// Width is the number of coordinates of a row.
	Width() int
	// Parameters is the vector of all weights, itself and no copy.
	Parameters() []float32
	// Init draws the parameters so that F = 0.
	Init(seed uint64)
	// Pack prepares the weights for products after the parameters have changed;
	// backward too where gradients are wanted.
	Pack(backward bool)
	// NewPass makes the memory of one goroutine for up to rows rows. Without
	// gradients a pass takes less of it.
	NewPass(rows int, gradients bool) Pass
	// Tiles are the numbers of rows that passes work on best: of one gradient in
	// training, and of a call without gradients.
	Tiles() (training, inference int)
	// Tensors names the parts of w, a vector as long as the parameters, without
	// copying.
	Tensors(prefix string, w []float32) []Tensor
}

// NullClass is the class of rows that have none, or are not to tell: nothing is
// added to the noise embedding. A network trained with some of its classes
// dropped has both a conditional and an unconditional answer, as classifier-free
// guidance needs. Ho, Salimans (2022), algorithm 1.
const NullClass = -1

// Pass is one goroutine's evaluation of a network.
type Pass interface {
	// Forward writes F of every row of x to dst. c and class hold one entry for
	// all rows, or one a row; class nil is NullClass for all.
	Forward(dst, x []float32, c []float64, class []int)
	// Backward adds the gradient of Σ dy·F by the parameters to grad and writes that
	// by x to dx, for the x of the last Forward, which must have had one level a row
	// and a pass with gradients. Either may be nil where it is not wanted.
	Backward(grad, dx, dy, x []float32)
}

// checkPass panics unless the arguments of Forward are rows of dim.
func checkPass(dst, x []float32, c []float64, class []int, dim, most, classes int) (rows int) {
	rows = len(x) / dim
	if rows > most || len(x) != rows*dim || len(dst) != len(x) || (len(c) != 1 && len(c) != rows) || (class != nil && len(class) != len(c)) {
		panic(fmt.Sprintf("nn: %d inputs, %d outputs, %d levels, %d classes for rows of %d, at most %d", len(x), len(dst), len(c), len(class), dim, most))
	}
	for _, k := range class {
		if k < NullClass || k >= classes {
			panic(fmt.Sprintf("nn: class %d of %d", k, classes))
		}
	}
	return rows
}

// Restore copies the tensors with the given prefix into w.
func Restore(n Network, prefix string, w []float32, tensors []Tensor) error {
	have := map[string]Tensor{}
	for _, t := range tensors {
		have[t.Name] = t
	}
	for _, want := range n.Tensors(prefix, w) {
		t, ok := have[want.Name]
		if !ok || !slices.Equal(t.Shape, want.Shape) {
			return fmt.Errorf("%w: tensor %q has shape %v, want %v", ErrFile, want.Name, t.Shape, want.Shape)
		}
		copy(want.Data, t.Data)
	}
	return nil
}

// Norm is the Euclidean norm of a parameter vector.
func Norm(g []float32) float32 { return blas32.Nrm2(blas32.Vector{N: len(g), Data: g, Inc: 1}) }
